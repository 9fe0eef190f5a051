import { inputHash, inputTree, programHash } from '@prometheus-compute/proofs';
import {
  type ChannelEvent,
  CodedError,
  type Contract,
  contractHash,
  equalBytes,
} from '@prometheus-compute/protocol';
import { SandboxError } from '@prometheus-compute/sandbox';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { decodeManifest, decodeProgram } from '../manifest.ts';
import { missingCoin } from './coins.ts';
import type { TaskContext } from './context.ts';

/**
 * Before a seed is open and anything signed: every coin that the contract names is on the chain and unspent. W and V
 * besides: the program and every input are here and have their hashes (D20), and the program may run at all. W proves
 * that it knows h_p.
 */
export async function agree(record: ChannelRecord, context: TaskContext): Promise<ChannelEvent> {
  const { state } = record;
  if (state.name !== 'setup' || state.step !== 'contract') {
    throw new EngineError('channel-failed', 'there is no contract to agree to');
  }
  const { contract } = state;
  const missing = await missingCoin(contract, context.ports.chain);
  if (missing !== undefined) return { kind: 'disagreed', code: 'coin-missing', ...missing };
  if (record.role === 'client') return { kind: 'agreed', pointLockProof: null };
  try {
    await obtainPayload(record, contract, context);
  } catch (cause) {
    if (!(cause instanceof CodedError || isRefusal(cause))) throw cause;
    return { kind: 'disagreed', code: 'payload-unavailable', culprit: 'client', reason: cause.message };
  }
  const { signer } = context.ports;
  const pointLockProof =
    record.role === 'worker' ? signer.provePointLock(record.keys, contractHash(contract)) : null;
  return { kind: 'agreed', pointLockProof };
}

async function obtainPayload(record: ChannelRecord, contract: Contract, context: TaskContext): Promise<void> {
  const { payload, ports, executor, onProgress } = context;
  const peer = record.peers.client;
  const manifest = await ports.blobs.get(contract.inputRoot);
  if (peer === undefined || manifest === undefined) {
    throw new EngineError('payload-missing', 'the Client has not said what the inputs are');
  }
  const inputs = decodeManifest(manifest);
  const hashes = inputs.map(({ hash }) => hash);
  if (inputs.length !== contract.chunks || !equalBytes(inputTree(hashes).root, contract.inputRoot)) {
    throw new EngineError(
      'payload-missing',
      'the list of inputs is not the one that the contract commits to',
    );
  }
  const size = await programSize(record, context);
  const bytes = await payload.obtain(record, peer, contract.programHash, size, (candidate) =>
    equalBytes(programHash(decodeProgram(candidate)), contract.programHash),
  );
  await executor.prepare(decodeProgram(bytes), contract.limits);
  for (const [i, input] of inputs.entries()) {
    await payload.obtain(record, peer, input.hash, input.size, (candidate) =>
      equalBytes(inputHash(candidate), input.hash),
    );
    onProgress({ record, task: 'agree', done: i + 1, total: inputs.length });
  }
}

/** Whether the sandbox says something of the program. What it says of itself, that it was closed, is to be tried again. */
function isRefusal(cause: unknown): cause is SandboxError {
  return cause instanceof SandboxError && cause.code !== 'no-result-yet' && cause.code !== 'closed';
}

/** Record key of the announced size of a channel's program. */
export function programSizeKey(channel: string): string {
  return `program-size:${channel}`;
}

async function programSize(record: ChannelRecord, { ports }: TaskContext): Promise<number> {
  const stored = await ports.store.record(programSizeKey(record.id));
  if (stored === undefined)
    throw new EngineError('payload-missing', 'the Client has not said how large the program is');
  return Number(new TextDecoder().decode(stored));
}
