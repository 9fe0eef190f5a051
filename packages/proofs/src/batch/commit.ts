import { equalBytes, type Hash32, pointOf, type SecretScalar } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { contentHash } from '../commitment/content-hash.ts';
import { innerHash, leafHash } from '../commitment/leaf.ts';
import { merkleRoot } from '../commitment/merkle.ts';
import { chunkBase, chunkPoint } from '../encryption/chunk-key.ts';
import { encryptChunk } from '../encryption/cipher.ts';
import { ProofError } from '../errors.ts';
import { traceCommitment } from '../scheme/trace.ts';
import { type BatchTerms, checkCount } from './terms.ts';

/** What the Worker signs and delivers for a chunk; the ciphertext itself is fetched by its hash. */
export interface DeliveredChunk {
  /** inner_i */
  readonly inner: Hash32;
  /** H(ct_i) */
  readonly ciphertext: Hash32;
  /** Bytes of ct_i. */
  readonly size: number;
}

/** The fields of the message `delivery` that this package computes and checks. */
export interface Delivery {
  /** R */
  readonly root: Hash32;
  /** For i = 0..N−1. */
  readonly chunks: readonly DeliveredChunk[];
}

/** @throws ProofError `secret-wrong` unless h_p·G = P_h */
export function checkPointSecret(terms: BatchTerms, pointSecret: SecretScalar): void {
  if (!equalBytes(pointOf(pointSecret), terms.pointLock)) {
    throw new ProofError('secret-wrong', 'this secret is not the one of the contract’s point lock');
  }
}

/** inner_i = H(H(y_i), τ_i) of an outcome. */
export function outcomeInner(outcome: ChunkOutcome): Hash32 {
  return resultInner(chunkResult(outcome));
}

/** What a commitment needs of a chunk that was run. A model's records need not be in memory for all chunks at once. */
export interface ChunkResult {
  /** y_i */
  readonly output: Uint8Array;
  /** τ_i */
  readonly trace: Hash32;
}

/** The result of an outcome. */
export function chunkResult(outcome: ChunkOutcome): ChunkResult {
  return { output: outcome.output, trace: traceCommitment(outcome) };
}

/** inner_i of a result. */
export function resultInner({ output, trace }: ChunkResult): Hash32 {
  return innerHash(contentHash('y', output), trace);
}

/**
 * W: encrypts every result and commits to all of them.
 *
 * @param batch.pointSecret - h_p
 * @param batch.inputHashes - H(x_i) for i = 0..N−1
 * @param batch.results - of all chunks, in order
 * @returns the delivery, and the ciphertexts ct_i to serve
 * @throws ProofError `count-wrong`, `secret-wrong`
 */
export function commitBatch(batch: {
  readonly terms: BatchTerms;
  readonly pointSecret: SecretScalar;
  readonly inputHashes: readonly Hash32[];
  readonly results: readonly ChunkResult[];
}): { readonly delivery: Delivery; readonly ciphertexts: readonly Uint8Array[] } {
  const { terms, pointSecret, inputHashes, results } = batch;
  checkCount(terms, 'input hashes', inputHashes);
  checkCount(terms, 'results', results);
  checkPointSecret(terms, pointSecret);
  const ciphertexts = results.map(({ output }, chunk) => {
    const keyPoint = chunkPoint(pointSecret, chunkBase(terms.contractHash, chunk));
    return encryptChunk(keyPoint, terms.contractHash, chunk, output);
  });
  const chunks = results.map((result, chunk) => ({
    inner: resultInner(result),
    ciphertext: contentHash('ct', ciphertexts[chunk]!),
    size: ciphertexts[chunk]!.length,
  }));
  return { delivery: { root: merkleRoot(deliveryLeaves(inputHashes, chunks)), chunks }, ciphertexts };
}

/** leaf_i of every chunk of a delivery. */
export function deliveryLeaves(
  inputHashes: readonly Hash32[],
  chunks: readonly DeliveredChunk[],
): readonly Hash32[] {
  return chunks.map(({ inner, ciphertext }, chunk) =>
    leafHash(chunk, inputHashes[chunk]!, inner, ciphertext),
  );
}
