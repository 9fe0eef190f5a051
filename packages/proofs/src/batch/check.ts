import {
  type AnsweredSeeds,
  equalBytes,
  type Hash32,
  type OpenedChunk,
  type SecretScalar,
  type SeedSubstitutes,
} from '@prometheus-compute/protocol';
import { contentHash, inputHash } from '../commitment/content-hash.ts';
import { leafHash } from '../commitment/leaf.ts';
import { verifyMerklePath } from '../commitment/merkle.ts';
import { encryptChunk } from '../encryption/cipher.ts';
import { joinLock, recoverShare } from '../lock/shares.ts';
import type { ProjectChunk, ProjectedChunk } from '../scheme/projected.ts';
import { lockDigest, schemeField, shownRecords } from '../scheme/trace.ts';
import { chunkResult, type DeliveredChunk, type Delivery, resultInner } from './commit.ts';
import type { Opening } from './open.ts';
import {
  type ChunkClaim,
  type ChunkFault,
  openedChunkAt,
  openingChallenge,
  openingSample,
  provesChunkPoint,
  sharesMakeLock,
} from './opened-chunk.ts';
import { type BatchTerms, checkCount, type RunChunk, seedsAreAuthentic } from './terms.ts';

/** Result of a check: all sampled chunks are right, and only then is u_p known; or what is wrong with which chunk. */
export type Verdict =
  | { readonly r: 1; readonly lockSecret: SecretScalar }
  | { readonly r: 0; readonly claim: ChunkClaim };

/**
 * V, and C when it audits: checks an opening against the accepted delivery, and every sampled chunk by the contract's scheme
 * (M §Sequence 4): by running it again, or by projections of its records. Cheap checks come first; the first fault in the order
 * of the sample is the claim.
 *
 * @param received.inputs - x_i for i = 0..N−1, checked against the contract's input root before
 * @param received.delivery - for which {@link checkDelivery} said `complete`
 * @param received.answered - the seeds of C's receipt that the opening shows (D37)
 * @param received.substitutes - block hashes that stand for seeds which were not opened in time
 * @param received.run - the contract's program; `replay` calls it for all sampled chunks at once, so let it queue them;
 *   `freivalds` for a chunk whose records cannot be had
 * @param received.freivalds - what that scheme needs
 * @returns r = 1 with u_p, r = 0 with the claim
 * @throws ProofError `count-wrong`; what `run` rejects with: then there is no verdict yet
 */
export async function checkOpening(received: {
  readonly terms: BatchTerms;
  readonly inputs: readonly Uint8Array[];
  readonly delivery: Delivery;
  readonly opening: Opening;
  readonly answered: AnsweredSeeds | null;
  readonly substitutes: SeedSubstitutes;
  readonly run: RunChunk;
  readonly freivalds?: ProjectChunk;
}): Promise<Verdict> {
  const { terms, inputs, delivery, opening, freivalds } = received;
  checkCount(terms, 'inputs', inputs);
  checkCount(terms, 'delivered chunks', delivery.chunks);
  const seeds = { client: opening.challengeClient, verifier: opening.challengeVerifier };
  const sample = openingSample(terms, opening);
  const faulty = (place: number, kind: ChunkFault): Verdict => ({
    r: 0,
    claim: { chunk: sample[place]!, kind },
  });

  if (
    !equalBytes(opening.root, delivery.root) ||
    !seedsAreAuthentic(seeds, received.answered, received.substitutes)
  ) {
    return faulty(0, 'malformed');
  }
  const opened: OpenedChunk[] = [];
  for (const place of sample.keys()) {
    const chunk = openedChunkAt(terms, opening, sample, place);
    if (chunk === undefined) return faulty(place, 'malformed');
    const kind = faultBeforeRunning(terms, delivery, chunk, inputHash(inputs[chunk.index]!));
    if (kind !== undefined) return faulty(place, kind);
    opened.push(chunk);
  }
  if (!sharesMakeLock(terms, opened)) return faulty(0, 'lock');

  const challenge = openingChallenge(opening);
  const verify = (chunk: OpenedChunk) => {
    const input = inputs[chunk.index]!;
    const delivered = delivery.chunks[chunk.index]!;
    const { outputBytes } = terms.limits;
    const projected = async () => freivalds?.({ challenge, chunk, input, outputBytes });
    return verifyChunk({ ...received, challenge, chunk, input, delivered, projected });
  };
  const runs =
    terms.scheme === 'replay' ? await Promise.all(opened.map(verify)) : await inTurn(opened, verify);
  const shares: SecretScalar[] = [];
  for (const [place, result] of runs.entries()) {
    if (typeof result === 'string') return faulty(place, result);
    shares.push(result);
  }
  const lockSecret = joinLock(shares);
  return lockSecret === undefined ? faulty(0, 'lock') : { r: 1, lockSecret };
}

