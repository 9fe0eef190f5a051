import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CborValue,
  decodeMessage,
  EncodingError,
  encodeCanonical,
  MESSAGE_LIMITS,
  type MessageKind,
} from '../../src/index.ts';
import { MESSAGE_KINDS } from '../../src/wire/messages.ts';
import { looseCbor, type Slip } from '../fixtures/loose-cbor.ts';
import { bodyArbitrary } from '../fixtures/message-arbitrary.ts';

type Body = Record<string, CborValue>;

/** The refusal of some bytes; fails when they are accepted or anything but a coded refusal comes out. */
function refusalOf(kind: MessageKind, bytes: Uint8Array): EncodingError {
  try {
    decodeMessage(kind, bytes);
  } catch (error) {
    if (error instanceof EncodingError) return error;
    throw error;
  }
  return expect.unreachable(`${kind} accepted bytes that are no message`);
}

function everyBody(kind: MessageKind, runs: number, check: (body: Body) => void): void {
  fc.assert(fc.property(bodyArbitrary(kind), check), { numRuns: runs });
}

const SLIPS: readonly Slip[] = ['long-head', 'indefinite', 'unsorted-keys', 'repeated-key'];
/** A value of a type that no field has. */
const WRONG: CborValue = true;

describe.each(MESSAGE_KINDS)('message %s refuses', (kind) => {
  it('every truncation', () => {
    everyBody(kind, 3, (body) => {
      const bytes = encodeCanonical(body);
      const step = Math.max(1, Math.floor(bytes.length / 40));
      for (let length = 0; length < bytes.length; length += step) {
        refusalOf(kind, bytes.subarray(0, length));
      }
      refusalOf(kind, bytes.subarray(0, bytes.length - 1));
    });
  });

  it('a byte too many', () => {
    everyBody(kind, 3, (body) => {
      expect(refusalOf(kind, new Uint8Array([...encodeCanonical(body), 0])).code).toBe('not-canonical');
    });
  });

  it('an unknown field, by its name', () => {
    everyBody(kind, 3, (body) => {
      const { code, evidence } = refusalOf(kind, encodeCanonical({ ...body, extra: 1 }));
      expect([code, evidence.path]).toEqual(['shape-wrong', `${kind}.extra`]);
    });
  });

  it('each missing field, by its name', () => {
    everyBody(kind, 3, (body) => {
      for (const missing of Object.keys(body)) {
        const { [missing]: _, ...rest } = body;
        expect(String(refusalOf(kind, encodeCanonical(rest)).evidence.path)).toContain(`${kind}.`);
      }
    });
  });

  it('a value of the wrong type in each field, by its name', () => {
    everyBody(kind, 3, (body) => {
      for (const field of Object.keys(body)) {
        const { code, evidence, message } = refusalOf(kind, encodeCanonical({ ...body, [field]: WRONG }));
        expect(['shape-wrong', `${kind}.${field}`]).toEqual([code, evidence.path]);
        expect(message).toContain(`${kind}.${field}: `);
      }
    });
  });

  it('more bytes than its limit, before it parses them', () => {
    const { code } = refusalOf(kind, new Uint8Array(MESSAGE_LIMITS[kind] + 1));
    expect(code).toBe('too-large');
  });

  it.each(SLIPS)('dag-cbor with %s', (slip) => {
    everyBody(kind, 3, (body) => {
      expect(encodeCanonical(body)).toEqual(looseCbor(body, undefined));
      expect(refusalOf(kind, looseCbor(body, slip)).code).toBe('not-canonical');
    });
  });

  it('whatever a changed byte makes of it, or reads it as another message', () => {
    fc.assert(
      fc.property(bodyArbitrary(kind), fc.nat(), fc.integer({ min: 1, max: 255 }), (body, place, change) => {
        const bytes = encodeCanonical(body);
        bytes[place % bytes.length]! ^= change;
        try {
          expect(decodeMessage(kind, bytes)).not.toEqual(decodeMessage(kind, encodeCanonical(body)));
        } catch (error) {
          expect(error).toBeInstanceOf(EncodingError);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('hostile bytes', () => {
  it('never pass as a message, and never end in anything but a coded refusal', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MESSAGE_KINDS), fc.uint8Array({ maxLength: 200 }), (kind, bytes) => {
        refusalOf(kind, bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Uint8Array]>([
    ['a list that claims 2^32 items', new Uint8Array([0x9a, 0xff, 0xff, 0xff, 0xff])],
    ['bytes that claim 2^63', new Uint8Array([0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['a map that claims 2^32 keys', new Uint8Array([0xba, 0xff, 0xff, 0xff, 0xff, 0x60])],
    ['lists in lists, as deep as the limit lets them', new Uint8Array(1_048_576).fill(0x81)],
    ['tags in tags', new Uint8Array(1_048_576).fill(0xc6)],
    [
      'a million empty lists',
      new Uint8Array([0x9a, 0, 0x0f, 0xff, 0xf0, ...new Uint8Array(0xffff0).fill(0x80)]),
    ],
    ['a million nulls', new Uint8Array([0x9a, 0, 0x0f, 0xff, 0xf0, ...new Uint8Array(0xffff0).fill(0xf6)])],
  ])('%s', (_, bytes) => {
    for (const kind of ['terms', 'blob', 'opening'] as const) refusalOf(kind, bytes);
  });

  it('a key that would reach into the prototype', () => {
    const body = { channel: new Uint8Array(32), graphId: new Uint8Array(32) };
    const keyed = (value: CborValue): Uint8Array => {
      const inner = looseCbor(value, undefined);
      const honest = looseCbor(body, undefined);
      const name = new TextEncoder().encode('__proto__');
      return new Uint8Array([0xa3, ...honest.subarray(1), 0x69, ...name, ...inner]);
    };
    for (const value of [1, null, {}, { channel: 1 }]) refusalOf('guaranteed', keyed(value));
  });
});

describe('the path in a refusal', () => {
  it('leads through lists and maps to the field', () => {
    fc.assert(
      fc.property(bodyArbitrary('terms'), (body) => {
        const client = body.client as Record<string, CborValue>;
        const funding = client.funding as readonly Record<string, CborValue>[];
        const broken = [{ ...funding[0]!, amount: -1 }, ...funding.slice(1)];
        const bytes = encodeCanonical({ ...body, client: { ...client, funding: broken } });
        const refusal = refusalOf('terms', bytes);
        expect(refusal.evidence.path).toBe('terms.client.funding[0].amount');
        expect(refusal.code).toBe('integer-out-of-range');
        expect(refusal.message).toMatch(/^terms\.client\.funding\[0\]\.amount: /);
      }),
      { numRuns: 5 },
    );
  });
});
