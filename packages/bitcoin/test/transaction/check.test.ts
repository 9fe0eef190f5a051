import { MAX_MONEY, type Txid, txidFromInternal } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { checkTransaction } from '../../src/transaction/check.ts';
import type { Transaction, TransactionInput, TransactionOutput } from '../../src/transaction/transaction.ts';

const txid = (byte: number): Txid => txidFromInternal(new Uint8Array(32).fill(byte));
const input = (change: Partial<TransactionInput> = {}): TransactionInput => ({
  txid: txid(1),
  vout: 0,
  scriptSig: new Uint8Array(0),
  sequence: 0,
  witness: [],
  ...change,
});
const output = (amount: bigint, size = 0): TransactionOutput => ({ amount, script: new Uint8Array(size) });
const transaction = (inputs: TransactionInput[], outputs: TransactionOutput[]): Transaction => ({
  version: 2,
  inputs,
  outputs,
  lockTime: 0,
});
const nothing = { txid: txid(0), vout: 0xffff_ffff };
const coinbase = (size: number) =>
  transaction([input({ ...nothing, scriptSig: new Uint8Array(size) })], [output(1n)]);

describe('context-free rules', () => {
  it.each([
    ['bad-txns-vin-empty', transaction([], [output(1n)])],
    ['bad-txns-vout-empty', transaction([input()], [])],
    ['bad-txns-oversize', transaction([input()], [output(1n, 1_000_000)])],
    ['bad-txns-vout-negative', transaction([input()], [output(-1n)])],
    ['bad-txns-vout-toolarge', transaction([input()], [output(MAX_MONEY + 1n)])],
    ['bad-txns-txouttotal-toolarge', transaction([input()], [output(MAX_MONEY), output(1n)])],
    ['bad-txns-inputs-duplicate', transaction([input(), input({ sequence: 1 })], [output(1n)])],
    ['bad-cb-length', coinbase(1)],
    ['bad-cb-length', coinbase(101)],
    ['bad-txns-prevout-null', transaction([input(), input(nothing)], [output(1n)])],
  ])('refuses with %s', (fault, broken) => {
    expect(checkTransaction(broken)).toBe(fault);
  });

  it.each([
    ['one input and one output', transaction([input()], [output(0n)])],
    ['all the money there is', transaction([input()], [output(MAX_MONEY - 1n), output(1n)])],
    ['two outputs of one transaction', transaction([input(), input({ vout: 1 })], [output(1n)])],
    ['the shortest coinbase', coinbase(2)],
    ['the longest coinbase', coinbase(100)],
  ])('accepts %s', (_, sound) => {
    expect(checkTransaction(sound)).toBeUndefined();
  });
});
