import { sha256 } from '@noble/hashes/sha2.js';
import { RawTx } from '@scure/btc-signer/script.js';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  bip86Script,
  buildGraph,
  clock,
  contractHash,
  decodeCommitment,
  decodeContract,
  encodeContract,
  type Graph,
  type GraphTransaction,
  graphId,
  opReturnData,
  parseSettlement,
  type SettlementId,
  sharedAmount,
  sighash,
  stageWait,
  type TransactionId,
  toHex,
  transactionOf,
  variants,
} from '../../src/index.ts';
import { validTerms } from '../fixtures/generate.ts';
import { fixtureTerms } from '../fixtures/terms.ts';

const all = (graph: Graph): readonly GraphTransaction[] => [...graph.transactions.values()];
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
const isDecision = (id: TransactionId): boolean => id.includes(':');

describe('the graph Υ of the default contract', () => {
  const terms = fixtureTerms();
  let graph: Graph;
  beforeEach(() => {
    graph = buildGraph(terms);
  });
  const tx = (id: TransactionId) => transactionOf(graph, id);

  it('has 12 + 5·6 = 42 transactions and Tx0, all different', () => {
    expect([...graph.transactions.keys()].slice(0, 13)).toEqual([
      'Tx0',
      'Tx1',
      'Tx3',
      'Tx4',
      'TxV1',
      'TxV0',
      "Tx4'",
      "Tx1'",
      'Tx5',
      'TxA',
      'Tx6',
      'TxAc',
      'Tx6c',
    ]);
    expect(graph.transactions.size).toBe(43);
    expect(new Set(all(graph).map(({ txid }) => txid)).size).toBe(43);
  });

  it('D35: TxV1 and TxV0 differ in nothing but nLockTime, which holds r', () => {
    const [txV1, txV0] = [tx('TxV1'), tx('TxV0')];
    expect([txV1.lockTime, txV0.lockTime]).toEqual([1, 0]);
    expect(toHex(txV1.unsigned.slice(0, -4))).toBe(toHex(txV0.unsigned.slice(0, -4)));
    expect(txV1.txid).not.toBe(txV0.txid);
  });

  it('Tx0 + Tx4 take at most 1,250 vB with fresh offers', () => {
    expect(tx('Tx0').vsize + tx('Tx4').vsize).toBeLessThanOrEqual(1_250);
    expect([tx('Tx0').vsize, tx('Tx4').vsize]).toEqual([980, 264]);
  });

  it('Tx0: inputs C, W, V, A_1..A_5; outputs X, stakes, bond, OP_RETURN, changes', () => {
    const { inputs, outputs, fee } = tx('Tx0');
    expect(inputs.map(({ spend }) => spend.kind === 'key' && spend.owner)).toEqual([
      'client',
      'worker',
      'verifier',
      'arbiter:1',
      'arbiter:2',
      'arbiter:3',
      'arbiter:4',
      'arbiter:5',
    ]);
    expect(outputs.map(({ payee, amount }) => [payee, amount])).toEqual([
      ['shared', 1_003_000n],
      ...[1, 2, 3, 4, 5].map((i) => [`arbiter:${i}`, 5_001_000n]),
      ['client', 20_000n],
      ['data', 0n],
      ['client', 50_000n],
      ['worker', 50_000n],
      ['verifier', 50_000n],
    ]);
    expect(fee).toBe(5_000n);
    expect(decodeCommitment(opReturnData(outputs[7]!.script)!)).toEqual({
      parametersTxid: terms.contract.parametersTxid,
      contractHash: graph.contractHash,
    });
  });

  // T §The tree, column "spends, after"
  it.each([
    ['Tx1', 'Tx0', 576],
    ['Tx3', 'Tx0', 288],
    ['Tx4', 'Tx0', 0],
    ['TxV1', 'Tx0', 168],
    ['TxV0', 'Tx0', 168],
    ["Tx4'", 'TxV1', 144],
    ["Tx1'", 'TxV1', 288],
    ['Tx5', 'TxV0', 144],
    ['TxA', 'TxV0', 1],
    ['Tx6', 'TxA', 576],
    ['TxAc', 'TxV1', 1],
    ['Tx6c', 'TxAc', 576],
    ['Tx7:1.2.3.4.5', 'TxA', 0],
    ['Tx7:1.2.3.4', 'TxA', 24],
    ['Tx8:2.3.4.5', 'TxA', 24],
    ['Tx7c:1.2.3.4.5', 'TxAc', 0],
    ['Tx9c:1.3.4.5', 'TxAc', 24],
    ['Tx8c:1.2.3.5', 'TxAc', 24],
  ] as const)('%s spends %s:0 after %i blocks', (id, parent, wait) => {
    const { inputs, ...rest } = tx(id);
    expect(rest.parent).toBe(parent);
    expect(rest.wait).toBe(wait);
    expect(inputs[0]!.outpoint).toEqual({ txid: tx(parent).txid, vout: 0 });
    for (const { sequence } of inputs) expect(sequence).toBe(wait === 0 ? 0xfffffffd : wait);
  });

  it('Tx1 pays C, V, W and F: `OP_1 <F>`, and the others by BIP86', () => {
    const { client, verifier, worker } = terms.contract;
    const bip86 = [client, verifier, worker].map(({ transactionKey }) => toHex(bip86Script(transactionKey)));
    expect(tx('Tx1').outputs.map(({ payee, script }) => [payee, toHex(script)])).toEqual([
      ['client', bip86[0]],
      ['verifier', bip86[1]],
      ['worker', bip86[2]],
      ['fund', `5120${toHex(terms.parameters.F)}`],
    ]);
  });

  it('TxA takes in the stakes, TxAc the bond as well; both pay everything to NA', () => {
    const stakes = [1, 2, 3, 4, 5].map((vout) => ({ txid: tx('Tx0').txid, vout }));
    expect(
      tx('TxA')
        .inputs.slice(1)
        .map(({ outpoint }) => outpoint),
    ).toEqual(stakes);
    expect(
      tx('TxAc')
        .inputs.slice(1)
        .map(({ outpoint }) => outpoint),
    ).toEqual([...stakes, { txid: tx('Tx0').txid, vout: 6 }]);
    expect(tx('TxA').outputs[0]!.amount).toBe(1_003_000n + 5n * 5_001_000n);
    expect(tx('TxAc').outputs[0]!.amount).toBe(1_003_000n + 5n * 5_001_000n + 20_000n);
    expect(tx('TxA').outputs[0]!.script).toEqual(tx('TxAc').outputs[0]!.script);
  });

  it.each(['TxV1', 'TxV0', 'TxA', 'TxAc'] as const)(
    '%s pays no fee and ends with one P2A anchor of 0',
    (id) => {
      const { outputs, fee, zeroFee } = tx(id);
      expect(fee).toBe(0n);
      expect(zeroFee).toBe(true);
      expect(outputs).toHaveLength(2);
      expect(outputs[1]).toMatchObject({ amount: 0n, payee: 'anchor' });
      expect(toHex(outputs[1]!.script)).toBe('51024e73');
    },
  );
});

