import {
  contractHash,
  graphOf,
  type Outpoint,
  parseSettlement,
  releasesOf,
  type SettlementId,
  toHex,
  transactionOf,
} from '@prometheus-compute/protocol';
import { decodeFailure } from '@prometheus-compute/sandbox';
import { EngineError } from '../engine/errors.ts';
import { resultsKey } from '../engine/tasks/examine.ts';
import type { LocalNetwork } from '../local/network.ts';
import type { BatchAttempts } from '../roles/batch-attempts.ts';
import { decodeSnapshot } from '../snapshot/snapshot.ts';
import { ownedInChannel, settledChanges } from './changes.ts';
import { detections } from './plan.ts';
import type {
  BatchReport,
  CeremonyFile,
  ChunkResult,
  JobReport,
  JobSpecification,
  SettledTransaction,
} from './specification.ts';

/** What a finished job came to, from the chain and the Client's own store. */
export async function reportJob(
  network: LocalNetwork,
  specification: JobSpecification,
  attempts: Pick<BatchAttempts, 'channels' | 'failed'>,
  before: readonly { readonly party: string; readonly before: bigint }[],
): Promise<JobReport> {
  const batches: BatchReport[] = [];
  const results: (readonly Uint8Array[])[] = [];
  const outcomes: (readonly ChunkResult[])[] = [];
  for (const [i, id] of attempts.channels.entries()) {
    const outputs = await resultsOf(network, id);
    results.push(outputs);
    const chunks = outputs.map(chunkResult);
    outcomes.push(chunks);
    batches.push(reportBatch(network, specification, id, i + 1, chunks));
  }
  const balances = before.map(({ party, before: earlier }) => {
    const { wallet, node } = network.parties.find(({ name }) => name === party)!;
    const isUnspent = ({ txid, vout }: Outpoint) => network.chain.output(txid, vout) !== undefined;
    const inChannels = node.engine.records.reduce(
      (sum, { state }) => sum + ownedInChannel(state, isUnspent),
      0n,
    );
    return { party, before: earlier, after: wallet.balance() + inChannels };
  });
  return {
    name: specification.name,
    network: 'devchain',
    height: network.height,
    batches,
    results,
    outcomes,
    ceremonies: await ceremoniesOf(network, attempts),
    balances,
  };
}

/** Every draw of the job, also those that came to nothing. */
async function ceremoniesOf(
  network: LocalNetwork,
  { channels, failed }: Pick<BatchAttempts, 'channels' | 'failed'>,
): Promise<readonly CeremonyFile[]> {
  const { node } = network.client;
  const files: CeremonyFile[] = [];
  const add = async (batch: number, attempt: number, channel: string, drawn: boolean): Promise<void> => {
    const file = await node.ceremony(channel);
    if (file !== undefined) files.push({ batch, attempt, complete: drawn, file });
  };
  for (const { batch, attempt, channel } of failed) await add(batch, attempt, channel, false);
  for (const [i, channel] of channels.entries()) {
    const tries = failed.filter(({ batch }) => batch === i + 1).length;
    await add(i + 1, tries + 1, channel, true);
  }
  return files;
}

async function resultsOf(network: LocalNetwork, id: string): Promise<readonly Uint8Array[]> {
  const stored = await network.client.node.engine.ports.store.record(resultsKey(id));
  const outputs = stored === undefined ? null : (decodeSnapshot(stored) as readonly (Uint8Array | null)[]);
  if (outputs === null || outputs.some((output) => output === null)) {
    const missing = outputs === null ? 'all results' : `the results of chunks ${indexesOfNull(outputs)}`;
    throw new EngineError('channel-failed', `${missing} could not be decrypted`, {
      rule: 'M §Payment',
      remedy: 'The Worker delivered something else than it committed to. Do not use it again.',
    });
  }
  return outputs as readonly Uint8Array[];
}

function indexesOfNull(outputs: readonly (Uint8Array | null)[]): string {
  return outputs.flatMap((output, i) => (output === null ? [i] : [])).join(', ');
}

function chunkResult(output: Uint8Array): ChunkResult {
  const failure = decodeFailure(output);
  if (failure === undefined) return { kind: 'done' };
  return { kind: 'failed', reason: failure.kind === 'exit' ? `exit ${failure.exitCode}` : failure.kind };
}

function reportBatch(
  network: LocalNetwork,
  specification: JobSpecification,
  id: string,
  batch: number,
  chunks: readonly ChunkResult[],
): BatchReport {
  const state = network.client.node.engine.records.find((record) => record.id === id)?.state;
  if (state?.name !== 'closed' || state.how !== 'settled') {
    throw new EngineError('channel-failed', `batch ${batch} is not settled`);
  }
  const { agreement } = state.before;
  const graph = graphOf(agreement);
  const settled = (transaction: 'Tx0' | SettlementId): SettledTransaction => {
    const { txid, vsize, fee } = transactionOf(graph, transaction);
    const found = network.chain.transaction(txid);
    if (found?.block === undefined)
      throw new EngineError('channel-failed', `${transaction} of batch ${batch} is in no block`);
    return { txid, height: found.block.height, vsize, fee };
  };
  const settlement = state.transaction as SettlementId;
  const released = releasesOf(graph, settlement).flatMap(({ owner, spend, amount, transaction }) => {
    const { txid, vsize } = transaction;
    const block = network.chain.transaction(txid)?.block;
    if (block === undefined) return [];
    return [{ party: owner, txid, height: block.height, vsize, fee: spend.prevout.amount - amount }];
  });
  return {
    batch,
    scheme: `#${parseSettlement(settlement).scheme}`,
    settlement,
    contractHash: toHex(contractHash(agreement.contract)),
    tx0: settled('Tx0'),
    tx4: settled(settlement),
    released,
    changes: settledChanges(graph, settlement),
    chunks: agreement.contract.chunks,
    sampled: agreement.contract.sampled,
    detection: detections(agreement.contract.chunks, specification.sampled),
    failedChunks: chunks.flatMap((chunk, i) => (chunk.kind === 'failed' ? [i] : [])),
  };
}
