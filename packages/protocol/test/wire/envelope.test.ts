import { describe, expect, it } from 'vitest';
import {
  EncodingError,
  type Envelope,
  EnvelopeError,
  encodeCanonical,
  encodeEnvelope,
  encodeMessage,
  envelopeLimit,
  fromHex,
  type Hash32,
  hash32,
  MESSAGE_LIMITS,
  type Message,
  openEnvelope,
  schnorrSign,
  schnorrSignature,
  sealedHash,
  sealMessage,
  signedHash,
  toHex,
} from '../../src/index.ts';
import { fixtureHash, fixtureKey, fixtureSecret } from '../fixtures/terms.ts';
import { field, vectors } from '../fixtures/vectors.ts';

const sender = fixtureKey('worker message');
const sign = (hash: Hash32) => schnorrSign(hash, fixtureSecret('worker message'), new Uint8Array(32));
const message: Message = {
  kind: 'guaranteed',
  channel: fixtureHash('contract'),
  graphId: fixtureHash('graph'),
};
const sealed: Envelope = sealMessage(message, sender, sign);

function refusal(bytes: Uint8Array): EncodingError | EnvelopeError {
  try {
    openEnvelope(bytes);
  } catch (error) {
    if (error instanceof EncodingError || error instanceof EnvelopeError) return error;
    throw error;
  }
  return expect.unreachable('the envelope opened');
}

describe('envelope', () => {
  it('H("message", kind, bytes) as in the format vectors', () => {
    const cases = vectors('named').filter((entry) => entry.in.of === 'message');
    expect(cases.length).toBeGreaterThan(0);
    for (const entry of cases) {
      expect(field(entry.in.kind)).toBe('terms');
      expect(toHex(sealedHash('terms', fromHex(field(entry.in.bytes))))).toBe(entry.out.digest);
    }
  });

  it.each([
    ['delivery', 'cb5405a013c20e1e9145a1438d49fd8ee98a003e2239b27a7fbb5b28afe8216f'],
    ['opening', 'ff5972202e944601efd3ab907c3d2ec6b4d8d9b71a7ee1e7c53f0b9e16a0507f'],
  ] as const)(
    'D37: H("signed", kind, hash) is what the sender of a %s signs, and of no other kind',
    (kind, digest) => {
      const hash = hash32(Uint8Array.from({ length: 32 }, (_, i) => i));
      expect(toHex(signedHash(kind, hash))).toBe(digest);
      const asked: Hash32[] = [];
      sealMessage(message, sender, (signed) => {
        asked.push(signed);
        return sign(signed);
      });
      expect(asked).toEqual([signedHash('guaranteed', sealedHash('guaranteed', sealed.body))]);
    },
  );

  it('opens to what was sealed', () => {
    const opened = openEnvelope(encodeEnvelope(sealed));
    expect(opened.message).toEqual(message);
    expect(opened.envelope).toEqual(sealed);
  });

  it('gives plain byte arrays that share no memory with a Buffer that it came in', () => {
    const buffer = Buffer.from(encodeEnvelope(sealed));
    const opened = openEnvelope(buffer);
    buffer.fill(0);
    expect(Buffer.isBuffer(opened.envelope.body)).toBe(false);
    expect(opened.message).toEqual(message);
    expect(opened.envelope).toEqual(sealed);
  });

  it('stays within its limit for the longest body', () => {
    for (const kind of ['termsAccepted', 'opening'] as const) {
      const body = new Uint8Array(MESSAGE_LIMITS[kind]);
      expect(encodeEnvelope({ ...sealed, kind, body }).length).toBeLessThanOrEqual(envelopeLimit(kind));
    }
  });

  it('signature-invalid: body, kind, sender or signature is not the signed one', () => {
    const other: Message = { ...message, graphId: fixtureHash('other graph') };
    const forgeries: Envelope[] = [
      { ...sealed, body: encodeMessage(other) },
      { ...sealed, kind: 'arbiterSet' },
      { ...sealed, from: fixtureKey('client message') },
      { ...sealed, signature: schnorrSignature(new Uint8Array(64)) },
      { ...sealed, signature: sign(fixtureHash('something else')) },
    ];
    for (const forged of forgeries) expect(refusal(encodeEnvelope(forged)).code).toBe('signature-invalid');
  });

  it('asks the injected verification, and nobody else', () => {
    const forged = encodeEnvelope({ ...sealed, signature: schnorrSignature(new Uint8Array(64)) });
    const asked: unknown[] = [];
    const verify = (...args: readonly unknown[]): boolean => asked.push(args) > 0;
    expect(openEnvelope(forged, verify).message).toEqual(message);
    expect(asked).toEqual([
      [
        schnorrSignature(new Uint8Array(64)),
        signedHash('guaranteed', sealedHash('guaranteed', sealed.body)),
        sender,
      ],
    ]);
  });

  it('kind-unknown', () => {
    const bytes = encodeCanonical(['gossip', sealed.from, sealed.body, sealed.signature]);
    expect(refusal(bytes).code).toBe('kind-unknown');
    expect(refusal(encodeCanonical(['toString', sealed.from, sealed.body, sealed.signature])).code).toBe(
      'kind-unknown',
    );
  });

  it('too-large: by the limit of its kind, before anything is parsed', () => {
    const bytes = encodeEnvelope(sealed);
    const padded = new Uint8Array(envelopeLimit('guaranteed') + 1);
    padded.set(bytes);
    expect(refusal(padded).code).toBe('too-large');
  });

  it('every other shape', () => {
    const { from, body, signature } = sealed;
    const shapes = [
      [],
      ['guaranteed', from, body],
      ['guaranteed', from, body, signature, null],
      [null, from, body, signature],
      ['guaranteed', 'from', body, signature],
      ['guaranteed', new Uint8Array(32), body, signature],
      ['guaranteed', from, [], signature],
      ['guaranteed', from, body, signature.subarray(1)],
      { kind: 'guaranteed', from, body, signature },
    ];
    for (const shape of shapes) expect(refusal(encodeCanonical(shape))).toBeInstanceOf(EncodingError);
  });

  it('every truncation and every changed byte', () => {
    const bytes = encodeEnvelope(sealed);
    for (let length = 0; length < bytes.length; length += 7) refusal(bytes.subarray(0, length));
    for (let place = 0; place < bytes.length; place += 5) {
      const changed = bytes.slice();
      changed[place]! ^= 1;
      refusal(changed);
    }
  });

  it('a valid signature over a body that is no message of its kind', () => {
    const body = encodeCanonical({ channel: fixtureHash('contract') });
    const signature = sign(signedHash('guaranteed', sealedHash('guaranteed', body)));
    const bytes = encodeEnvelope({ ...sealed, body, signature });
    const { code, evidence } = refusal(bytes);
    expect([code, evidence.path]).toEqual(['shape-wrong', 'guaranteed.graphId']);
  });
});
