import { encode } from '@ipld/dag-cbor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CborValue,
  contractHash,
  decodeCanonical,
  decodeContract,
  encodeContract,
  taggedHash,
  toHex,
  variable,
} from '../../src/index.ts';
import { validTerms } from '../fixtures/generate.ts';
import { fixtureTerms } from '../fixtures/terms.ts';

type Fields = Record<string, CborValue>;
const { contract } = fixtureTerms();
const bytes = encodeContract(contract);
const fields = decodeCanonical(bytes, 100_000) as Fields;
const refused = (data: Uint8Array, code?: string) =>
  expect(() => decodeContract(data)).toThrow(
    expect.objectContaining({ name: 'EncodingError', ...(code === undefined ? {} : { code }) }),
  );

/** Every path to a value inside the contract's map. */
function paths(value: CborValue, path: readonly string[] = []): readonly (readonly string[])[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => paths(item, [...path, key]))];
}

function replaced(value: CborValue, path: readonly string[], by: (old: CborValue) => CborValue): CborValue {
  const [head, ...rest] = path;
  if (head === undefined) return by(value);
  if (Array.isArray(value))
    return value.map((item, i) => (i === Number(head) ? replaced(item, rest, by) : item));
  const map = value as Fields;
  return { ...map, [head]: replaced(map[head]!, rest, by) };
}

const every = paths(fields).filter((path) => path.length > 0);

describe('contract codec', () => {
  it('round-trips, byte for byte', () => {
    expect(decodeContract(bytes)).toEqual(contract);
    fc.assert(
      fc.property(validTerms(), ({ contract: drawn }) => {
        const encoded = encodeContract(drawn);
        expect(decodeContract(encoded)).toEqual(drawn);
        expect(encodeContract(decodeContract(encoded))).toEqual(encoded);
      }),
      { numRuns: 20 },
    );
  });

  it('hash: H("contract", length-prefixed bytes)', () => {
    expect(contractHash(contract)).toEqual(taggedHash('contract', variable(bytes)));
  });

  it.each(every.map((path) => [path.join('.'), path] as const))(
    'every field counts and has one form: %s',
    (_, path) => {
      const wrong: readonly CborValue[] = ['x', -1, [], {}, true, new Uint8Array(5)];
      const original = toHex(encode(replaced(fields, path, (old) => old)));
      for (const value of wrong) {
        const mutated = encode(replaced(fields, path, () => value));
        let again: string | undefined;
        try {
          again = toHex(encodeContract(decodeContract(mutated)));
        } catch (error) {
          expect(error).toMatchObject({ name: 'EncodingError' });
          continue;
        }
        // Some forms fit several values (a profile, a script): then it is another contract, with the same bytes again.
        expect(again).toBe(toHex(mutated));
        expect(again).not.toBe(original);
      }
    },
  );

  it('byte strings one byte shorter or longer are refused where the width is fixed', () => {
    const fixedWidth = every.filter((path) => {
      const value = path.reduce<CborValue>((at, key) => (at as Fields)[key]!, fields);
      return value instanceof Uint8Array && path.at(-1) !== 'script';
    });
    expect(fixedWidth.length).toBeGreaterThan(15);
    for (const path of fixedWidth) {
      refused(encode(replaced(fields, path, (old) => (old as Uint8Array).slice(1))), 'length-wrong');
      refused(
        encode(replaced(fields, path, (old) => new Uint8Array([...(old as Uint8Array), 0]))),
        'length-wrong',
      );
    }
  });

  it('a missing, an additional or a renamed field is refused', () => {
    for (const name of Object.keys(fields)) {
      const { [name]: value, ...rest } = fields;
      refused(encode(rest), 'shape-wrong');
      refused(encode({ ...rest, [`${name}_`]: value }), 'shape-wrong');
    }
    refused(encode({ ...fields, extra: 0 }), 'shape-wrong');
    refused(encode([]), 'shape-wrong');
    refused(encode({ ...fields, scheme: 'trust' }), 'shape-wrong');
    refused(encode({ ...fields, profile: '' }), 'shape-wrong');
    refused(encode({ ...fields, profile: 'x'.repeat(33) }), 'shape-wrong');
    refused(encode({ ...fields, chunks: 2 ** 32 }), 'shape-wrong');
    refused(encode({ ...fields, reward: 2_100_000_000_000_001n }), 'integer-out-of-range');
    refused(encode({ ...fields, pointLock: new Uint8Array(33).fill(2, 0, 1).fill(255, 1) }), 'point-invalid');
    refused(encode({ ...fields, verificationLock: new Uint8Array(32).fill(255) }), 'point-invalid');
  });

  it('truncated, extended or non-canonical bytes are refused', () => {
    for (let length = 0; length < bytes.length; length += 7) refused(bytes.subarray(0, length));
    refused(new Uint8Array([...bytes, 0]));
    // the map's head with a length of two bytes instead of one
    expect(bytes[0]).toBe(0xb8);
    refused(new Uint8Array([0xb9, 0, bytes[1]!, ...bytes.subarray(2)]));
    // an integer in a longer form than needed: chunks = 20 as 0x1814 → 0x190014
    const chunks = toHex(new TextEncoder().encode('chunks'));
    const hex = toHex(bytes);
    const at = hex.indexOf(`66${chunks}14`);
    expect(at).toBeGreaterThan(0);
    const longer = hex.replace(`66${chunks}14`, `66${chunks}1814`);
    refused(Uint8Array.from(longer.match(/../g)!, (byte) => Number.parseInt(byte, 16)));
    refused(new Uint8Array(40_000), 'too-large');
  });

  it('two fields in another order are refused', () => {
    const keys = Object.keys(fields).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    const [first, second] = keys.filter((key) => key.length === 6) as [string, string];
    const item = (key: string) => [...encode(key), ...encode(fields[key])];
    const canonical = keys.flatMap(item);
    expect(toHex(bytes)).toBe(toHex(new Uint8Array([0xb8, keys.length, ...canonical])));
    const swapped = keys.map((key) => (key === first ? second : key === second ? first : key)).flatMap(item);
    refused(new Uint8Array([0xb8, keys.length, ...swapped]), 'not-canonical');
  });
});
