import { toHex } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { STANDARD_FLAGS } from '../../src/script/flags.ts';
import { taprootSighash } from '../../src/script/sighash-taproot.ts';
import { precompute, verifyInput } from '../../src/script/verify-transaction.ts';
import { parseTransaction } from '../../src/transaction/parse.ts';
import { hex, readVectors } from './core-notation.ts';

interface KeyPathVector {
  readonly given: {
    readonly rawUnsignedTx: string;
    readonly utxosSpent: readonly { readonly scriptPubKey: string; readonly amountSats: number }[];
  };
  readonly intermediary: Readonly<Record<string, string>>;
  readonly inputSpending: readonly {
    readonly given: { readonly txinIndex: number; readonly hashType: number };
    readonly intermediary: { readonly sigHash: string };
    readonly expected: { readonly witness: readonly string[] };
  }[];
}

describe('BIP341 wallet vectors', () => {
  const { keyPathSpending } = readVectors('wallet_test_vectors.json') as unknown as {
    keyPathSpending: readonly KeyPathVector[];
  };
  const { given, intermediary, inputSpending } = keyPathSpending[0]!;
  const transaction = parseTransaction(hex(given.rawUnsignedTx));
  const spentOutputs = given.utxosSpent.map((output) => ({
    amount: BigInt(output.amountSats),
    script: hex(output.scriptPubKey),
  }));
  const spend = precompute(transaction, spentOutputs);

  it('has all its cases', () => {
    expect([keyPathSpending.length, inputSpending.length]).toEqual([1, 7]);
  });

  it('shares the hashes of all inputs', () => {
    expect({
      hashAmounts: toHex(spend.hash('spent-amounts')),
      hashOutputs: toHex(spend.hash('outputs')),
      hashPrevouts: toHex(spend.hash('outpoints')),
      hashScriptPubkeys: toHex(spend.hash('spent-scripts')),
      hashSequences: toHex(spend.hash('sequences')),
    }).toEqual(intermediary);
  });

  it.each(inputSpending)('hashes and verifies input $given.txinIndex', ({ given: input, ...vector }) => {
    const sighash = taprootSighash(spend, input.txinIndex, input.hashType, {
      annexHash: undefined,
      leaf: undefined,
    });
    expect(toHex(sighash!)).toBe(vector.intermediary.sigHash);
    const witness = vector.expected.witness.map(hex);
    const inputs = transaction.inputs.map((one, i) => (i === input.txinIndex ? { ...one, witness } : one));
    const signed = { ...transaction, inputs };
    expect(verifyInput(signed, input.txinIndex, spentOutputs, STANDARD_FLAGS)).toEqual({ ok: true });
  });
});
