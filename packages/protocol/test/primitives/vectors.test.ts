import { describe, expect, it } from 'vitest';
import {
  type AdaptorSignature,
  adaptorComplete,
  adaptorExtract,
  adaptorVerify,
  announcementHash,
  fixed,
  fromHex,
  graphId,
  type HashField,
  hash32,
  point,
  pointOf,
  provePointLock,
  publicKey,
  satoshi,
  schnorrSignature,
  schnorrVerify,
  secretScalar,
  seedHash,
  taggedHash,
  text,
  toHex,
  txidFromDisplay,
  u8,
  u16,
  u32,
  u64,
  variable,
  verifyPointLock,
  voteHash,
  xOnlyKey,
} from '../../src/index.ts';
import { adaptorSignWithNonce } from '../../src/primitives/adaptor.ts';
import { field, type VectorCase, vectors } from '../fixtures/vectors.ts';

const bytes = (value: VectorCase['in'][string] | undefined): Uint8Array => fromHex(field(value));

function hashField(of: Record<string, VectorCase['in'][string]>): HashField {
  const [kind, value] = Object.entries(of)[0]!;
  switch (kind) {
    case 'fixed':
      return fixed(bytes(value));
    case 'var':
      return variable(bytes(value));
    case 'text':
      return text(field(value));
    case 'u8':
      return u8(Number(value));
    case 'u16':
      return u16(Number(value));
    case 'u32':
      return u32(Number(value));
    case 'u64':
      return u64(BigInt(field(value)));
    default:
      throw new Error(`unknown field ${kind}`);
  }
}

describe('format vectors: tagged hashes', () => {
  it.each(vectors('taggedHash'))('taggedHash %#', ({ in: input, out }) => {
    const fields = (input.fields as readonly Record<string, VectorCase['in'][string]>[]).map(hashField);
    expect(toHex(taggedHash(field(input.name), ...fields))).toBe(out.digest);
  });

  const named: Record<string, (input: VectorCase['in']) => Uint8Array> = {
    seed: (input) => seedHash(hash32(bytes(input.seed))),
    contract: (input) => taggedHash('contract', variable(bytes(input.cbor))),
    announcement: (input) =>
      announcementHash({
        offer: { txid: txidFromDisplay(field(input.txid)), vout: Number(input.vout) },
        parametersTxid: txidFromDisplay(field(input.parametersTxid)),
        proof: { offerKey: xOnlyKey(bytes(input.offerKey)) },
        messageKey: xOnlyKey(bytes(input.messageKey)),
        genesis: hash32(bytes(input.genesis)),
        peer: field(input.peer),
        height: Number(input.height),
      }),
    vote: (input) => voteHash(input.d === 1 ? 1 : 0, hash32(bytes(input.nonce)), xOnlyKey(bytes(input.A))),
    graph: (input) =>
      graphId(
        hash32(bytes(input.contractHash)),
        (input.arbiters as readonly VectorCase['in'][]).map((arbiter) => ({
          key: xOnlyKey(bytes(arbiter.key)),
          stake: {
            coin: {
              outpoint: { txid: txidFromDisplay(field(arbiter.txid)), vout: Number(arbiter.vout) },
              amount: satoshi(BigInt(field(arbiter.amount))),
            },
          },
        })),
      ),
  };
  it.each(vectors('named').filter(({ in: input }) => Object.hasOwn(named, field(input.of))))(
    'named: $in.of',
    ({ in: input, out }) => {
      expect(toHex(named[field(input.of)]!(input))).toBe(out.digest);
    },
  );
});

describe('format vectors: adaptor signatures', () => {
  it.each(vectors('adaptor'))('adaptor %#', ({ in: input, out }) => {
    const secret = secretScalar(bytes(input.sk));
    const message = hash32(bytes(input.msg));
    const h = secretScalar(bytes(input.h));
    const pointLock = pointOf(h);
    const key = publicKey(secret);
    expect(toHex(key)).toBe(out.pub);
    expect(toHex(pointLock)).toBe(out.P_h);
    const adaptor = adaptorSignWithNonce(message, secret, pointLock, secretScalar(bytes(input.k)));
    expect(toHex(adaptor.nonce)).toBe(out.R);
    expect(toHex(adaptor.scalar)).toBe(out.s);
    expect(adaptorVerify(adaptor, message, key, pointLock)).toBe(true);
    const signature = adaptorComplete(adaptor, h);
    expect(toHex(signature)).toBe(out.sig);
    expect(schnorrVerify(signature, message, key)).toBe(true);
    expect(toHex(adaptorExtract(adaptor, signature, pointLock)!)).toBe(out.extracted);
  });

  it.each(vectors('adaptorVerify'))('adaptorVerify %# → $out.ok', ({ in: input, out }) => {
    const adaptor: AdaptorSignature = { nonce: point(bytes(input.R)), scalar: bytes(input.s) };
    const ok = adaptorVerify(
      adaptor,
      hash32(bytes(input.msg)),
      xOnlyKey(bytes(input.pub)),
      point(bytes(input.P_h)),
    );
    expect(ok).toBe(out.ok);
  });
});

describe('format vectors: proof of knowledge of P_h', () => {
  it.each(vectors('pok'))('pok %#', ({ in: input, out }) => {
    const h = secretScalar(bytes(input.h));
    const contractHash = hash32(bytes(input.contractHash));
    const pointLock = pointOf(h);
    expect(toHex(pointLock)).toBe(out.P_h);
    expect(toHex(taggedHash('pok', fixed(pointLock), fixed(contractHash)))).toBe(out.msg);
    const proof = provePointLock(h, contractHash, bytes(input.aux));
    expect(toHex(proof)).toBe(out.sig);
    expect(verifyPointLock(pointLock, contractHash, proof)).toBe(true);
    const other = hash32(contractHash.map((byte) => byte ^ 1));
    expect(verifyPointLock(pointLock, other, proof)).toBe(false);
    const turned = point(pointLock.map((byte, i) => (i === 0 ? byte ^ 1 : byte)));
    expect(verifyPointLock(turned, contractHash, schnorrSignature(proof))).toBe(false);
  });
});
