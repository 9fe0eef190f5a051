import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PARAMETERS,
  decodeParameters,
  encodeParameters,
  opReturnData,
  opReturnScript,
  toHex,
} from '../../src/index.ts';

const filled = (length: number): Uint8Array => new Uint8Array(length).fill(7);

describe('OP_RETURN with one minimal push (M §Bytes)', () => {
  // Up to 75 bytes the opcode is the length, up to 255 OP_PUSHDATA1 (0x4c) carries it.
  it.each([
    [2, '6a02'],
    [16, '6a10'],
    [75, '6a4b'],
    [76, '6a4c4c'],
    [80, '6a4c50'],
    [255, '6a4cff'],
  ])('%i bytes begin with %s', (length, head) => {
    const script = opReturnScript(filled(length));
    expect(toHex(script)).toBe(`${head}${'07'.repeat(length)}`);
    expect(opReturnData(script)).toEqual(filled(length));
  });

  it.each([0, 1, 256, 300])('%i bytes have another form, and are not written', (length) => {
    expect(() => opReturnScript(filled(length))).toThrow(expect.objectContaining({ code: 'length-wrong' }));
  });

  it('other scripts carry no data, whatever their length', () => {
    const none: readonly (readonly number[])[] = [
      [],
      [0x6a],
      [0x6a, 0x00],
      [0x6a, 0x01, 7],
      // OP_1..OP_16 and OP_1NEGATE are the minimal pushes of one byte
      [0x6a, 0x51],
      [0x6a, 0x4c, 0x01, 7],
      [0x6a, 0x4c, 0x4b, ...filled(75)],
      [0x6a, 0x4b, ...filled(76)],
      [0x6a, 0x4c, 0x4c, ...filled(75)],
      [0x6a, 0x4c, 0x00, ...filled(256)],
      [0x6a, 0x4d, 0x00, 0x01, ...filled(256)],
      [0x69, 0x02, 7, 7],
    ];
    for (const script of none) expect(opReturnData(new Uint8Array(script))).toBeUndefined();
  });

  it('what is read is a copy: writing into it does not change the script', () => {
    const script = opReturnScript(filled(80));
    opReturnData(script)!.fill(0);
    expect(script).toEqual(opReturnScript(filled(80)));
    const announced = encodeParameters(DEFAULT_PARAMETERS);
    decodeParameters(announced)!.F.fill(0);
    expect(announced).toEqual(encodeParameters(DEFAULT_PARAMETERS));
  });
});
