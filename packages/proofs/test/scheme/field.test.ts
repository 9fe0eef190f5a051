import { describe, expect, it } from 'vitest';
import { FIELD_PRIME, fieldElements } from '../../src/scheme/field.ts';
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
});
