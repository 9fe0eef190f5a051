import {
  type ChannelState,
  contractHash,
  graphOf,
  parseSettlement,
  releasesOf,
  type SettlementId,
  toHex,
  transactionOf,
} from '@prometheus-compute/protocol';
import { decodeFailure } from '@prometheus-compute/sandbox';
import { EngineError } from '../engine/errors.ts';
import { resultsKey } from '../engine/tasks/examine.ts';
import type { Node } from '../node/node.ts';
import { decodeSnapshot } from '../snapshot/snapshot.ts';
import { settledChanges } from './changes.ts';
import { detections } from './plan.ts';
import type {
  BatchReport,
  CeremonyFile,
  ChunkResult,
  JobReport,
  SettledTransaction,
} from './specification.ts';
import type { JobEnd, StoredJob } from './stored-job.ts';

type Settled = Extract<ChannelState, { how: 'settled' }>;

/** What an ended job came to, from the Client's own store. @param network - name of the chain, for people */
export async function reportJob(
  node: Node,
  { terms, before }: StoredJob,
  end: JobEnd,
  network: string,
): Promise<JobReport> {
  const results: (readonly Uint8Array[])[] = [];
  // A batch that ended without results is in the report all the same: what it cost stands there.
  for (const { channel } of end.batches) results.push((await resultsOf(node, channel)) ?? []);
  return {
    name: terms.name,
    network,
    height: end.height,
    batches: end.batches.map(({ report }) => report),
    results,
    outcomes: results.map((outputs) => outputs.map(chunkResult)),
    ceremonies: await ceremoniesOf(node, end),
    balances: [{ party: 'client', before, after: end.after }],
  };
}

/** Every draw of the job, also those that came to nothing. */
async function ceremoniesOf(node: Node, { batches, lost }: JobEnd): Promise<readonly CeremonyFile[]> {
  const files: CeremonyFile[] = [];
  const add = async (batch: number, attempt: number, channel: string, complete: boolean): Promise<void> => {
    const file = await node.ceremony(channel);
    if (file !== undefined) files.push({ batch, attempt, complete, file });
  };
  for (const { batch, attempt, channel } of lost) await add(batch, attempt, channel, false);
  for (const { channel, report } of batches) {
    const tries = lost.filter(({ batch }) => batch === report.batch).length;
    await add(report.batch, tries + 1, channel, true);
  }
  return files;
}

/** The results of a batch; undefined when it has none, or not all of them. */
async function resultsOf(node: Node, channel: string): Promise<readonly Uint8Array[] | undefined> {
  const outputs = await decrypted(node, channel);
  return outputs?.every((output) => output !== null) === true
    ? (outputs as readonly Uint8Array[])
    : undefined;
}

async function decrypted(node: Node, channel: string): Promise<readonly (Uint8Array | null)[] | undefined> {
  const stored = await node.ports.store.record(resultsKey(channel));
  return stored && (decodeSnapshot(stored) as readonly (Uint8Array | null)[]);
}

/** Why a settled batch has no results; undefined: it has all. */
export async function lackOfResults(
  node: Node,
  channel: string,
  { transaction, revealed }: Settled,
  place: number,
): Promise<EngineError | undefined> {
  if (revealed === null) {
    const { scheme } = parseSettlement(transaction as SettlementId);
    const reason = `batch ${place} ended by ${transaction} (#${scheme}), without results`;
    return new EngineError('channel-failed', reason, {
      rule: 'T §The tree',
      remedy: 'The report shows what was paid and came back. Choose other partners, and run the job again.',
    });
  }
  const outputs = await decrypted(node, channel);
  if (outputs !== undefined && !outputs.includes(null)) return undefined;
  const missing = outputs === undefined ? 'all results' : `the results of chunks ${indexesOfNull(outputs)}`;
  return new EngineError('channel-failed', `${missing} of batch ${place} could not be decrypted`, {
    rule: 'M §Payment',
    remedy: 'The Worker delivered something else than it committed to. Do not use it again.',
  });
}

function indexesOfNull(outputs: readonly (Uint8Array | null)[]): string {
  return outputs.flatMap((output, i) => (output === null ? [i] : [])).join(', ');
}

function chunkResult(output: Uint8Array): ChunkResult {
  const failure = decodeFailure(output);
  if (failure === undefined) return { kind: 'done' };
  return { kind: 'failed', reason: failure.kind === 'exit' ? `exit ${failure.exitCode}` : failure.kind };
}

/** What a settled batch came to. @param place - in its job, from 1 */
export async function reportBatch(
  node: Node,
  channel: string,
  state: Settled,
  place: number,
): Promise<BatchReport> {
  const { agreement, commitmentHeight } = state.before;
  const { chunks, sampled } = agreement.contract;
  const graph = graphOf(agreement);
  const settled = (transaction: 'Tx0' | SettlementId, height: number): SettledTransaction => {
    const { txid, vsize, fee } = transactionOf(graph, transaction);
    return { txid, height, vsize, fee };
  };
  const settlement = state.transaction as SettlementId;
  const released: (SettledTransaction & { readonly party: string })[] = [];
  for (const { owner, spend, amount, transaction } of releasesOf(graph, settlement)) {
    const { txid, vsize } = transaction;
    const height = (await node.ports.chain.transaction(txid))?.height;
    if (height === undefined) continue;
    released.push({ party: owner, txid, height, vsize, fee: spend.prevout.amount - amount });
  }
  const outputs = (await resultsOf(node, channel)) ?? [];
  return {
    batch: place,
    scheme: `#${parseSettlement(settlement).scheme}`,
    settlement,
    contractHash: toHex(contractHash(agreement.contract)),
    // The settlement spends an output of Tx0, which therefore has a block.
    tx0: settled('Tx0', commitmentHeight!),
    tx4: settled(settlement, state.height),
    released,
    changes: settledChanges(graph, settlement),
    chunks,
    sampled,
    detection: detections(chunks, sampled),
    failedChunks: outputs.flatMap((output, i) => (chunkResult(output).kind === 'failed' ? [i] : [])),
  };
}
