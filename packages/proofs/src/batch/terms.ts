import { type Contract, equalBytes, type Hash32, seedHash } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { ProofError } from '../errors.ts';

/** What the proofs of one batch rest on: the contract's terms and its hash, `{ ...contract, contractHash }`. */
export type BatchTerms = Pick<
  Contract,
  'chunks' | 'sampled' | 'limits' | 'inputRoot' | 'pointLock' | 'verificationLock' | 'seedHashes'
> & { readonly contractHash: Hash32 };

/**
 * Runs the contract's program on an input, under the contract's limits. Rejects when there is no result yet; a program
 * that fails is a result.
 *
 * @param seed - H(x_i), for the program's randomness
 */
export type RunChunk = (input: Uint8Array, seed: Hash32) => Promise<ChunkOutcome>;

/** The seeds that make the challenge. */
export interface ChallengeSeeds {
  /** s_C, or the hash of block H0 + t0 + Δ (internal byte order) in its place. */
  readonly client: Hash32;
  /** s_V */
  readonly verifier: Hash32;
}

/**
 * Whether an opening was made for the seeds that the contract commits to.
 *
 * @param substitute - the block hash that stands for s_C, where the Client did not open it in time (M §Sequence 2)
 */
export function seedsAreAuthentic(
  terms: BatchTerms,
  seeds: ChallengeSeeds,
  substitute: Hash32 | undefined,
): boolean {
  const client =
    substitute === undefined
      ? equalBytes(seedHash(seeds.client), terms.seedHashes.challengeClient)
      : equalBytes(seeds.client, substitute);
  return client && equalBytes(seedHash(seeds.verifier), terms.seedHashes.challengeVerifier);
}

/** @throws ProofError `count-wrong` */
export function checkCount(terms: BatchTerms, what: string, list: readonly unknown[]): void {
  if (list.length !== terms.chunks) {
    throw new ProofError('count-wrong', `${list.length} ${what} for ${terms.chunks} chunks`, {
      evidence: { expected: terms.chunks, actual: list.length },
    });
  }
}
