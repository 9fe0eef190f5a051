import { schnorr } from '@noble/curves/secp256k1.js';
import { bigEndian, concatBytes } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSENSUS_FLAGS, STANDARD_FLAGS } from '../../src/script/flags.ts';
import { parseScript } from './core-notation.ts';
import { TapscriptSpend } from './taproot-spend.ts';

const OP_CHECKSIG = 0xac;
/** Secrets whose public keys start with a zero byte, which an interpreter that counts leading zeros away refuses. */
const SECRETS_WITH_SHORT_KEYS = [153n, 246n, 886n];

const checkSig = (key: Uint8Array) => concatBytes(Uint8Array.of(32), key, Uint8Array.of(OP_CHECKSIG));
const failure = (error: string) => ({ ok: false, error });

describe('every valid x-only key is accepted', () => {
  it.each(SECRETS_WITH_SHORT_KEYS)('of secret %i, whose first byte is zero', (number) => {
    const secret = bigEndian(number, 32);
    const key = schnorr.getPublicKey(secret);
    expect(key[0]).toBe(0);
    const spend = new TapscriptSpend(checkSig(key));
    expect(spend.verify([spend.sign(secret)], STANDARD_FLAGS)).toEqual({ ok: true });
  });

  it('of any secret', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 255n }), (number) => {
        const secret = bigEndian(number, 32);
        const spend = new TapscriptSpend(checkSig(schnorr.getPublicKey(secret)));
        expect(spend.verify([spend.sign(secret)], STANDARD_FLAGS)).toEqual({ ok: true });
      }),
      { numRuns: 20 },
    );
  });
});

describe('CHECKMULTISIG is no part of tapscript', () => {
  it.each([
    ['that needs nothing', '0 0 0 CHECKMULTISIG'],
    ['in its VERIFY form', '0 0 0 CHECKMULTISIGVERIFY 1'],
  ])('%s', (_, script) => {
    const spend = new TapscriptSpend(parseScript(script));
    expect(spend.verify([], CONSENSUS_FLAGS)).toEqual(failure('TAPSCRIPT_CHECKMULTISIG'));
  });

  it('but may stand in a branch that is not taken', () => {
    const spend = new TapscriptSpend(parseScript('0 IF CHECKMULTISIG ENDIF 1'));
    expect(spend.verify([], CONSENSUS_FLAGS)).toEqual({ ok: true });
  });
});

describe('signatures in tapscript', () => {
  const secret = bigEndian(5n, 32);
  const key = schnorr.getPublicKey(secret);

  it('fail the script when they are invalid, and are false when empty', () => {
    const spend = new TapscriptSpend(checkSig(key));
    const wrong = spend.sign(bigEndian(6n, 32));
    expect(spend.verify([wrong], CONSENSUS_FLAGS)).toEqual(failure('SCHNORR_SIG'));
    expect(spend.verify([new Uint8Array(0)], CONSENSUS_FLAGS)).toEqual(failure('EVAL_FALSE'));
    expect(spend.verify([spend.sign(secret).subarray(1)], CONSENSUS_FLAGS)).toEqual(
      failure('SCHNORR_SIG_SIZE'),
    );
  });

  it('name a hash type only where it is not the default', () => {
    const spend = new TapscriptSpend(checkSig(key));
    for (const hashType of [0, 4, 0x80]) {
      const signature = concatBytes(spend.sign(secret), Uint8Array.of(hashType));
      expect(spend.verify([signature], CONSENSUS_FLAGS)).toEqual(failure('SCHNORR_SIG_HASHTYPE'));
    }
  });

  it('are as many as the witness has weight for, and no more', () => {
    // The witness has 135 bytes and 2 for each check but the last, the budget 50 more; a check uses 50 up:
    // three use 150 of 189, four would use 200 of 191.
    const checks = (count: number) =>
      concatBytes(parseScript('2DUP CHECKSIGVERIFY '.repeat(count)), Uint8Array.of(OP_CHECKSIG));
    const verdict = (count: number) => {
      const spend = new TapscriptSpend(checks(count));
      return spend.verify([spend.sign(secret), key], CONSENSUS_FLAGS);
    };
    expect(verdict(2)).toEqual({ ok: true });
    expect(verdict(3)).toEqual(failure('TAPSCRIPT_VALIDATION_WEIGHT'));
  });

  it('commit to the script', () => {
    const signature = new TapscriptSpend(checkSig(key)).sign(secret);
    const other = new TapscriptSpend(concatBytes(parseScript('NOP'), checkSig(key)));
    expect(other.verify([signature], CONSENSUS_FLAGS)).toEqual(failure('SCHNORR_SIG'));
  });
});
