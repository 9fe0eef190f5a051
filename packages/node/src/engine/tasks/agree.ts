import { inputHash, inputTree, programHash } from '@prometheus-compute/proofs';
import {
  type ChannelEvent,
  CodedError,
  type Contract,
  contractHash,
  EncodingError,
  equalBytes,
  MAX_PROGRAM_BYTES,
} from '@prometheus-compute/protocol';
import { loadModel, MODEL_PROFILE, type Program, SandboxError } from '@prometheus-compute/sandbox';
import { contractOf } from '../addressing.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError, isOwnTrouble } from '../errors.ts';
import { decodeManifest, decodeProgram, manifestBytes } from '../manifest.ts';
import { excessOfRecords, recordsOf } from '../records-limit.ts';
import { missingCoin } from './coins.ts';
import type { TaskContext } from './context.ts';

/**
 * Before a seed is open and anything signed: every coin that the contract names is on the chain and unspent. W and V
 * besides: the program and every input are here and have their hashes (D20), and the program may run at all. An arbiter
 * has the program and the list of inputs before it signs (D38). W proves that it knows h_p.
 */
export async function agree(record: ChannelRecord, context: TaskContext): Promise<ChannelEvent> {
  const contract = contractOf(record.state);
  if (contract === undefined) throw new EngineError('channel-failed', 'there is no contract to agree to');
  const missing = await missingCoin(contract, context.ports.chain);
  if (missing !== undefined) return { kind: 'disagreed', code: 'coin-missing', ...missing };
  if (record.role === 'client') return { kind: 'agreed', pointLockProof: null };
  try {
    await obtainPayload(record, contract, context);
  } catch (cause) {
    if (isOwnTrouble(cause) || !(cause instanceof CodedError || isRefusal(cause))) throw cause;
    return { kind: 'disagreed', code: 'payload-unavailable', culprit: 'client', reason: cause.message };
  }
  const { signer } = context.ports;
  const pointLockProof =
    record.role === 'worker' ? signer.provePointLock(record.keys, contractHash(contract)) : null;
  return { kind: 'agreed', pointLockProof };
}

async function obtainPayload(record: ChannelRecord, contract: Contract, context: TaskContext): Promise<void> {
  const { payload, executor, onProgress } = context;
  const sources = context.peersOf(record, ['client']);
  const list = await payload.obtain(record, sources, {
    hash: contract.inputRoot,
    size: manifestBytes(contract.chunks),
    exact: true,
    verify: (bytes) => isListOf(contract, bytes),
  });
  if (!isListOf(contract, list)) {
    throw new EngineError(
      'payload-missing',
      'the list of inputs is not the one that the contract commits to',
    );
  }
  const program = await payload.obtain(record, sources, {
    hash: contract.programHash,
    ...(await programSize(record, context)),
    verify: (bytes) => isProgramOf(contract, bytes),
  });
  const prepared = decodeProgram(program);
  await executor.prepare(prepared, contract.limits);
  // An arbiter gets the inputs that matter with the claims.
  if (record.role === 'arbiter') return;
  const inputs = decodeManifest(list);
  requireRoom(prepared, inputs, context);
  for (const [i, { hash, size }] of inputs.entries()) {
    const verify = (bytes: Uint8Array) => equalBytes(inputHash(bytes), hash);
    await payload.obtain(record, sources, { hash, size, exact: true, name: 'x', verify });
    onProgress({ record, task: 'agree', done: i + 1, total: inputs.length });
  }
}

/** W and V: a row of few bytes may have megabytes of records, and terms do not say how many. */
function requireRoom(
  program: Program,
  inputs: readonly { readonly size: number }[],
  { policy }: TaskContext,
): void {
  if (program.profile !== MODEL_PROFILE) return;
  const sizes = inputs.map(({ size }) => size);
  const excess = excessOfRecords(recordsOf(loadModel(program.code), sizes), policy.limits);
  if (excess !== undefined) throw new EngineError('too-large', excess);
}

function isListOf(contract: Contract, bytes: Uint8Array): boolean {
  const hashes = decodeManifest(bytes).map(({ hash }) => hash);
  return hashes.length === contract.chunks && equalBytes(inputTree(hashes).root, contract.inputRoot);
}

function isProgramOf(contract: Contract, bytes: Uint8Array): boolean {
  try {
    const program = decodeProgram(bytes);
    // The profile decides on which networks a program may run, and how it is verified.
    return program.profile === contract.profile && equalBytes(programHash(program), contract.programHash);
  } catch (cause) {
    if (cause instanceof EncodingError) return false;
    throw cause;
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

/** Bytes of the program: as the Client's terms say to W and V; for an arbiter, whom nobody tells, what its policy allows. */
async function programSize(
  { id, role }: ChannelRecord,
  { ports, policy }: TaskContext,
): Promise<{ readonly size: number; readonly exact: boolean }> {
  if (role === 'arbiter') {
    return { size: Math.min(MAX_PROGRAM_BYTES, policy.limits.payloadBytes), exact: false };
  }
  const stored = await ports.store.record(programSizeKey(id));
  if (stored === undefined)
    throw new EngineError('payload-missing', 'the Client has not said how large the program is');
  return { size: Number(new TextDecoder().decode(stored)), exact: true };
}
