import { describe, expect, it } from 'vitest';
import { VerificationCache } from '../../src/crypto/verification-cache.ts';
import { ScriptFlag, type ScriptFlags } from '../../src/script/flags.ts';
import { verifyTransactionScripts } from '../../src/script/verify-transaction.ts';
import { checkTransaction } from '../../src/transaction/check.ts';
import { parseTransaction } from '../../src/transaction/parse.ts';
import type { Transaction, TransactionOutput } from '../../src/transaction/transaction.ts';
import { fillFlags, hex, parseFlags, parseScript, readVectors, trimFlags } from './core-notation.ts';

interface TransactionCase {
  readonly transaction: Transaction;
  readonly spentOutputs: readonly TransactionOutput[];
  readonly flags: ScriptFlags;
  readonly title: string;
}

/** [[[txid, vout, scriptPubKey, amount?]…], transaction, flags to enforce]; entries of one string are comments. */
function readCase(entry: unknown): TransactionCase | undefined {
  if (!Array.isArray(entry) || !Array.isArray(entry[0])) return undefined;
  const [prevouts, serialized, flags] = entry as [[string, number, string, number?][], string, string];
  const outputs = new Map(
    prevouts.map(([txid, vout, script, amount]) => [
      `${txid}:${vout >>> 0}`,
      { amount: BigInt(amount ?? 0), script: parseScript(script) },
    ]),
  );
  // The shipped files are from before BIP144: in their transactions no inputs means no inputs.
  const transaction = parseTransaction(hex(serialized), { witness: false });
  const spentOutputs = transaction.inputs.map((input) => {
    const output = outputs.get(`${input.txid}:${input.vout}`);
    if (output === undefined) throw new Error(`no output for ${input.txid}:${input.vout}`);
    return output;
  });
  return { transaction, spentOutputs, flags: parseFlags(flags), title: JSON.stringify(entry) };
}

function readCases(name: string): TransactionCase[] {
  return readVectors(name)
    .map(readCase)
    .filter((test) => test !== undefined);
}

function isValid(test: TransactionCase, flags: ScriptFlags, cache: VerificationCache): boolean {
  if (checkTransaction(test.transaction) !== undefined) return false;
  return verifyTransactionScripts(test.transaction, test.spentOutputs, flags, cache).ok;
}

describe('Bitcoin Core tx_valid', () => {
  const cases = readCases('tx_valid.json');
  const cache = new VerificationCache();

  it('has all its cases', () => {
    expect(cases.length).toBe(50);
  });

  it('accepts every transaction under its flags, and with any one of them fewer', () => {
    const refused = cases.flatMap((test) =>
      [0, ...Object.values(ScriptFlag)]
        .filter((removed) => !isValid(test, trimFlags(test.flags & ~removed), cache))
        .map((removed) => `without ${removed}: ${test.title}`),
    );
    expect(refused).toEqual([]);
  });
});

describe('Bitcoin Core tx_invalid', () => {
  const cases = readCases('tx_invalid.json');
  const cache = new VerificationCache();

  it('has all its cases', () => {
    expect(cases.length).toBe(39);
  });

  it('refuses every transaction under its flags, and with any one more', () => {
    const accepted = cases.flatMap((test) =>
      [0, ...Object.values(ScriptFlag)]
        .filter((added) => isValid(test, fillFlags(test.flags | added), cache))
        .map((added) => `with ${added}: ${test.title}`),
    );
    expect(accepted).toEqual([]);
  });
});
