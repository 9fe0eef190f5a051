import { RpcClient, RpcClientError } from '@prometheus-compute/bitcoin';
import { CodedError } from '@prometheus-compute/protocol';
import { z } from 'zod';
import { type NodeConfig, rpcOf } from '../config/config.ts';
import { bad, type Finding, good, ofError, warning } from './finding.ts';
import { readRpcPassword } from './rpc-password.ts';

const CHECK = 'Bitcoin node';
/** Seconds that a doctor waits for an answer. */
const PATIENCE_SECONDS = 10;
/** A block's time may be two hours ahead of its miners' clocks; this machine's own clock is wrong before that. */
const CLOCK_SECONDS = 600;
/** Blocks come every ten minutes on average: a pause of three hours comes once in some years. */
const OLD_TIP_SECONDS = 3 * 3_600;

const infoSchema = z.object({
  chain: z.string(),
  blocks: z.int(),
  headers: z.int(),
  bestblockhash: z.string().regex(/^[0-9a-f]{64}$/),
  initialblockdownload: z.boolean(),
});
const headerSchema = z.object({ time: z.int() });

/** Whether the Bitcoin node answers, is on the right network and synchronised, and what its blocks say of this machine's clock. */
export async function examineChain(config: NodeConfig): Promise<readonly Finding[]> {
  const { network, values } = config;
  try {
    const rpc = rpcOf(config, await readRpcPassword(config));
    const client = new RpcClient({ ...rpc, timeout: Math.min(rpc.timeout ?? 0, PATIENCE_SECONDS * 1_000) });
    const info = infoSchema.parse(await client.call('getblockchaininfo'));
    if (info.chain !== network.chain) {
      const found = `it is on ${info.chain}, and this node is for ${network.name}`;
      return [bad(CHECK, found, 'Correct chain.rpc_url, or name another network with --network.')];
    }
    const { time } = headerSchema.parse(await client.call('getblockheader', info.bestblockhash));
    const behind = info.headers - info.blocks;
    const synchronised =
      info.initialblockdownload && !network.development
        ? warning(
            CHECK,
            `it is at block ${info.blocks} of ${info.headers} and still loads`,
            'Wait until it has all blocks.',
          )
        : behind > 1
          ? warning(
              CHECK,
              `it lacks ${behind} of ${info.headers} blocks`,
              'Wait until it has them, or look into its log.',
            )
          : good(CHECK, `${values.chain.rpc_url}, ${network.name}, block ${info.blocks}`);
    return [synchronised, clock(time, network.development)];
  } catch (cause) {
    return [failure(config, cause)];
  }
}

function clock(blockTime: number, development: boolean): Finding {
  const age = Math.round(Date.now() / 1_000) - blockTime;
  const remedy =
    'Set this machine’s clock by NTP; if it is right, ask the Bitcoin node’s log about its peers.';
  if (age < -CLOCK_SECONDS) return bad('clock', `the last block is ${-age} s in the future`, remedy);
  if (age > OLD_TIP_SECONDS && !development)
    return warning('clock', `the last block is ${Math.round(age / 60)} minutes old`, remedy);
  return good(
    'clock',
    development ? 'not behind the last block' : `the last block is ${Math.max(age, 0)} s old`,
  );
}

function failure({ values }: NodeConfig, cause: unknown): Finding {
  const { rpc_url, rpc_cookie_file, rpc_user } = values.chain;
  if (cause instanceof RpcClientError) {
    const login =
      rpc_user === '' ? `the cookie file ${rpc_cookie_file}` : 'chain.rpc_user and its password file';
    const remedies: Readonly<Record<string, string>> = {
      'rpc-unreachable': `Start the Bitcoin node; check chain.rpc_url (${rpc_url}) and that ${login} can be read.`,
      'rpc-unauthorized': `Check ${login}.`,
    };
    return bad(
      CHECK,
      cause.message,
      remedies[cause.code] ?? 'Use Bitcoin Core 28 or later, or `prometh devchain`.',
    );
  }
  if (cause instanceof CodedError) return ofError(CHECK, cause);
  return bad(CHECK, 'its answers are not those of a Bitcoin node', `Check chain.rpc_url (${rpc_url}).`);
}
