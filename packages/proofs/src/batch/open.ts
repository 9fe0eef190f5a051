import {
  equalBytes,
  type Hash32,
  type OpenedChunk,
  pointOf,
  publicKey,
  type SecretScalar,
} from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { challengeHash } from '../challenge/challenge.ts';
import { sampleChunks } from '../challenge/sample.ts';
import { merklePath, merkleTree } from '../commitment/merkle.ts';
import { chunkBase, chunkPoint } from '../encryption/chunk-key.ts';
import { proveDleq } from '../encryption/dleq.ts';
import type { Entropy } from '../entropy.ts';
import { ProofError } from '../errors.ts';
import { maskShare, splitLock } from '../lock/shares.ts';
import { lockDigest, schemeField, shownRecords } from '../scheme/trace.ts';
import { checkPointSecret, type Delivery, deliveryLeaves } from './commit.ts';
import { type BatchTerms, type ChallengeSeeds, checkCount } from './terms.ts';

/** The fields of the message `opening` that this package computes and checks. */
export interface Opening {
  /** R */
  readonly root: Hash32;
  /** s_C, or the block hash in its place. */
  readonly challengeClient: Hash32;
  /** s_V, or the block hash in its place. */
  readonly challengeVerifier: Hash32;
  /** The sampled chunks, in the order of the sample. */
  readonly chunks: readonly OpenedChunk[];
}

/** What an opening shows of a chunk, but for paths, keys and shares. */
export interface ChunkExhibit {
  /** y_i */
  readonly output: Uint8Array;
  /** D_i */
  readonly lock: Hash32;
  /** What the scheme needs besides: nothing for `replay`, the hash of the opened records for `freivalds`. */
  readonly scheme: Uint8Array;
}

/** The chunks that W has to open, in the order of the sample. */
export function chunksToOpen(terms: BatchTerms, root: Hash32, seeds: ChallengeSeeds): readonly number[] {
  return sampleChunks(challengeHash(root, seeds.client, seeds.verifier), terms.chunks, terms.sampled);
}

/**
 * W: what it shows of one chunk, one after the other, so that a model's records need not be in memory for all at once.
 *
 * @param outcome - of chunk `chunk`
 * @returns the exhibit, and under `freivalds` the opened records, which W serves by the hash that the exhibit names
 */
export function exhibitChunk(
  batch: { readonly terms: BatchTerms; readonly root: Hash32; readonly seeds: ChallengeSeeds },
  chunk: number,
  outcome: ChunkOutcome,
): { readonly exhibit: ChunkExhibit; readonly records: Uint8Array | null } {
  const challenge = challengeHash(batch.root, batch.seeds.client, batch.seeds.verifier);
  const { scheme } = batch.terms;
  const records = shownRecords(outcome, challenge, chunk);
  const exhibit = {
    output: outcome.output,
    lock: lockDigest(outcome, challenge, chunk),
    scheme: schemeField(scheme, records),
  };
  return { exhibit, records: scheme === 'freivalds' ? records : null };
}

/**
 * W: opens the sampled chunks. To be called once for a contract and its result kept, since shares and proofs are drawn
 * anew each time, and a second opening that differs is the fault *equivocation*.
 *
 * @param batch.pointSecret - h_p
 * @param batch.lockSecret - u_p, normalised so that U has even Y
 * @param batch.exhibits - by chunk, at least of those that {@link chunksToOpen} names
 * @throws ProofError `count-wrong`, `secret-wrong`, `entropy-unusable`
 */
export function openBatch(batch: {
  readonly terms: BatchTerms;
  readonly pointSecret: SecretScalar;
  readonly lockSecret: SecretScalar;
  readonly inputHashes: readonly Hash32[];
  readonly exhibits: ReadonlyMap<number, ChunkExhibit>;
  readonly delivery: Delivery;
  readonly seeds: ChallengeSeeds;
  readonly entropy: Entropy;
}): Opening {
  const { terms, pointSecret, lockSecret, exhibits, delivery, seeds, entropy } = batch;
  checkCount(terms, 'input hashes', batch.inputHashes);
  checkPointSecret(terms, pointSecret);
  if (!equalBytes(publicKey(lockSecret), terms.verificationLock) || pointOf(lockSecret)[0] !== 2) {
    throw new ProofError('secret-wrong', 'this secret is not the one of the contract’s verification lock');
  }
  const { contractHash } = terms;
  const sample = chunksToOpen(terms, delivery.root, seeds);
  const shares = splitLock(lockSecret, sample.length, entropy);
  const tree = merkleTree(deliveryLeaves(batch.inputHashes, delivery.chunks));
  const chunks = sample.map((index, place) => {
    const exhibit = exhibits.get(index);
    if (exhibit === undefined)
      throw new ProofError('count-wrong', `chunk ${index} is to be opened, and nothing shows it`);
    const share = shares[place]!;
    return {
      index,
      output: exhibit.output,
      path: merklePath(tree, index),
      chunkPoint: chunkPoint(pointSecret, chunkBase(contractHash, index)),
      dleq: proveDleq({ contractHash, chunk: index }, pointSecret, entropy),
      lockShare: pointOf(share),
      maskedShare: maskShare(share, contractHash, index, exhibit.lock),
      scheme: exhibit.scheme,
    };
  });
  return { root: delivery.root, challengeClient: seeds.client, challengeVerifier: seeds.verifier, chunks };
}
