import { equalBytes, fromHex, toHex } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeScriptNumber, encodeScriptNumber, isTruthy } from '../../src/script/number.ts';

const LIMIT_4 = 0x7fff_ffff;
const LIMIT_5 = 0x7f_ffff_ffff;

describe('script numbers', () => {
  it.each([
    [0, ''],
    [1, '01'],
    [-1, '81'],
    [127, '7f'],
    [128, '8000'],
    [-128, '8080'],
    [255, 'ff00'],
    [256, '0001'],
    [LIMIT_4, 'ffffff7f'],
    [-LIMIT_4, 'ffffffff'],
    [LIMIT_4 + 1, '0000008000'],
    [LIMIT_5, 'ffffffff7f'],
  ])('%i is written %s', (value, hex) => {
    expect(toHex(encodeScriptNumber(value))).toBe(hex);
    expect(decodeScriptNumber(fromHex(hex), true, 5)).toBe(value);
  });

  it('gives back every number of five bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -LIMIT_5, max: LIMIT_5 }), (value) => {
        const bytes = encodeScriptNumber(value);
        expect(decodeScriptNumber(bytes, true, 5)).toBe(value);
        expect(decodeScriptNumber(bytes, true) === undefined).toBe(Math.abs(value) > LIMIT_4);
      }),
    );
  });

  it('accepts as minimal exactly what it would write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), (bytes) => {
        const value = decodeScriptNumber(bytes, false)!;
        const minimal = equalBytes(encodeScriptNumber(value), bytes);
        expect(decodeScriptNumber(bytes, true)).toBe(minimal ? value : undefined);
      }),
      {
        examples: [[fromHex('80')], [fromHex('00')], [fromHex('0080')], [fromHex('ff00')], [fromHex('7f00')]],
      },
    );
  });

  it('takes every zero for false, the negative ones too, and all else for true', () => {
    expect(['', '00', '80', '0000', '000080'].map((hex) => isTruthy(fromHex(hex)))).toEqual(
      Array(5).fill(false),
    );
    expect(['01', '81', '8000', '0100', '000081'].map((hex) => isTruthy(fromHex(hex)))).toEqual(
      Array(5).fill(true),
    );
  });
});
