import { inspect } from 'node:util';
import {
  adaptorVerify,
  fromHex,
  hash32,
  schnorrVerify,
  seedHash,
  toHex,
  utf8,
  verifyPointLock,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { KeyReference } from '../../src/ports/signer.ts';
import { createLocalSigner, masterSecret } from '../../src/signer/local-signer.ts';

const SEED = fromHex('5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1');
const MASTER = masterSecret(SEED);
const zeros = (length: number) => new Uint8Array(length);
const signer = createLocalSigner(MASTER, zeros);
const reference: KeyReference = { role: 'worker', unique: utf8('session 1') };
const hash = hash32(new Uint8Array(32).fill(3));

const publicParts = (of: KeyReference) =>
  [
    signer.messageKey(of),
    signer.transactionKey(of),
    signer.pointLock(of).slice(1),
    signer.verificationLock(of),
    signer.seedHash(of, 'ceremony'),
    signer.seedHash(of, 'challenge'),
  ].map(toHex);

describe('signer in this process', () => {
  it('gives the same keys for the same reference, after a restart too', () => {
    const again = createLocalSigner(masterSecret(SEED), (length) => new Uint8Array(length).fill(7));
    expect(again.messageKey(reference)).toEqual(signer.messageKey(reference));
    expect(again.openSeed(reference, 'challenge')).toEqual(signer.openSeed(reference, 'challenge'));
    expect(again.pointLock(reference)).toEqual(signer.pointLock(reference));
  });

  it('gives every purpose, role, channel and master a secret of its own', () => {
    const all = [
      ...publicParts(reference),
      ...publicParts({ ...reference, role: 'verifier' }),
      ...publicParts({ ...reference, unique: utf8('session 2') }),
    ];
    const other = createLocalSigner(masterSecret(new Uint8Array(32)), zeros);
    expect(new Set([...all, toHex(other.messageKey(reference))]).size).toBe(all.length + 1);
  });

  it('signs what verifies under the keys that it shows', () => {
    expect(schnorrVerify(signer.signMessage(reference, hash), hash, signer.messageKey(reference))).toBe(true);
    expect(
      schnorrVerify(signer.signTransaction(reference, hash), hash, signer.transactionKey(reference)),
    ).toBe(true);
    expect(schnorrVerify(signer.signPayout(reference, hash), hash, signer.transactionKey(reference))).toBe(
      false,
    );
    const lock = signer.pointLock(reference);
    const adaptor = signer.signAdaptor(reference, hash, lock);
    expect(adaptorVerify(adaptor, hash, signer.transactionKey(reference), lock)).toBe(true);
    expect(
      schnorrVerify(signer.completeAdaptor(reference, adaptor), hash, signer.transactionKey(reference)),
    ).toBe(true);
    expect(verifyPointLock(lock, hash, signer.provePointLock(reference, hash))).toBe(true);
    expect(seedHash(signer.openSeed(reference, 'ceremony'))).toEqual(signer.seedHash(reference, 'ceremony'));
  });

  it('asks for fresh randomness for every signature', () => {
    const asked: number[] = [];
    const counting = createLocalSigner(MASTER, (length) => {
      asked.push(length);
      return new Uint8Array(length).fill(asked.length);
    });
    const first = counting.signTransaction(reference, hash);
    const second = counting.signTransaction(reference, hash);
    counting.signAdaptor(reference, hash, counting.pointLock(reference));
    expect(asked).toEqual([32, 32, 32]);
    expect(first).not.toEqual(second);
  });

  it('shows no secret to whoever prints or serialises it', () => {
    const secrets = signer.withWorkerSecrets(reference, ({ pointSecret, lockSecret }) => [
      pointSecret,
      lockSecret,
      MASTER,
      SEED,
    ]);
    const shown = [
      inspect(signer, { depth: 10, showHidden: true }),
      JSON.stringify(signer),
      String(signer),
      Object.values(signer).join(),
    ];
    for (const text of shown) {
      for (const secret of secrets) {
        expect(text).not.toContain(toHex(secret));
        expect(text).not.toContain([...secret].slice(0, 4).join(', '));
      }
    }
  });
});
