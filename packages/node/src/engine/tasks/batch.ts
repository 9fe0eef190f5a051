import type { BatchTerms, RunChunk } from '@prometheus-compute/proofs';
import {
  type Contract,
  contractHash,
  decodeMessage,
  type Hash32,
  type MessageOf,
} from '@prometheus-compute/protocol';
import type { Program } from '@prometheus-compute/sandbox';
import { contractOf } from '../addressing.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { decodeManifest, decodeProgram } from '../manifest.ts';
import type { TaskContext } from './context.ts';

/** What every step of a batch needs, from a node's own store. */
export interface Batch {
  readonly contract: Contract;
  readonly terms: BatchTerms;
  readonly program: Program;
  readonly inputHashes: readonly Hash32[];
}

/** @throws EngineError `payload-missing` when the store has lost it */
export async function loadBatch(record: ChannelRecord, context: TaskContext): Promise<Batch> {
  const contract = contractOf(record.state);
  if (contract === undefined) throw new EngineError('payload-missing', 'the channel has no contract yet');
  const manifest = await storedBlob(context, contract.inputRoot, 'the list of inputs');
  const program = decodeProgram(await storedBlob(context, contract.programHash, 'the program'));
  const inputHashes = decodeManifest(manifest).map(({ hash }) => hash);
  return { contract, terms: { ...contract, contractHash: contractHash(contract) }, program, inputHashes };
}

/** A content that this node has stored earlier. @throws EngineError `payload-missing` */
export async function storedBlob({ ports }: TaskContext, hash: Hash32, what: string): Promise<Uint8Array> {
  const bytes = await ports.blobs.get(hash);
  if (bytes === undefined) {
    throw new EngineError('payload-missing', `${what} is not in this node's store`, {
      remedy: 'Restore the data folder from a backup.',
    });
  }
  return bytes;
}

export async function loadInputs(batch: Batch, context: TaskContext): Promise<readonly Uint8Array[]> {
  return Promise.all(batch.inputHashes.map((hash, i) => storedBlob(context, hash, `input ${i}`)));
}

export async function loadDelivery(context: TaskContext, hash: Hash32): Promise<MessageOf<'delivery'>> {
  return decodeMessage('delivery', await storedBlob(context, hash, 'the delivery'));
}

/** Runs chunks of a batch in the sandbox, counting them. */
export function chunkRunner(batch: Batch, context: TaskContext, onDone: () => void): RunChunk {
  return async (input, seed) => {
    const outcome = await context.executor.run(batch.program, input, batch.contract.limits, seed);
    onDone();
    return outcome;
  };
}

/** Bytes of the receipt's frame: where the chain stood when a thing was received. */
export async function receiptPlace(context: TaskContext): Promise<{ height: number; blockHash: Hash32 }> {
  const { height, hash } = await context.ports.chain.tip();
  return { height, blockHash: hash };
}
