import { judgeClaim } from '@prometheus-compute/proofs';
import {
  answeredSeeds,
  type ChannelEvent,
  CodedError,
  clock,
  decodeMessage,
  equalBytes,
  type Hash32,
  hash32,
  type MessageOf,
  openEnvelope,
  openingHash,
  type Task,
} from '@prometheus-compute/protocol';
import { SandboxError } from '@prometheus-compute/sandbox';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { type Batch, chunkRunner, loadBatch, storedBlob } from './batch.ts';
import type { TaskContext } from './context.ts';

type JudgeTask = Extract<Task, { readonly kind: 'judge' }>;

/**
 * A_i: whether one of the claims holds, each by re-running the chunk that it names (M §Claims, D11), and the nonce under
 * which the vote is committed to. A claim that gives no result keeps no other one from being judged: it is tried again,
 * and is not confirmed when that has not helped in half the time that there is.
 */
export async function judge(
  record: ChannelRecord,
  task: JudgeTask,
  context: TaskContext,
): Promise<ChannelEvent> {
  const { court } = task;
  const nonce = await voteNonce(record, court, context);
  let failure: unknown;
  for (const [i, hash] of task.claims.entries()) {
    context.onProgress({ record, task: 'judge', done: i, total: task.claims.length });
    try {
      if (await holds(record, hash, task, context)) return { kind: 'judged', court, confirmed: true, nonce };
    } catch (cause) {
      // This node is being stopped.
      if (cause instanceof SandboxError && cause.code === 'closed') throw cause;
      failure ??= cause;
    }
  }
  const { height } = await context.ports.chain.tip();
  if (failure !== undefined && height < lastRepetition(record)) throw failure;
  return { kind: 'judged', court, confirmed: false, nonce };
}

/** Halfway from the first tip for judging to the last one for the commitment to a vote, which a run must not outlast. */
function lastRepetition({ state }: ChannelRecord): number {
  if (state.name !== 'arbitration' || state.arbitration.court === null) return Number.POSITIVE_INFINITY;
  const { parameters, contract } = state.agreement;
  const { claim, B, voteCommitment } = clock(parameters, contract);
  return state.arbitration.court.height + Math.floor((claim + B + voteCommitment) / 2);
}

async function holds(
  record: ChannelRecord,
  hash: Hash32,
  task: JudgeTask,
  context: TaskContext,
): Promise<boolean> {
  const batch = await loadBatch(record, context);
  const claim = decodeMessage('claim', await storedBlob(context, hash, 'a claim'));
  if (!('opening' in claim)) return false;
  const opening = workersOpening(claim.opening, batch, task.named, context);
  if (opening === undefined) return false;
  const { substitutes } = task;
  const d = await judgeClaim({
    terms: batch.terms,
    root: task.root ?? opening.root,
    opening,
    claim: { chunk: claim.index, kind: claim.fault },
    input: claim.input,
    answered: answeredSeeds(batch.contract, opening, context.ports.verify),
    substitutes,
    run: chunkRunner(batch, context, () => {}),
  });
  return d === 1;
}

/** What a claim accuses, if W signed it for this contract, and it is the one that counts (D31). */
function workersOpening(
  bytes: Uint8Array,
  { contract, terms }: Batch,
  named: Hash32 | null,
  { ports }: TaskContext,
): MessageOf<'opening'> | undefined {
  try {
    const { envelope, message } = openEnvelope(bytes, ports.verify);
    if (message.kind !== 'opening' || !equalBytes(message.channel, terms.contractHash)) return undefined;
    if (!equalBytes(envelope.from, contract.worker.messageKey)) return undefined;
    return named === null || equalBytes(openingHash(envelope.body), named) ? message : undefined;
  } catch (cause) {
    if (cause instanceof CodedError) return undefined;
    throw cause;
  }
}

/**
 * Fresh for each dispute, and stored before it is used: an arbiter that is started again between its commitment and its
 * opening opens what it committed to.
 */
async function voteNonce(
  { id }: ChannelRecord,
  court: JudgeTask['court'],
  { ports: { store, entropy } }: TaskContext,
): Promise<Hash32> {
  const key = `vote-nonce:${id}:${court}`;
  await store.putRecord(key, entropy(32), { ifAbsent: true });
  const nonce = await store.record(key);
  if (nonce === undefined) throw new EngineError('payload-missing', 'the nonce of the vote is lost');
  return hash32(nonce);
}
