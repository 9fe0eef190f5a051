import { beforeEach, describe, expect, it } from 'vitest';
import {
  bip86Script,
  buildGraph,
  type Graph,
  GraphError,
  type Party,
  parties,
  satoshi,
  schnorrSign,
  spendBond,
  spendFeeOutput,
  spendPayout,
  spendStake,
  spendTransaction,
  type TransactionId,
  transactionOf,
  VARIANT_FAMILIES,
  variantId,
} from '../../src/index.ts';
import { checkTransaction } from '../fixtures/check-transaction.ts';
import { fixtureHash, fixtureKey, fixtureTerms, keyPathSecret, partySecret } from '../fixtures/terms.ts';

let graph: Graph;
beforeEach(() => {
  graph = buildGraph(fixtureTerms(3));
});
const target = { amount: satoshi(700n), script: bip86Script(fixtureKey('target')) };
const IDS: readonly TransactionId[] = ['Tx1', 'Tx3', 'Tx4', 'TxV1', "Tx4'", 'Tx5', 'TxA', 'Tx6', 'Tx6c'];
const DECISIONS: readonly TransactionId[] = VARIANT_FAMILIES.map((family) => variantId(family, [1, 2, 3]));
const unknown = (evidence: GraphError['evidence']) =>
  expect.objectContaining({ code: 'output-unknown', name: GraphError.name, evidence });

/** The outputs of the graph that belong to one party alone, by its key path. */
const payoutsOf = (id: TransactionId): readonly (readonly [vout: number, owner: Party])[] =>
  transactionOf(graph, id).outputs.flatMap(({ payee, leaves }, vout) => {
    const owner = parties(3).find((party) => party === payee);
    return owner === undefined || leaves.length > 0 ? [] : [[vout, owner] as const];
  });

describe('a payout to one party is an ordinary coin of its key', () => {
  it.each([...IDS, ...DECISIONS])('every one of %s', (id) => {
    const taken = payoutsOf(id);
    const spends = taken.map(([vout]) => spendPayout(graph, id, vout));
    for (const [i, [vout, owner]] of taken.entries()) {
      expect(spends[i]).toMatchObject({
        outpoint: { txid: transactionOf(graph, id).txid, vout },
        signers: [owner],
        sequence: 0xffff_fffd,
        script: undefined,
      });
    }
    if (spends.length === 0) return;
    const transaction = spendTransaction(spends, [target]);
    const signatures = taken.map(([, owner], i) => [
      schnorrSign(transaction.sighashes[i]!, keyPathSecret(partySecret(owner)), fixtureHash('aux')),
    ]);
    const full = transaction.complete(signatures);
    const spent = spends.map(({ prevout }) => prevout);
    expect(checkTransaction(full, spent)).toBe('valid');
    expect(Math.ceil((3 * transaction.unsigned.length + full.length) / 4)).toBe(transaction.vsize);
  });

  it('and only such an output is one', () => {
    const refused: readonly (readonly [TransactionId, number])[] = [
      ['Tx0', 0], // the shared money
      ['Tx0', 1], // the stake of A_1: A_1's, but only by a leaf
      ['Tx0', 4], // the bond
      ['Tx0', 5], // OP_RETURN
      ['Tx1', 3], // F
      ['Tx1', 4], // no output
      ['Tx4', 2], // V's fee: C's after the window
      ['TxA', 1], // the anchor
    ];
    for (const [transaction, vout] of refused) {
      expect(() => spendPayout(graph, transaction, vout)).toThrow(unknown({ transaction, vout }));
    }
  });
});

