import type { NodeFolders } from './folders.ts';
import type { Network } from './networks.ts';
import { POLICIES } from './policies.ts';
import type { ConfigValues } from './schema.ts';

const MIB = 1_048_576;
/** Pages of WebAssembly in a MiB. */
const PAGES_PER_MIB = 16;

/** What a node on this network takes where nobody says otherwise. */
export function defaultValues(network: Network, folders: Pick<NodeFolders, 'data'>): ConfigValues {
  const policy = POLICIES[network.name];
  const { limits } = policy;
  return {
    network: network.name,
    allow_mainnet: false,
    roles: ['client'],
    chain: {
      rpc_url: `http://127.0.0.1:${network.rpcPort}`,
      rpc_cookie_file: network.cookieFile(folders.data),
      rpc_user: '',
      rpc_password_file: '',
      start_height: network.firstHeight,
      poll_seconds: network.development ? 1 : 10,
      timeout_seconds: 60,
      // Ten minutes a block on average: a gap of three hours comes once in some years.
      stall_minutes: network.development ? 0 : 180,
    },
    p2p: {
      // A development node is reached from its own machine; others want to be found.
      listen: [`/ip4/${network.development ? '127.0.0.1' : '0.0.0.0'}/tcp/${network.peerPort}`],
      bootstrap: [],
      mdns: false,
    },
    arbiter: { parameters_txid: '', offers: 1 },
    policy: {
      verify_blocks: policy.verifyBlocks,
      audit_blocks: policy.auditBlocks,
      minimum_offer_age_blocks: policy.minimumOfferAge,
      audit_rate: policy.auditRate,
      minimum_reward_sat: Number(policy.minimumReward),
      fee_rate_sat_per_kvb: Number(policy.feeRate),
      maximum_fee_rate_sat_per_kvb: Number(policy.maxFeeRate),
      fee_reserve_sat: Number(policy.feeReserve),
      payload_mib: limits.payloadBytes / MIB,
      records_mib: limits.recordsBytes / MIB,
      memory_mib: limits.memoryPages / PAGES_PER_MIB,
      chunk_seconds: limits.milliseconds / 1_000,
      setups_per_peer: limits.setupsPerPeer,
      pledges_per_peer: limits.pledgesPerPeer,
    },
    sandbox: { processes: 0 },
    backup: { file: '' },
    metrics: { port: 0 },
    log: { level: 'info', format: 'auto' },
    worker: [],
    verifier: [],
  };
}