describe('every party builds the same graph', () => {
  it('from the contract that it decoded from the agreed bytes', () => {
    fc.assert(
      fc.property(validTerms({ maxArbiters: 6 }), (terms) => {
        const mine = buildGraph(terms);
        const theirs = buildGraph({ ...terms, contract: decodeContract(encodeContract(terms.contract)) });
        expect(theirs.id).toEqual(mine.id);
        expect(all(theirs).map(({ id, unsigned }) => [id, toHex(unsigned)])).toEqual(
          all(mine).map(({ id, unsigned }) => [id, toHex(unsigned)]),
        );
        expect(sighash(theirs, 'Tx1', 0)).toEqual(sighash(mine, 'Tx1', 0));
      }),
      { numRuns: 10 },
    );
  });

  it('and another one from other terms', () => {
    const terms = fixtureTerms(3);
    const { id, transactions } = buildGraph(terms);
    const other = buildGraph({ ...terms, contract: { ...terms.contract, chunks: 21 } });
    expect(other.id).not.toEqual(id);
    expect(transactionOf(other, 'Tx0').txid).not.toBe(transactions.get('Tx0')!.txid);
    const reordered = buildGraph({ ...terms, arbiters: [...terms.arbiters].reverse() });
    expect(reordered.contractHash).toEqual(contractHash(terms.contract));
    expect(reordered.id).toEqual(graphId(reordered.contractHash, [...terms.arbiters].reverse()));
    expect(reordered.id).not.toEqual(id);
  });
});

