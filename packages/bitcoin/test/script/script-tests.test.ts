import { txidFromInternal } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { VerificationCache } from '../../src/crypto/verification-cache.ts';
import { ScriptFlag, type ScriptFlags } from '../../src/script/flags.ts';
import { precompute, verifyInput } from '../../src/script/verify-transaction.ts';
import { transactionId } from '../../src/transaction/identity.ts';
import type { Transaction } from '../../src/transaction/transaction.ts';
import {
  ALL_FLAGS,
  fixedSequence,
  hex,
  isConsistent,
  parseFlags,
  parseScript,
  readVectors,
} from './core-notation.ts';

interface ScriptCase {
  readonly witness: readonly Uint8Array[];
  readonly amount: bigint;
  readonly scriptSig: Uint8Array;
  readonly scriptPubKey: Uint8Array;
  readonly flags: ScriptFlags;
  readonly expected: string;
  readonly title: string;
}

/** [[witness…, amount]?, scriptSig, scriptPubKey, flags, error, comments…]; entries of one string are comments. */
function readCase(entry: unknown): ScriptCase | undefined {
  const fields = [...(entry as unknown[])];
  if (fields.length < 4) return undefined;
  const witnessAndAmount = Array.isArray(fields[0]) ? (fields.shift() as (string | number)[]) : [0];
  const amount = BigInt(Math.round(Number(witnessAndAmount.at(-1)) * 1e8));
  const [scriptSig, scriptPubKey, flags, expected] = fields as [string, string, string, string];
  const parsed = parseFlags(flags);
  const implied = (parsed & ScriptFlag.CLEANSTACK) === 0 ? 0 : ScriptFlag.P2SH | ScriptFlag.WITNESS;
  return {
    witness: witnessAndAmount.slice(0, -1).map((item) => hex(String(item))),
    amount,
    scriptSig: parseScript(scriptSig),
    scriptPubKey: parseScript(scriptPubKey),
    flags: parsed | implied,
    expected: NEWER_NAMES[expected] ?? expected,
    title: JSON.stringify(entry),
  };
}

/** Errors that have another name in Bitcoin Core's tests than in its code, or had one when the file was written. */
const NEWER_NAMES: Readonly<Record<string, string>> = {
  NULLFAIL: 'SIG_NULLFAIL',
  UNKNOWN_ERROR: 'SCRIPTNUM',
};

/**
 * Failures that Bitcoin Core has since given another error, and how many of the cases have them: OP_IF without an
 * item, and a witness script that leaves too many or too few.
 */
const RENAMED_SINCE: ReadonlyMap<string, number> = new Map([
  ['UNBALANCED_CONDITIONAL is now INVALID_STACK_OPERATION', 12],
  ['EVAL_FALSE is now CLEANSTACK', 14],
]);

const NO_OUTPUT = { txid: txidFromInternal(new Uint8Array(32)), vout: 0xffff_ffff };

/** The transactions that the vectors' signatures sign: a credit to scriptPubKey, and its spend to nothing. */
function spendingTransaction(test: ScriptCase): Transaction {
  const credit: Transaction = {
    version: 1,
    inputs: [{ ...NO_OUTPUT, scriptSig: Uint8Array.of(0, 0), sequence: 0xffff_ffff, witness: [] }],
    outputs: [{ amount: test.amount, script: test.scriptPubKey }],
    lockTime: 0,
  };
  return {
    version: 1,
    inputs: [
      {
        txid: transactionId(credit),
        vout: 0,
        scriptSig: test.scriptSig,
        sequence: 0xffff_ffff,
        witness: test.witness,
      },
    ],
    outputs: [{ amount: test.amount, script: new Uint8Array(0) }],
    lockTime: 0,
  };
}

/** Sets of flags tried beside the vector's own. */
const EXTRA_SETS = 64;

describe('Bitcoin Core script_tests', () => {
  const cases = readVectors('script_tests.json')
    .map(readCase)
    .filter((test) => test !== undefined);

  it('has all its cases', () => {
    expect(cases.length).toBe(1_189);
  });

  it('gives every case its error', () => {
    const wrong: string[] = [];
    const renamed = new Map<string, number>();
    for (const test of cases) {
      const spent = [{ amount: test.amount, script: test.scriptPubKey }];
      const verdict = verifyInput(spendingTransaction(test), 0, spent, test.flags);
      const got = verdict.ok ? 'OK' : verdict.error;
      if (got === test.expected) continue;
      const change = `${test.expected} is now ${got}`;
      if (RENAMED_SINCE.has(change)) renamed.set(change, (renamed.get(change) ?? 0) + 1);
      else wrong.push(`${change}: ${test.title}`);
    }
    expect(wrong).toEqual([]);
    expect(renamed).toEqual(RENAMED_SINCE);
  });

  it('stays valid with fewer flags and invalid with more', () => {
    const next = fixedSequence(1);
    const cache = new VerificationCache();
    let tried = 0;
    const wrong: string[] = [];
    for (const test of cases) {
      const spent = [{ amount: test.amount, script: test.scriptPubKey }];
      const spend = precompute(spendingTransaction(test), spent);
      const valid = test.expected === 'OK';
      for (let i = 0; i < EXTRA_SETS; i++) {
        const extra = next() & ALL_FLAGS;
        const flags = valid ? test.flags & ~extra : test.flags | extra;
        if (!isConsistent(flags)) continue;
        tried++;
        if (verifyInput(spend, 0, spent, flags, cache).ok !== valid) wrong.push(`${flags} for ${test.title}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBe(65_724);
  });
});
