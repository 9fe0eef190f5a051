import { setTimeout as delay } from 'node:timers/promises';
import {
  ChainAlarm,
  type ChainAlarmCode,
  type CoreBackend,
  connectCore,
  genesisHash,
  RpcClientError,
} from '@prometheus-compute/bitcoin';
import type { Hash32 } from '@prometheus-compute/protocol';
import { type NodeConfig, rpcOf } from '../config/config.ts';
import type { Chain } from '../ports/chain.ts';
import type { Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import { errorFields } from '../telemetry/fields.ts';
import type { Log } from '../telemetry/log.ts';
import { DaemonError } from './errors.ts';
import { readRpcPassword } from './rpc-password.ts';

const ANCHOR_KEY = 'chain:anchor';
/** Alarms after which waiting helps: the Bitcoin node is not there or not ready yet. */
const PASSING: ReadonlySet<ChainAlarmCode> = new Set<ChainAlarmCode>([
  'node-unreachable',
  'node-syncing',
  'checkpoint-missing',
]);

/** The block from which headers are followed. Stored, so that no other chain is taken for this one later. */
interface Anchor {
  readonly height: number;
  readonly hash: Hash32;
}

/** A Bitcoin node that answers. */
export interface OpenChain {
  readonly chain: Chain;
  /** Hash of the first block. */
  readonly genesis: Hash32;
  /** Code of the first alarm that stands. */
  readonly alarm: () => string | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Connects to the Bitcoin node, and waits for one that is not there or not ready yet.
 *
 * @throws ChainAlarm for a node that is none to rely on; DaemonError `stopped`; KeystoreError about the password's file
 */
export async function openChain(
  config: NodeConfig,
  ports: { readonly store: Store; readonly log: Log; readonly signal: AbortSignal },
): Promise<OpenChain> {
  const { store, log } = ports;
  const backend = await connectPatiently(config, ports);
  await store.putRecord(ANCHOR_KEY, encodeSnapshot(backend.checkpoint));
  log.debug('chain-back', { height: backend.checkpoint.height });
  return {
    chain: backend,
    genesis: genesisHash(config.network.chain),
    alarm: () => backend.alarms[0]?.code,
    close: async () => backend.close(),
  };
}

async function connectPatiently(
  config: NodeConfig,
  { store, log, signal }: { readonly store: Store; readonly log: Log; readonly signal: AbortSignal },
): Promise<CoreBackend> {
  const { network, values } = config;
  const { start_height, stall_minutes, poll_seconds } = values.chain;
  const stored = await store.record(ANCHOR_KEY);
  const anchor = stored === undefined ? undefined : (decodeSnapshot(stored) as unknown as Anchor);
  const checkpoint = anchor?.height === start_height ? anchor : { height: start_height };
  for (let said = ''; ; ) {
    try {
      return await connectCore({
        rpc: rpcOf(config, await readRpcPassword(config)),
        network: network.chain,
        checkpoint,
        // Blocks of a development chain are taken back by hand.
        followsLessWork: network.development,
        ...(stall_minutes === 0 ? {} : { stalledAfter: stall_minutes * 60 }),
        onAlarm: (alarm) => log.error('alarm', errorFields(alarm)),
        onCleared: ({ code }) => log.info('alarm-over', { code }),
      });
    } catch (cause) {
      if (!isPassing(cause)) throw cause;
      if (said !== cause.code) log.warn('chain-unreachable', errorFields(cause));
      said = cause.code;
    }
    await delay(poll_seconds * 1_000, undefined, { signal }).catch(() => {
      throw new DaemonError('stopped', 'the node was stopped before the Bitcoin node answered', {
        remedy: 'Start it again when the Bitcoin node runs.',
      });
    });
  }
}

/** Whether a Bitcoin node that could not be connected to may be there or ready a little later. */
export function isPassing(cause: unknown): cause is ChainAlarm | RpcClientError {
  if (cause instanceof ChainAlarm) return PASSING.has(cause.code);
  return cause instanceof RpcClientError && cause.code === 'rpc-unreachable';
}
