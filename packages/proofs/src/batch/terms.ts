import {
  type Contract,
  equalBytes,
  type Hash32,
  type SeedSubstitutes,
  seedHash,
} from '@prometheus-compute/protocol';
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
  /** s_C, or the block hash (internal byte order) that stands for it (D37). */
  readonly client: Hash32;
  /** s_V, or the block hash that stands for it. */
  readonly verifier: Hash32;
}

/**
 * Whether an opening was made for seeds that count (D37): the one that the contract commits to always does, whenever it
 * was opened; a block hash only where `substitutes` has it, because the seed was not accepted in time.
 */
export function seedsAreAuthentic(
  terms: BatchTerms,
  seeds: ChallengeSeeds,
  substitutes: SeedSubstitutes,
): boolean {
  const { challengeClient, challengeVerifier } = terms.seedHashes;
  return (
    counts(seeds.client, challengeClient, substitutes.client) &&
    counts(seeds.verifier, challengeVerifier, substitutes.verifier)
  );
}

function counts(seed: Hash32, committed: Hash32, substitute: Hash32 | null): boolean {
  return equalBytes(seedHash(seed), committed) || (substitute !== null && equalBytes(seed, substitute));
}

/** @throws ProofError `count-wrong` */
export function checkCount(terms: BatchTerms, what: string, list: readonly unknown[]): void {
  if (list.length !== terms.chunks) {
    throw new ProofError('count-wrong', `${list.length} ${what} for ${terms.chunks} chunks`, {
      evidence: { expected: terms.chunks, actual: list.length },
    });
  }
}
