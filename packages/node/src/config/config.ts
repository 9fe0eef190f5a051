import type { RpcClientOptions } from '@prometheus-compute/bitcoin';
import type { NodePolicy } from '../engine/tasks/context.ts';
import type { NodeFolders } from './folders.ts';
import type { Network } from './networks.ts';
import type { ConfigValues } from './schema.ts';

const MIB = 1_048_576;
const PAGES_PER_MIB = 16;

/** A node's settings, whole and checked, with where it keeps things. */
export interface NodeConfig {
  readonly network: Network;
  readonly folders: NodeFolders;
  readonly values: ConfigValues;
}

/** What the node decides by itself, from the section `policy`. */
export function policyOf({ network, values }: Pick<NodeConfig, 'network' | 'values'>): NodePolicy {
  const { policy } = values;
  return {
    network: network.development ? 'development' : 'public',
    verifyBlocks: policy.verify_blocks,
    auditBlocks: policy.audit_blocks,
    minimumOfferAge: policy.minimum_offer_age_blocks,
    auditRate: policy.audit_rate,
    minimumReward: BigInt(policy.minimum_reward_sat),
    feeRate: BigInt(policy.fee_rate_sat_per_kvb),
    maxFeeRate: BigInt(policy.maximum_fee_rate_sat_per_kvb),
    feeReserve: BigInt(policy.fee_reserve_sat),
    limits: {
      payloadBytes: policy.payload_mib * MIB,
      recordsBytes: policy.records_mib * MIB,
      memoryPages: policy.memory_mib * PAGES_PER_MIB,
      milliseconds: policy.chunk_seconds * 1_000,
      setupsPerPeer: policy.setups_per_peer,
      pledgesPerPeer: policy.pledges_per_peer,
    },
  };
}

/** How the Bitcoin node is reached. @param password - of `rpc_user`, read from its file */
export function rpcOf(
  { values }: Pick<NodeConfig, 'values'>,
  password: string | undefined,
): RpcClientOptions {
  const { rpc_url, rpc_cookie_file, rpc_user, timeout_seconds } = values.chain;
  const login =
    password === undefined ? { cookieFile: rpc_cookie_file } : { user: { name: rpc_user, password } };
  return { url: rpc_url, timeout: timeout_seconds * 1_000, ...login };
}