describe('over random valid P and C', () => {
  const checkGraph = (graph: Graph): void => {
    const { parameters, contract, arbiters } = graph.terms;
    const n = arbiters.length;
    const times = clock(parameters, contract);
    const transactions = all(graph);
    expect(new Set(transactions.map(({ txid }) => txid)).size).toBe(transactions.length);
    for (const {
      id,
      inputs,
      outputs,
      fee,
      unsigned,
      txid,
      lockTime,
      wait,
      zeroFee,
      scheme,
    } of transactions) {
      // conservation of satoshis
      const entered = sum(inputs.map(({ prevout }) => prevout.amount));
      const left = sum(outputs.map(({ amount }) => amount));
      expect(entered - left).toBe(fee);
      if (zeroFee) expect(fee).toBe(0n);
      if (scheme !== undefined) {
        const dust = fee - contract.settlementFee;
        expect(dust >= 0n && dust < 330n * BigInt(n + 4)).toBe(true);
        expect(fee).toBeGreaterThanOrEqual(2n * BigInt(graph.transactions.get(id)!.vsize));
      }
      // no output below 330 except anchors and data
      for (const { amount, payee } of outputs) {
        expect(amount >= 330n || ((payee === 'anchor' || payee === 'data') && amount === 0n)).toBe(true);
      }
      // F after all others; OP_RETURN and changes last in Tx0
      const fund = outputs.findIndex(({ payee }) => payee === 'fund');
      if (fund !== -1) expect(fund).toBe(outputs.length - 1);
      // arbiters ascending
      const paid = outputs.flatMap(({ payee }) =>
        payee.startsWith('arbiter:') ? [Number(payee.slice(8))] : [],
      );
      expect(paid).toEqual([...paid].sort((a, b) => a - b));
      // a wait stands in every input
      if (id !== 'Tx0') {
        for (const { sequence } of inputs) expect(sequence).toBe(wait === 0 ? 0xfffffffd : wait);
        expect(wait).toBeLessThanOrEqual(0xffff);
      }
      expect(lockTime).toBe(id === 'TxV1' ? 1 : 0);
      if (isDecision(id)) {
        const settlement = parseSettlement(id as SettlementId);
        if (settlement.kind !== 'decision') throw new Error(`${id} is no decision`);
        expect(wait).toBe(stageWait(parameters, contract, settlement.coherent.length));
        expect(paid).toEqual(settlement.coherent);
      }
      // @scure/btc-signer reads the same transaction
      const parsed = RawTx.decode(unsigned);
      expect(parsed.version).toBe(3);
      expect(parsed.lockTime).toBe(lockTime);
      expect(parsed.outputs.map(({ amount }) => amount)).toEqual(outputs.map(({ amount }) => amount));
      expect(toHex(sha256(sha256(unsigned)).reverse())).toBe(txid);
    }
    const txV = graph.transactions.get('TxV0')!;
    expect(txV.wait).toBe(times.verdict);
    expect(txV.outputs[0]!.amount).toBe(sharedAmount(parameters, contract));
  };

  it('conservation, waits, order and dust on every transaction, n = 3..7', () => {
    fc.assert(
      fc.property(validTerms({ maxArbiters: 7 }), (terms) => checkGraph(buildGraph(terms))),
      {
        numRuns: 25,
      },
    );
  });

  it('the same for n = 8..11, and every S is there', () => {
    fc.assert(
      fc.property(validTerms({ minArbiters: 8 }), (terms) => {
        const graph = buildGraph(terms);
        checkGraph(graph);
        const decided = variants(
          terms.parameters.n,
          Math.ceil((terms.parameters.mu * terms.parameters.n) / 10_000),
        );
        expect(graph.transactions.size).toBe(13 + 5 * decided.length);
      }),
      { numRuns: 4 },
    );
  });

  it('renewed stakes state their wait in Tx0, offers none', () => {
    fc.assert(
      fc.property(validTerms({ maxArbiters: 5 }), (terms) => {
        const { inputs } = transactionOf(buildGraph(terms), 'Tx0');
        const stakes = inputs.slice(-terms.arbiters.length);
        terms.arbiters.forEach(({ stake }, i) => {
          expect(stakes[i]!.sequence).toBe(stake.kind === 'renewed' ? stake.sequence : 0xfffffffd);
          expect(stakes[i]!.spend.kind).toBe(stake.kind === 'renewed' ? 'leaf' : 'key');
        });
      }),
      { numRuns: 15 },
    );
  });
});
