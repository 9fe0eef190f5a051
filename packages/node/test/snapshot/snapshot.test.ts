import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../../src/snapshot/snapshot.ts';

const { data } = fc.letrec<{ data: Snapshot }>((tie) => ({
  data: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.bigInt(),
    fc.string(),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 6 }).filter((key) => key !== '__proto__'),
      tie('data'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

const shuffled = (value: Snapshot): Snapshot => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
};

describe('snapshot codec', () => {
  it('gives back any plain data', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(decodeSnapshot(encodeSnapshot(value))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it('writes the same bytes for the same value, whatever the order of its keys', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(encodeSnapshot(shuffled(value))).toEqual(encodeSnapshot(value));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps apart what looks like one of its own marks', () => {
    for (const value of [{ $b: '00' }, { $n: '1' }, { $b: 1 }, { $o: {} }, { $$b: 'x' }]) {
      expect(decodeSnapshot(encodeSnapshot(value))).toEqual(value);
    }
  });

  it.each([
    ['a class', new Map()],
    ['a function', () => 1],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a symbol', Symbol('x')],
  ])('refuses %s', (_, value) => {
    expect(() => encodeSnapshot({ value })).toThrow(expect.objectContaining({ code: 'shape-wrong' }));
  });

  it.each(['', '{', '{"$b":"0"}', '{"$n":"x"}', '\u00ff'])('refuses damaged bytes %j', (text) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(() => decodeSnapshot(bytes)).toThrow(expect.objectContaining({ code: 'shape-wrong' }));
  });
});