describe('stakes and bond of Tx0', () => {
  it('each stake is that of its arbiter, by either leaf', () => {
    const { txid, outputs } = transactionOf(graph, 'Tx0');
    for (const index of [1, 2, 3]) {
      const { amount, script } = outputs[index]!;
      const common = { outpoint: { txid, vout: index }, prevout: { amount, script } };
      const arbiter: Party = `arbiter:${index}`;
      expect(spendStake(graph, index, 'together')).toMatchObject({
        ...common,
        signers: [arbiter, 'client', 'worker'],
        sequence: 0xffff_fffd,
      });
      expect(spendStake(graph, index, 'arbiter')).toMatchObject({
        ...common,
        signers: [arbiter],
        sequence: 1_152,
      });
    }
    expect(spendBond(graph, 'together')).toMatchObject({
      outpoint: { txid, vout: 4 },
      signers: ['client', 'worker'],
    });
    expect(spendStake(graph, 2, 'arbiter').keys).toEqual([fixtureKey('arbiter:2')]);
    expect(spendBond(graph, 'client').keys).toEqual([fixtureKey('client')]);
    expect(spendBond(graph, 'client')).toMatchObject({ outpoint: { txid, vout: 4 }, signers: ['client'] });
  });

  it.each([0, 4, -1, 1.5, Number.NaN])('there is no arbiter %d', (index) => {
    expect(() => spendStake(graph, index, 'arbiter')).toThrow(unknown({ index }));
    expect(() => spendStake(graph, index, 'together')).toThrow(unknown({ index }));
  });

  it.each(['Tx4', "Tx4'"] as const)('the fee output of %s is V’s with U, or C’s alone', (id) => {
    const { verificationLock } = graph.terms.contract;
    expect(spendFeeOutput(graph, id, 'verifier')).toMatchObject({
      signers: ['verifier', 'verificationLock'],
      keys: [fixtureKey('verifier'), verificationLock],
    });
    expect(spendFeeOutput(graph, id, 'client')).toMatchObject({
      signers: ['client'],
      keys: [fixtureKey('client')],
    });
  });

  it('a graph without a fee output has none to take', () => {
    const tx4 = transactionOf(graph, 'Tx4');
    const outputs = tx4.outputs.filter(({ payee }) => payee !== 'feeWindow');
    const without: Graph = { ...graph, transactions: new Map([['Tx4', { ...tx4, outputs }]]) };
    expect(() => spendFeeOutput(without, 'Tx4', 'verifier')).toThrow(
      unknown({ transaction: 'Tx4', vout: -1 }),
    );
  });
});

describe('several outputs in one transaction', () => {
  it('the bond by its leaf and a payout by its key, each with the signatures of its own signers', () => {
    const spends = [spendBond(graph, 'together'), spendPayout(graph, 'Tx1', 0)];
    const transaction = spendTransaction(spends, [target, { ...target, amount: satoshi(800n) }]);
    const sign = (input: number, party: Party, tweaked = false) =>
      schnorrSign(
        transaction.sighashes[input]!,
        tweaked ? keyPathSecret(partySecret(party)) : partySecret(party),
        fixtureHash('aux'),
      );
    const signatures = [[sign(0, 'client'), sign(0, 'worker')], [sign(1, 'client', true)]];
    const full = transaction.complete(signatures);
    const spent = spends.map(({ prevout }) => prevout);
    expect(checkTransaction(full, spent)).toBe('valid');
    expect(Math.ceil((3 * transaction.unsigned.length + full.length) / 4)).toBe(transaction.vsize);
    // The same signatures again make the same bytes: completing changes nothing that it was given.
    expect(transaction.complete(signatures)).toEqual(full);
    const swapped = [[...signatures[0]!].reverse(), signatures[1]!];
    expect(checkTransaction(transaction.complete(swapped), spent)).toMatch(/^invalid/);
  });

  it('signature-missing names the input and how many were given', () => {
    const spends = [spendPayout(graph, 'Tx1', 0), spendBond(graph, 'together')];
    const transaction = spendTransaction(spends, [target]);
    const signature = schnorrSign(fixtureHash('m'), partySecret('client'), fixtureHash('aux'));
    const missing = (input: number, given: number) =>
      expect.objectContaining({ code: 'signature-missing', evidence: { input, given } });
    expect(() => transaction.complete([])).toThrow(missing(0, 0));
    expect(() => transaction.complete([[signature]])).toThrow(missing(1, 0));
    expect(() => transaction.complete([[signature], [signature]])).toThrow(missing(1, 1));
    expect(() => transaction.complete([[signature, signature], []])).toThrow(missing(0, 2));
  });
});
