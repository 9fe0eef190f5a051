import { txidFromInternal } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { ScriptUsageError } from '../../src/script/errors.ts';
import { ScriptFlag } from '../../src/script/flags.ts';
import { verifyInput, verifyTransactionScripts } from '../../src/script/verify-transaction.ts';
import type { Transaction } from '../../src/transaction/transaction.ts';
import { parseScript } from './core-notation.ts';

const input = {
  txid: txidFromInternal(new Uint8Array(32).fill(1)),
  vout: 0,
  scriptSig: new Uint8Array(0),
  sequence: 0,
  witness: [],
};
const transaction: Transaction = {
  version: 2,
  inputs: [input, { ...input, vout: 1 }],
  outputs: [{ amount: 1n, script: new Uint8Array(0) }],
  lockTime: 0,
};
const anyone = { amount: 1n, script: parseScript('1') };
const nobody = { amount: 1n, script: parseScript('RETURN') };

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ScriptUsageError) return error.code;
    throw error;
  }
  return 'none';
}

describe('verification of a transaction', () => {
  it('names the first input that fails', () => {
    expect(verifyTransactionScripts(transaction, [anyone, anyone], 0)).toEqual({ ok: true });
    const verdict = verifyTransactionScripts(transaction, [anyone, nobody], 0);
    expect(verdict).toEqual({ ok: false, input: 1, error: 'OP_RETURN' });
  });

  it('refuses with spent-outputs-missing', () => {
    expect(codeOf(() => verifyInput(transaction, 0, [anyone], 0))).toBe('spent-outputs-missing');
  });

  it('refuses with input-index-out-of-range', () => {
    expect(codeOf(() => verifyInput(transaction, 2, [anyone, anyone], 0))).toBe('input-index-out-of-range');
  });

  it.each([
    ['WITNESS without P2SH', ScriptFlag.WITNESS],
    ['CLEANSTACK without WITNESS', ScriptFlag.CLEANSTACK | ScriptFlag.P2SH],
  ])('refuses with flags-inconsistent: %s', (_, flags) => {
    expect(codeOf(() => verifyInput(transaction, 0, [anyone, anyone], flags))).toBe('flags-inconsistent');
  });
});
