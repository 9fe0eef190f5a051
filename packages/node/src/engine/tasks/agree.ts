import { inputHash, inputTree, programHash } from '@prometheus-compute/proofs';
import {
  type ChannelEvent,
  CodedError,
  type Contract,
  contractHash,
  equalBytes,
  outpointKey,
  ROLES,
  type Role,
} from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { decodeManifest, decodeProgram } from '../manifest.ts';
import type { TaskContext } from './context.ts';

/**
 * W and V, before they agree: every coin that the contract names is on the chain and unspent, the program and every
 * input are here and have their hashes (D20), and the program may run at all. W proves that it knows h_p.
 */
export async function agree(record: ChannelRecord, context: TaskContext): Promise<ChannelEvent> {
  const { state } = record;
  if (state.name !== 'setup' || state.step !== 'contract') {
    throw new EngineError('channel-failed', 'there is no contract to agree to');
  }
  const { contract } = state;
  const missing = await missingCoin(contract, context);
  if (missing !== undefined) return { kind: 'disagreed', code: 'coin-missing', ...missing };
  try {
    await obtainPayload(record, contract, context);
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    return { kind: 'disagreed', code: 'payload-unavailable', culprit: 'client', reason: cause.message };
  }
  const { signer } = context.ports;
  const pointLockProof =
    record.role === 'worker' ? signer.provePointLock(record.keys, contractHash(contract)) : null;
  return { kind: 'agreed', pointLockProof };
}

/** The first coin of the contract that is not a confirmed and unspent output as the contract describes it. */
async function missingCoin(
  contract: Contract,
  { ports }: TaskContext,
): Promise<{ readonly culprit: Role; readonly reason: string } | undefined> {
  for (const role of ROLES) {
    for (const coin of contract[role].funding) {
      const output = await ports.chain.output(coin.outpoint);
      const name = outpointKey(coin.outpoint);
      if (output === undefined) {
        return { culprit: role, reason: `the ${role}'s coin ${name} is not a confirmed and unspent output` };
      }
      if (output.amount !== coin.amount || !equalBytes(output.script, coin.script)) {
        return { culprit: role, reason: `the ${role}'s coin ${name} is not what the contract says` };
      }
    }
  }
  return undefined;
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
