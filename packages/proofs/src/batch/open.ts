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
import { lockDigest } from '../scheme/replay.ts';
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

/**
 * W: opens the sampled chunks. To be called once for a contract and its result kept, since shares and proofs are drawn
 * anew each time, and a second opening that differs is the fault *equivocation*.
 *
 * @param batch.pointSecret - h_p
 * @param batch.lockSecret - u_p, normalised so that U has even Y
 * @param batch.outcomes - of all chunks, in order
 * @throws ProofError `count-wrong`, `secret-wrong`, `entropy-unusable`
 */
export function openBatch(batch: {
  readonly terms: BatchTerms;
  readonly pointSecret: SecretScalar;
  readonly lockSecret: SecretScalar;
  readonly inputHashes: readonly Hash32[];
  readonly outcomes: readonly ChunkOutcome[];
  readonly delivery: Delivery;
  readonly seeds: ChallengeSeeds;
  readonly entropy: Entropy;
}): Opening {
  const { terms, pointSecret, lockSecret, outcomes, delivery, seeds, entropy } = batch;
  checkCount(terms, 'input hashes', batch.inputHashes);
  checkCount(terms, 'outcomes', outcomes);
  checkPointSecret(terms, pointSecret);
  if (!equalBytes(publicKey(lockSecret), terms.verificationLock) || pointOf(lockSecret)[0] !== 2) {
    throw new ProofError('secret-wrong', 'this secret is not the one of the contract’s verification lock');
  }
  const { contractHash } = terms;
  const sample = sampleChunks(
    challengeHash(delivery.root, seeds.client, seeds.verifier),
    terms.chunks,
    terms.sampled,
  );
  const shares = splitLock(lockSecret, sample.length, entropy);
  const tree = merkleTree(deliveryLeaves(batch.inputHashes, delivery.chunks));
  const chunks = sample.map((index, place) => {
    const outcome = outcomes[index]!;
    const share = shares[place]!;
    return {
      index,
      output: outcome.output,
      path: merklePath(tree, index),
      chunkPoint: chunkPoint(pointSecret, chunkBase(contractHash, index)),
      dleq: proveDleq({ contractHash, chunk: index }, pointSecret, entropy),
      lockShare: pointOf(share),
      maskedShare: maskShare(share, contractHash, index, lockDigest(outcome)),
      scheme: new Uint8Array(0),
    };
  });
  return { root: delivery.root, challengeClient: seeds.client, challengeVerifier: seeds.verifier, chunks };
}
