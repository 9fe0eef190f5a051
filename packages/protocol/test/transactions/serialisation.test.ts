import { sha256 } from '@noble/hashes/sha2.js';
import { RawTx } from '@scure/btc-signer/script.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { satoshi, toHex, txidFromInternal } from '../../src/index.ts';
import {
  serializeSigned,
  serializeUnsigned,
  sighashPrefix,
  taprootSighash,
  txidOf,
  type UnsignedTransaction,
  virtualSize,
  witnessSize,
} from '../../src/transactions/unsigned.ts';
import { fixtureHash } from '../fixtures/terms.ts';

const bytes = (length: number, fill = 0x51): Uint8Array => new Uint8Array(length).fill(fill);

const input = (index: number, script = bytes(34)): UnsignedTransaction['inputs'][number] => ({
  outpoint: { txid: txidFromInternal(fixtureHash(`input ${index}`)), vout: index },
  sequence: 0xffff_fffd - index,
  prevout: { amount: satoshi(1_000n + BigInt(index)), script },
});
const output = (index: number, script = bytes(34)) => ({ amount: satoshi(BigInt(index)), script });
const transaction = (inputs: number, outputs: number, lockTime = 0): UnsignedTransaction => ({
  lockTime,
  inputs: Array.from({ length: inputs }, (_, i) => input(i)),
  outputs: Array.from({ length: outputs }, (_, i) => output(i)),
});

/** The same transaction as `@scure/btc-signer` writes it. */
function asOthersWrite(tx: UnsignedTransaction, witnesses?: readonly (readonly Uint8Array[])[]): string {
  return toHex(
    RawTx.encode({
      version: 3,
      segwitFlag: witnesses !== undefined,
      inputs: tx.inputs.map(({ outpoint, sequence }) => ({
        txid: Uint8Array.from(outpoint.txid.match(/../g)!, (byte) => Number.parseInt(byte, 16)),
        index: outpoint.vout,
        finalScriptSig: new Uint8Array(),
        sequence,
      })),
      outputs: tx.outputs.map(({ amount, script }) => ({ amount, script })),
      witnesses: (witnesses ?? []).map((stack) => [...stack]),
      lockTime: tx.lockTime,
    }),
  );
}

const TRANSACTIONS: readonly (readonly [string, UnsignedTransaction])[] = [
  ['one input, one output', transaction(1, 1)],
  ['a lock time', transaction(2, 3, 0x0102_0304)],
  // CompactSize: one byte below 253, three up to 65,535, then five
  ['252 inputs, 252 outputs', transaction(252, 252)],
  ['253 inputs, 253 outputs', transaction(253, 253)],
  ['a script of 252 bytes', { ...transaction(1, 0), outputs: [output(1, bytes(252))] }],
  ['a script of 253 bytes', { ...transaction(1, 0), outputs: [output(1, bytes(253))] }],
  ['a script of 65,535 bytes', { ...transaction(1, 0), outputs: [output(1, bytes(65_535))] }],
  ['a script of 65,536 bytes', { ...transaction(1, 0), outputs: [output(1, bytes(65_536))] }],
];

describe('bytes of a transaction, compared with @scure/btc-signer', () => {
  it.each(TRANSACTIONS)('without witnesses: %s', (_, tx) => {
    expect(toHex(serializeUnsigned(tx))).toBe(asOthersWrite(tx));
    expect(toHex(sha256(sha256(serializeUnsigned(tx))).reverse())).toBe(txidOf(serializeUnsigned(tx)));
  });

  const STACKS: readonly (readonly [string, readonly (readonly Uint8Array[])[]])[] = [
    ['a signature each', [[bytes(64)], [bytes(64)]]],
    ['signatures, script, control block', [[bytes(64), bytes(64), bytes(102), bytes(33)], [bytes(64)]]],
    ['a script of 252 bytes', [[bytes(64), bytes(252), bytes(65)], [bytes(64)]]],
    ['a script of 253 bytes', [[bytes(64), bytes(253), bytes(65)], [bytes(64)]]],
    ['items of 65,535 and 65,536 bytes', [[bytes(65_535)], [bytes(65_536)]]],
    ['253 items', [Array.from({ length: 253 }, () => bytes(1)), []]],
  ];
  it.each(STACKS)('with witnesses (BIP144): %s', (_, stacks) => {
    const tx = transaction(2, 2, 7);
    const full = serializeSigned(tx, stacks);
    expect(toHex(full)).toBe(asOthersWrite(tx, stacks));
    const base = serializeUnsigned(tx).length;
    const sizes = stacks.map((stack) => witnessSize(stack.map(({ length }) => length)));
    // marker and flag take two bytes
    expect(full.length).toBe(base + 2 + sizes.reduce((a, b) => a + b, 0));
  });

  it('virtual size (BIP141): a quarter of the weight, rounded up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 100_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (base, witnesses) => {
          const weight = 4 * base + 2 + witnesses;
          const vsize = virtualSize(base, witnesses);
          expect(4 * vsize).toBeGreaterThanOrEqual(weight);
          expect(4 * (vsize - 1)).toBeLessThan(weight);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('what a signature commits to (BIP341), compared with @scure/btc-signer', () => {
  const tx = transaction(3, 2, 9);
  const raw = Transaction.fromRaw(serializeUnsigned(tx), {
    allowUnknownOutputs: true,
    allowUnknownInputs: true,
    allowUnknownVersion: true,
    disableScriptCheck: true,
  });
  const scripts = tx.inputs.map(({ prevout }) => prevout.script);
  const amounts = tx.inputs.map(({ prevout }) => prevout.amount);

  it.each([0, 1, 2])('input %i, key path and leaf', (index) => {
    const leaf = bytes(300, 0xac);
    const prefix = sighashPrefix(tx);
    expect(toHex(taprootSighash(prefix, index, undefined))).toBe(
      toHex(raw.preimageWitnessV1(index, scripts, 0, amounts)),
    );
    expect(toHex(taprootSighash(prefix, index, leaf))).toBe(
      toHex(raw.preimageWitnessV1(index, scripts, 0, amounts, undefined, leaf)),
    );
  });

  it('a script of 253 bytes in a spent output', () => {
    const long: UnsignedTransaction = { ...tx, inputs: [input(0, bytes(253)), ...tx.inputs.slice(1)] };
    const others = [bytes(253), ...scripts.slice(1)];
    expect(toHex(taprootSighash(sighashPrefix(long), 1, undefined))).toBe(
      toHex(raw.preimageWitnessV1(1, others, 0, amounts)),
    );
  });
});
