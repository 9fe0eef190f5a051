import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outpointKey, outpointOf, txidFromInternal } from '../../src/index.ts';

describe('txid:vout', () => {
  it('names an outpoint as people write it, and one only', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        (id, vout) => {
          const outpoint = { txid: txidFromInternal(id), vout };
          expect(outpointKey(outpoint)).toBe(`${outpoint.txid}:${vout}`);
          expect(outpointOf(outpointKey(outpoint))).toEqual(outpoint);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ['', 'length-wrong'],
    ['12', 'length-wrong'],
    [`${'0'.repeat(63)}g:0`, 'hex-malformed'],
  ])('"%s" is none', (key, code) => {
    expect(() => outpointOf(key)).toThrow(expect.objectContaining({ code }));
  });
});
