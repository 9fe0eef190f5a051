import {
  type AnsweredSeeds,
  equalBytes,
  type Hash32,
  type OpenedChunk,
  type SeedSubstitutes,
} from '@prometheus-compute/protocol';
import { contentHash, inputHash } from '../commitment/content-hash.ts';
import { verifyInput } from '../commitment/inputs.ts';
import { leafHash } from '../commitment/leaf.ts';
import { verifyMerklePath } from '../commitment/merkle.ts';
import { encryptChunk } from '../encryption/cipher.ts';
import { recoverShare } from '../lock/shares.ts';
import { lockDigest, schemeField, shownRecords } from '../scheme/trace.ts';
import { outcomeInner } from './commit.ts';
import type { Opening } from './open.ts';
import {
  type ChunkClaim,
  openedChunkAt,
  openingChallenge,
  openingSample,
  provesChunkPoint,
  sharesMakeLock,
} from './opened-chunk.ts';
import { type BatchTerms, type RunChunk, seedsAreAuthentic } from './terms.ts';

/**
 * A_i: judges a claim about a chunk by re-running exactly that chunk (M §Claims, D11). What the accuser says is never
 * believed: everything comes from what the Worker signed (R, the opening), the contract and an own run. The delivery
 * is not needed, since the arbiter makes inner_i and ct_i itself: the leaf that it rebuilds from its own output, its own
 * trace and K_i leads to R exactly when output, trace, ciphertext and path are right, and the records that a Freivalds check
 * rests on are named by their hash. So `output`, `path` and `ciphertext` are confirmed by the same things, whichever of them
 * the accuser named.
 *
 * @param claimed.root - R as the Worker signed it in its delivery
 * @param claimed.opening - signed by the Worker; which signature that is was checked before
 * @param claimed.answered - the seeds of C's receipt that the opening shows (D37)
 * @param claimed.substitutes - block hashes that stand for seeds which were not opened in time
 * @param claimed.input - x_i and its path to the input root; needed for every kind but `malformed` and `dleq`
 * @returns d: 1 confirms the claim
 * @throws what `run` rejects with: then there is no judgement yet
 */
export async function judgeClaim(claimed: {
  readonly terms: BatchTerms;
  readonly root: Hash32;
  readonly opening: Opening;
  readonly claim: ChunkClaim;
  readonly input: { readonly bytes: Uint8Array; readonly path: readonly Hash32[] } | null;
  readonly answered: AnsweredSeeds | null;
  readonly substitutes: SeedSubstitutes;
  readonly run: RunChunk;
}): Promise<0 | 1> {
  const { terms, root, opening, claim, input, run } = claimed;
  const seeds = { client: opening.challengeClient, verifier: opening.challengeVerifier };
  if (!equalBytes(opening.root, root) || !seedsAreAuthentic(seeds, claimed.answered, claimed.substitutes)) {
    return verdict(claim.kind === 'malformed');
  }
  const sample = openingSample(terms, opening);
  const place = sample.indexOf(claim.chunk);
  if (place === -1) return 0;
  const opened = openedChunkAt(terms, opening, sample, place);
  if (opened === undefined) return verdict(claim.kind === 'malformed');
  if (claim.kind === 'malformed') return 0;
  if (claim.kind === 'dleq') return verdict(!provesChunkPoint(terms, opened));

  if (input === null) return 0;
  const hash = inputHash(input.bytes);
  if (!verifyInput(terms.inputRoot, terms.chunks, claim.chunk, hash, input.path)) return 0;
  if (claim.kind === 'lock' && !lockIsOpened(terms, opening, sample)) return 1;
  const outcome = await run(input.bytes, hash);
  const challenge = openingChallenge(opening);
  if (claim.kind === 'lock') {
    const { maskedShare, lockShare, index } = opened;
    const share = recoverShare(
      maskedShare,
      terms.contractHash,
      index,
      lockDigest(outcome, challenge, index),
      lockShare,
    );
    return verdict(share === undefined);
  }
  if (!equalBytes(outcome.output, opened.output)) return 1;
  const records = shownRecords(outcome, challenge, opened.index);
  if (!equalBytes(schemeField(terms.scheme, records), opened.scheme)) return 1;
  const ciphertext = encryptChunk(opened.chunkPoint, terms.contractHash, opened.index, opened.output);
  const leaf = leafHash(opened.index, hash, outcomeInner(outcome), contentHash('ct', ciphertext));
  return verdict(!verifyMerklePath(root, terms.chunks, opened.index, leaf, opened.path));
}

function verdict(confirmed: boolean): 0 | 1 {
  return confirmed ? 1 : 0;
}

/** Whether all opened chunks are well-formed and their U_i make U. */
function lockIsOpened(terms: BatchTerms, opening: Opening, sample: readonly number[]): boolean {
  const opened: OpenedChunk[] = [];
  for (const place of sample.keys()) {
    const chunk = openedChunkAt(terms, opening, sample, place);
    if (chunk === undefined) return false;
    opened.push(chunk);
  }
  return sharesMakeLock(terms, opened);
}
