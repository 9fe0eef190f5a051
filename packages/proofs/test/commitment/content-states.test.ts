import { createHash } from 'node:crypto';
import { concatBytes, littleEndian } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ContentName,
  contentHash,
  contentParts,
  contentStates,
  contentStatesBytes,
  isContentPart,
  type NamedContent,
} from '../../src/index.ts';

const MIB = 1_048_576;
const NAMES: readonly ContentName[] = ['x', 'ct', 'records'];

/** A content, its parts and its states. */
async function sample(name: ContentName, size: number) {
  const bytes = new Uint8Array(size).map((_, i) => i * 31 + (i >> 8));
  const content: NamedContent = { name, size, hash: contentHash(name, bytes) };
  const read = async ({ offset, length }: { readonly offset: number; readonly length: number }) =>
    bytes.subarray(offset, offset + length);
  const states = await contentStates(content, read);
  const parts = await Promise.all(contentParts(size).map(read));
  return { bytes, content, states, parts };
}

/** Whether all parts are the content's, asked from the last to the first. */
const shown = (content: NamedContent, states: Uint8Array, parts: readonly Uint8Array[]): readonly boolean[] =>
  parts.map((part, i) => isContentPart(content, states, i, part)).toReversed();

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1);

describe('parts of a content, each shown by what comes behind it', () => {
  it.each([1, MIB - 5, MIB - 4, MIB - 3, MIB, MIB + 1, 2 * MIB - 4, 2 * MIB - 3, 2_500_000])(
    '%d bytes: the parts are all of it, and its own states show each of them',
    async (size) => {
      for (const name of NAMES) {
        const { bytes, content, states, parts } = await sample(name, size);
        expect(concatBytes(...parts)).toEqual(bytes);
        expect(states).toHaveLength(contentStatesBytes(size));
        expect(parts.every(({ length }) => length > 0 && length <= MIB)).toBe(true);
        expect(shown(content, states, parts)).toEqual(parts.map(() => true));
      }
    },
  );

  it('a state is that of SHA-256 itself: what follows it leads to the content hash', async () => {
    const { content, states, parts } = await sample('ct', MIB);
    expect(parts.map(({ length }) => length)).toEqual([MIB - 4, 4]);
    // One block of padding and four bytes follow the only state. It is worked out here from Node's own SHA-256 of the whole.
    const tag = createHash('sha256').update('prometheus/v1/ct').digest();
    const whole = createHash('sha256').update(tag).update(tag).update(littleEndian(MIB, 4));
    for (const part of parts) whole.update(part);
    expect(new Uint8Array(whole.digest())).toEqual(new Uint8Array(content.hash));
    expect(states).toHaveLength(32);
    expect(isContentPart(content, states, 1, parts[1]!)).toBe(true);
  });

  it('a flipped bit anywhere, in a part, its state or what names the content, is found at that part', async () => {
    const { bytes, content, states, parts } = await sample('records', 2_500_000);
    const places = contentParts(content.size);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (at) => {
        const index = places.findLastIndex(({ offset }) => offset <= at);
        const wrong = flipped(parts[index]!, at - places[index]!.offset);
        expect(isContentPart(content, states, index, wrong)).toBe(false);
      }),
      { numRuns: 12 },
    );
    for (const at of [0, 31, 32, 63]) {
      // Asked from the end, nothing in front of a wrong state is taken.
      const answers = shown(content, flipped(states, at), parts);
      expect(answers.slice(0, -1)).toContain(false);
      expect(answers.indexOf(false)).toBe(at < 32 ? 1 : 0);
    }
    const { hash, size } = content;
    const last = parts.length - 1;
    for (const other of [{ hash: flipped(hash, 0) as typeof hash }, { size: size + 1 }])
      expect(isContentPart({ ...content, ...other }, states, last, parts[last]!)).toBe(false);
    expect(isContentPart({ ...content, name: 'x' }, states, 0, parts[0]!)).toBe(false);
  });

  it('other lengths of a part or of the list of states, and parts that there are not, are none', async () => {
    const { content, states, parts } = await sample('x', 2_500_000);
    for (const [list, index, part] of [
      [states, 0, parts[0]!.subarray(1)],
      [states.subarray(32), 2, parts[2]!],
      [concatBytes(states, states), 2, parts[2]!],
      [states, 3, new Uint8Array(0)],
      [states, -1, new Uint8Array(0)],
    ] as const)
      expect(isContentPart(content, list, index, part)).toBe(false);
  });
});
