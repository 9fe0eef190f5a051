import {
  type AnsweredSeeds,
  type Contract,
  equalBytes,
  type Hash32,
  type SeedSubstitutes,
} from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { ProofError } from '../errors.ts';

/** What the proofs of one batch rest on: the contract's terms and its hash, `{ ...contract, contractHash }`. */
export type BatchTerms = Pick<
  Contract,
  'scheme' | 'chunks' | 'sampled' | 'limits' | 'inputRoot' | 'pointLock' | 'verificationLock'
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
 * Whether an opening was made for seeds that count (D37): those that C's receipt names, which it shows, with a block hash in
 * the place of s_V where the receipt names none; without such a receipt the two block hashes, where C opened nothing in time.
 *
 * @param answered - of the opening; null: it shows no receipt of C for its R
 */
export function seedsAreAuthentic(
  seeds: ChallengeSeeds,
  answered: AnsweredSeeds | null,
  substitutes: SeedSubstitutes,
): boolean {
  const client = answered === null ? substitutes.client : answered.client;
  const verifier = answered?.verifier ?? substitutes.verifier;
  if (client === null || verifier === null) return false;
  return equalBytes(seeds.client, client) && equalBytes(seeds.verifier, verifier);
}

/** @throws ProofError `count-wrong` */
export function checkCount(terms: BatchTerms, what: string, list: readonly unknown[]): void {
  if (list.length !== terms.chunks) {
    throw new ProofError('count-wrong', `${list.length} ${what} for ${terms.chunks} chunks`, {
      evidence: { expected: terms.chunks, actual: list.length },
    });
  }
}
