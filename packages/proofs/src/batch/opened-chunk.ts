import { type Hash32, type OpenedChunk, type ProofScheme, point } from '@prometheus-compute/protocol';
import { challengeHash } from '../challenge/challenge.ts';
import { sampleChunks } from '../challenge/sample.ts';
import { type DleqStatement, verifyDleq } from '../encryption/dleq.ts';
import { sumsToLock } from '../lock/shares.ts';
import type { Opening } from './open.ts';
import type { BatchTerms } from './terms.ts';

/**
 * Faults of an opened chunk that a claim can name and whose judgement needs nothing but the opening, the input and the
 * program (M §Claims):
 * - `malformed`: not what the format asks for at this place of the sample, or the opening as a whole is not;
 * - `path`: the Merkle path does not lead from the delivered chunk to R;
 * - `dleq`: the chunk key is not proven to come from P_h;
 * - `ciphertext`: the delivered ciphertext is not the encryption of the opened output;
 * - `output`: the output, the trace or the opened records are not what the program gives;
 * - `lock`: the share of the verification lock cannot be recovered by a run, or the shares do not make U.
 */
export type ChunkFault = 'malformed' | 'path' | 'dleq' | 'ciphertext' | 'output' | 'lock';

/** A statement of V or C about the Worker: chunk i, which must be in the sample, has this fault. */
export interface ChunkClaim {
  readonly chunk: number;
  readonly kind: ChunkFault;
}

/** Bytes of what an opened chunk holds for its scheme: `freivalds` names the opened records by their hash. */
const SCHEME_BYTES: Readonly<Record<ProofScheme, number>> = { replay: 0, freivalds: 32 };

/** The challenge that an opening answers, by its own seeds. */
export function openingChallenge(opening: Opening): Hash32 {
  return challengeHash(opening.root, opening.challengeClient, opening.challengeVerifier);
}

/** The chunks that an opening has to open, by its own seeds. */
export function openingSample(terms: BatchTerms, opening: Opening): readonly number[] {
  return sampleChunks(openingChallenge(opening), terms.chunks, terms.sampled);
}

/** The opened chunk at a place of the sample, or undefined where the opening is malformed there. */
export function openedChunkAt(
  terms: BatchTerms,
  opening: Opening,
  sample: readonly number[],
  place: number,
): OpenedChunk | undefined {
  const opened = opening.chunks[place];
  if (opening.chunks.length !== sample.length || opened === undefined) return undefined;
  return opened.index === sample[place] && isWellFormed(terms, opened) ? opened : undefined;
}

function isWellFormed({ scheme }: BatchTerms, opened: OpenedChunk): boolean {
  return (
    isPoint(opened.chunkPoint) &&
    isPoint(opened.lockShare) &&
    opened.dleq.e.length === 32 &&
    opened.dleq.s.length === 32 &&
    opened.maskedShare.length === 32 &&
    opened.scheme.length === SCHEME_BYTES[scheme] &&
    opened.path.every((sibling) => sibling.length === 32)
  );
}

function isPoint(bytes: Uint8Array): boolean {
  try {
    point(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether K_i of a well-formed chunk is proven to be h_p·B_i. */
export function provesChunkPoint(terms: BatchTerms, opened: OpenedChunk): boolean {
  const statement: DleqStatement = { contractHash: terms.contractHash, chunk: opened.index };
  return verifyDleq(statement, terms.pointLock, opened.chunkPoint, opened.dleq);
}

/** Whether the shares U_i of well-formed chunks make U. */
export function sharesMakeLock(terms: BatchTerms, opened: readonly OpenedChunk[]): boolean {
  return sumsToLock(
    opened.map((chunk) => chunk.lockShare),
    terms.verificationLock,
  );
}