function faultBeforeRunning(
  terms: BatchTerms,
  delivery: Delivery,
  opened: OpenedChunk,
  input: Hash32,
): ChunkFault | undefined {
  const { index, output, chunkPoint, path } = opened;
  const delivered = delivery.chunks[index]!;
  const leaf = leafHash(index, input, delivered.inner, delivered.ciphertext);
  if (!verifyMerklePath(delivery.root, terms.chunks, index, leaf, path)) return 'path';
  if (!provesChunkPoint(terms, opened)) return 'dleq';
  // encryption is deterministic: ct_i decrypts to y_i exactly when encrypting y_i gives ct_i
  const ciphertext = encryptChunk(chunkPoint, terms.contractHash, index, output);
  return equalBytes(contentHash('ct', ciphertext), delivered.ciphertext) ? undefined : 'ciphertext';
}

/** One after the other: the records of a chunk are gone when those of the next one come. Ends at the first fault. */
async function inTurn(
  opened: readonly OpenedChunk[],
  verify: (chunk: OpenedChunk) => Promise<SecretScalar | 'output' | 'lock'>,
): Promise<readonly (SecretScalar | 'output' | 'lock')[]> {
  const results: (SecretScalar | 'output' | 'lock')[] = [];
  for (const chunk of opened) {
    const result = await verify(chunk);
    results.push(result);
    if (typeof result === 'string') break;
  }
  return results;
}

/** The share u_i of a chunk that is right, or what is wrong with it. */
async function verifyChunk(of: {
  readonly terms: BatchTerms;
  readonly challenge: Hash32;
  readonly chunk: OpenedChunk;
  readonly delivered: DeliveredChunk;
  readonly input: Uint8Array;
  readonly run: RunChunk;
  readonly projected: () => Promise<ProjectedChunk | 'wrong' | undefined>;
}): Promise<SecretScalar | 'output' | 'lock'> {
  const { terms, chunk, delivered } = of;
  const { index } = chunk;
  const result = (await of.projected()) ?? (await runAgain(of));
  if (result === 'wrong') return 'output';
  // the trace counts as output: a right result that was copied from elsewhere has none
  if (!equalBytes(result.output, chunk.output) || !equalBytes(resultInner(result), delivered.inner))
    return 'output';
  return recoverShare(chunk.maskedShare, terms.contractHash, index, result.lock, chunk.lockShare) ?? 'lock';
}

/** What an own run of a chunk gives; `wrong` where the opening names other records. */
async function runAgain(of: {
  readonly terms: BatchTerms;
  readonly challenge: Hash32;
  readonly chunk: OpenedChunk;
  readonly input: Uint8Array;
  readonly run: RunChunk;
}): Promise<ProjectedChunk | 'wrong'> {
  const { terms, challenge, chunk, input } = of;
  const outcome = await of.run(input, inputHash(input));
  const shown = schemeField(terms.scheme, shownRecords(outcome, challenge, chunk.index));
  if (!equalBytes(shown, chunk.scheme)) return 'wrong';
  return { ...chunkResult(outcome), lock: lockDigest(outcome, challenge, chunk.index) };
}
