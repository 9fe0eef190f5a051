import { fixed, fromLittleEndian, type Hash32, taggedHash, u32 } from '@prometheus-compute/protocol';
import { ProofError } from '../errors.ts';

/** The words of a challenge, without end: block j = H("sample", challenge, j) as four u64 little-endian. */
export function* sampleStream(challenge: Hash32): Generator<bigint, never> {
  for (let block = 0; ; block++) {
    const bytes = taggedHash('sample', fixed(challenge), u32(block));
    for (let offset = 0; offset < 32; offset += 8) yield fromLittleEndian(bytes.subarray(offset, offset + 8));
  }
}

/**
 * The m chunks to check, in the order in which they are drawn: the first m places of the Fisher–Yates permutation of
 * 0..N−1 that the challenge drives, without bias. Only the places that were swapped are kept, so that N may be large.
 *
 * @param chunks - N
 * @param sampled - m
 * @throws ProofError `sample-impossible` unless 1 ≤ m ≤ N < 2^32 (C16)
 */
export function sampleChunks(challenge: Hash32, chunks: number, sampled: number): readonly number[] {
  if (
    !Number.isInteger(chunks) ||
    chunks > 0xffff_ffff ||
    !Number.isInteger(sampled) ||
    sampled < 1 ||
    sampled > chunks
  ) {
    throw new ProofError('sample-impossible', `no ${sampled} of ${chunks} chunks can be drawn`, {
      evidence: { chunks, sampled },
      rule: 'C16',
    });
  }
  const words = sampleStream(challenge);
  const moved = new Map<number, number>();
  const sample: number[] = [];
  for (let i = 0; i < sampled; i++) {
    const place = i + below(words, chunks - i);
    sample.push(moved.get(place) ?? place);
    moved.set(place, moved.get(i) ?? i);
    moved.delete(i);
  }
  return sample;
}

/** A uniform number below `bound`: words that would make the smallest remainders likelier are skipped. */
function below(words: Generator<bigint, never>, bound: number): number {
  const range = 1n << 64n;
  const limit = range - (range % BigInt(bound));
  for (;;) {
    const word = words.next().value;
    if (word < limit) return Number(word % BigInt(bound));
  }
}
