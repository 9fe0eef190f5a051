import {
  bigEndian,
  fromBigEndian,
  fromHex,
  hash32,
  pointOf,
  secretScalar,
  toHex,
} from '@prometheus-compute/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkBase, chunkKey, chunkPoint, hashToCurve } from '../../src/encryption/chunk-key.ts';
import { decryptChunk, encryptChunk } from '../../src/encryption/cipher.ts';
import { proveDleq, proveDleqWithNonce, verifyDleq } from '../../src/encryption/dleq.ts';
import { named, secretOf, testEntropy } from '../build/batch.ts';
import { formatVectors, hash, pt, scalar } from '../build/vectors.ts';

describe('chunk keys', () => {
  it('RFC 9380 and M §Bytes vectors: hashToCurve', () => {
    for (const { in: given, out } of formatVectors<{ dst: string; msg: string }>('hashToCurve')) {
      expect(toHex(hashToCurve(fromHex(given.msg), given.dst))).toBe(out.point);
    }
  });

  it('M §Bytes vectors: chunk', () => {
    for (const { in: given, out } of formatVectors<{ h: string; contractHash: string; i: number; y: string }>(
      'chunk',
    )) {
      const contractHash = hash(given.contractHash);
      const base = chunkBase(contractHash, given.i);
      const keyPoint = chunkPoint(scalar(given.h), base);
      expect({
        B: toHex(base),
        K: toHex(keyPoint),
        key: toHex(chunkKey(keyPoint, contractHash, given.i)),
        ct: toHex(encryptChunk(keyPoint, contractHash, given.i, fromHex(given.y))),
      }).toEqual(out);
    }
  });

  it('M §Bytes vectors: chunkOpen, refusals included', () => {
    for (const { in: given, out } of formatVectors<{
      K: string;
      contractHash: string;
      i: number;
      ct: string;
    }>('chunkOpen')) {
      const output = decryptChunk(pt(given.K), hash(given.contractHash), given.i, fromHex(given.ct));
      expect(output === undefined ? null : toHex(output)).toBe(out.y);
    }
  });

  it('decrypts what it encrypts, and nothing for another chunk, contract, key or a changed byte', () => {
    const contract = named('contract');
    const keyPoint = pointOf(secretOf('K'));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(0xffff_ffff),
        fc.nat(),
        (output, chunk, place) => {
          const ciphertext = encryptChunk(keyPoint, contract, chunk, output);
          expect(ciphertext.length).toBe(output.length + 16);
          expect(decryptChunk(keyPoint, contract, chunk, ciphertext)).toEqual(output);
          expect(decryptChunk(keyPoint, contract, (chunk + 1) % 2 ** 32, ciphertext)).toBeUndefined();
          expect(decryptChunk(keyPoint, named('other'), chunk, ciphertext)).toBeUndefined();
          expect(decryptChunk(pointOf(secretOf('other')), contract, chunk, ciphertext)).toBeUndefined();
          const at = place % ciphertext.length;
          expect(
            decryptChunk(keyPoint, contract, chunk, ciphertext.with(at, ciphertext[at]! ^ 1)),
          ).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('DLEQ', () => {
  it('M §Bytes vectors: dleq', () => {
    for (const { in: given, out } of formatVectors<{ h: string; contractHash: string; i: number; r: string }>(
      'dleq',
    )) {
      const statement = { contractHash: hash(given.contractHash), chunk: given.i };
      const proof = proveDleqWithNonce(statement, scalar(given.h), scalar(given.r));
      const base = chunkBase(statement.contractHash, given.i);
      expect({
        P_h: toHex(pointOf(scalar(given.h))),
        B: toHex(base),
        K: toHex(chunkPoint(scalar(given.h), base)),
        R1: toHex(pointOf(scalar(given.r))),
        R2: toHex(chunkPoint(scalar(given.r), base)),
        e: toHex(proof.e),
        s: toHex(proof.s),
      }).toEqual(out);
    }
  });

  it('M §Bytes vectors: dleqVerify, refusals included', () => {
    for (const { in: given, out } of formatVectors<{
      P_h: string;
      K: string;
      contractHash: string;
      i: number;
      e: string;
      s: string;
    }>('dleqVerify')) {
      const statement = { contractHash: hash(given.contractHash), chunk: given.i };
      const proof = { e: fromHex(given.e), s: fromHex(given.s) };
      expect(verifyDleq(statement, pt(given.P_h), pt(given.K), proof)).toBe(out.ok);
    }
  });

  const statement = { contractHash: named('contract'), chunk: 9 };
  const secret = secretOf('h');
  const keyPoint = chunkPoint(secret, chunkBase(statement.contractHash, statement.chunk));
  const proof = proveDleq(statement, secret, testEntropy('nonce'));

  it('accepts its own proofs and derives another nonce for other randomness, secret or statement', () => {
    expect(verifyDleq(statement, pointOf(secret), keyPoint, proof)).toBe(true);
    const proofs = [
      proof,
      proveDleq(statement, secret, testEntropy('other')),
      proveDleq({ ...statement, chunk: 10 }, secret, testEntropy('nonce')),
      proveDleq(statement, secretOf('other'), testEntropy('nonce')),
    ];
    expect(new Set(proofs.map(({ e }) => toHex(e))).size).toBe(4);
  });

  it('refuses forgeries: another key, zero, transcripts for infinity, wrong lengths', () => {
    const pointLock = pointOf(secret);
    const zero = new Uint8Array(32);
    const wrongKey = pointOf(secretOf('other'));
    // an honest proof of equal logarithms for another pair of points, claimed for this one
    const other = proveDleq(statement, secretOf('other'), testEntropy('x'));
    for (const forged of [
      other,
      { e: zero, s: zero },
      { e: proof.e, s: zero },
      { e: proof.e, s: bigEndian(fromBigEndian(proof.s) + 1n, 32) },
      { e: proof.e.slice(1), s: proof.s },
      { e: proof.e, s: new Uint8Array([0, ...proof.s]) },
    ]) {
      expect(verifyDleq(statement, pointLock, keyPoint, forged)).toBe(false);
    }
    expect(verifyDleq(statement, pointLock, wrongKey, proof)).toBe(false);
    // s = e·h makes both commitments infinity
    const e = named('any');
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = bigEndian((fromBigEndian(e) * fromBigEndian(secret)) % order, 32);
    expect(verifyDleq(statement, pointLock, keyPoint, { e: hash32(e), s })).toBe(false);
  });

  it('entropy-unusable: a source that does not give what it is asked for', () => {
    expect(() => proveDleq(statement, secretScalar(secret), () => new Uint8Array(31))).toThrowError(
      expect.objectContaining({ code: 'entropy-unusable' }),
    );
  });
});
