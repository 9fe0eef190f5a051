import { chacha20 } from '@noble/ciphers/chacha.js';
import { fixed, taggedHash, u32 } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { FIELD_PRIME, fieldElements, fieldOf, fieldVector, sumOf } from '../../src/scheme/field.ts';
import { named } from '../build/batch.ts';

const CHALLENGE = named('challenge');

describe('elements of the field for a challenge', () => {
  it('elements are below p, and belong to challenge, use and index', () => {
    const drawn = fieldElements('freivalds-rows', CHALLENGE, 0, 4_000);
    for (const element of drawn) expect(element < FIELD_PRIME).toBe(true);
    expect(new Set(drawn).size).toBe(4_000);
    // A tenth of the field below, a tenth above: uniform, as far as 4,000 draws show.
    const low = drawn.filter((element) => element < FIELD_PRIME / 10n).length;
    const high = drawn.filter((element) => element > FIELD_PRIME - FIELD_PRIME / 10n).length;
    for (const count of [low, high]) expect(Math.abs(count - 400)).toBeLessThan(100);
    expect(fieldElements('freivalds-rows', CHALLENGE, 0, 10)).toEqual(drawn.slice(0, 10));
    for (const other of [
      fieldElements('freivalds-columns', CHALLENGE, 0, 10),
      fieldElements('freivalds-rows', CHALLENGE, 1, 10),
      fieldElements('freivalds-rows', named('another'), 0, 10),
    ])
      expect(other).not.toEqual(drawn.slice(0, 10));
  });

  it('elements are the words of the key stream without their upper three bits', () => {
    const key = taggedHash('freivalds-rows', fixed(CHALLENGE), u32(3));
    const stream = Buffer.from(chacha20(key, new Uint8Array(12), new Uint8Array(8 * 50)));
    const words = Array.from({ length: 50 }, (_, i) => stream.readBigUInt64LE(8 * i) & FIELD_PRIME);
    expect([...fieldElements('freivalds-rows', CHALLENGE, 3, 50)]).toEqual(words);
  });

  it('integers are elements, and elements have a sum', () => {
    const integers = [0, 1, -1, 2, -2, 2 ** 31 - 1, -(2 ** 31), 12_345, -67_890];
    expect([...fieldVector(Int32Array.from(integers))]).toEqual(integers.map(fieldOf));
    expect(fieldOf(-(2 ** 31))).toBe(FIELD_PRIME - 2n ** 31n);
    const most = new BigUint64Array(2 ** 20 + 3).fill(FIELD_PRIME - 1n);
    expect(sumOf(most)).toBe(((FIELD_PRIME - 1n) * BigInt(most.length)) % FIELD_PRIME);
    expect(sumOf(most.subarray(5, 7))).toBe(FIELD_PRIME - 2n);
    expect(sumOf(new BigUint64Array(0))).toBe(0n);
  });
});
