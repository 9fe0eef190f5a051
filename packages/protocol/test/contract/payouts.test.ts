import { describe, expect, it } from 'vitest';
import {
  arbiterParty,
  DEFAULT_PARAMETERS,
  netChanges,
  type Party,
  parseSettlement,
  payouts,
  type SettlementId,
  satoshi,
} from '../../src/index.ts';

const p = DEFAULT_PARAMETERS;
const c = {
  reward: satoshi(100_000n),
  settlementFee: satoshi(3_000n),
  retainer: satoshi(1_000n),
  bond: satoshi(20_000n),
};
const stakes = [p.a, p.a, p.a, p.a, p.a];

/** Client, Worker, Verifier, each of A_1..A_5, F, in thousands of satoshis. */
type Row = readonly [number, number, number, readonly number[], number];
const same = (value: number): readonly number[] => Array.from({ length: 5 }, () => value);
const outsider = (value: number): readonly number[] => [value, value, -5_000, value, value];

// T §Default P and the numbers that an implementation must reproduce. In undisputed exits each arbiter has +ρ.
const TABLE: readonly (readonly [string, SettlementId, Row])[] = [
  ['#1', 'Tx1', [0, -100, 0, same(1), 100]],
  ['#1 after TxV1', "Tx1'", [0, -100, 0, same(1), 100]],
  ['#2', 'Tx3', [10, 90, -100, same(1), 0]],
  ['#3', 'Tx4', [-100, 90, 10, same(1), 0]],
  ['#3 after TxV1', "Tx4'", [-100, 90, 10, same(1), 0]],
  ['#4', 'Tx5', [0, -290, 10, same(1), 280]],
  ['#5', 'Tx6', [40, -80, -100, same(-999), 5_140]],
  ['#6, S = all', 'Tx7:1.2.3.4.5', [0, -400, 0, same(81), 0]],
  ['#6, |S| = 4', 'Tx7:1.2.4.5', [0, -400, 0, outsider(81), 5_081]],
  ['#7, S = all', 'Tx8:1.2.3.4.5', [-100, 100, -500, same(81), 100]],
  ['#7, |S| = 4', 'Tx8:1.2.4.5', [-100, 100, -500, outsider(81), 5_181]],
  ['#6c, S = all', 'Tx7c:1.2.3.4.5', [40, -400, -500, same(5), 840]],
  ['#7c, S = all', 'Tx8c:1.2.3.4.5', [-120, 90, 10, same(5), 0]],
  ['#6 by Tx9c, S = all', 'Tx9c:1.2.3.4.5', [-20, -400, 0, same(5), 400]],
  ['#5c', 'Tx6c', [-4, -80, -100, same(-999), 5_184]],
];

describe('T §Default P: net changes, to the satoshi', () => {
  it.each(TABLE)('%s (%s)', (_, id, [client, worker, verifier, arbiters, fund]) => {
    const changes = netChanges(p, c, id, stakes);
    const thousands = (payee: Party | 'fund') => changes[payee];
    expect(thousands('client')).toBe(BigInt(client) * 1_000n);
    expect(thousands('worker')).toBe(BigInt(worker) * 1_000n);
    expect(thousands('verifier')).toBe(BigInt(verifier) * 1_000n);
    expect(thousands('fund')).toBe(BigInt(fund) * 1_000n);
    arbiters.forEach((change, i) => {
      expect(thousands(arbiterParty(i + 1))).toBe(BigInt(change) * 1_000n);
    });
  });
});

describe('T §The tree: payouts, in the order of the table', () => {
  const paid = (id: SettlementId, of = stakes) =>
    payouts(p, c, id, of).map(({ payee, amount }) => [payee, amount] as const);

  it('Tx1 (#1): C c; V v; W w−αw; F αw', () => {
    expect(paid('Tx1')).toEqual([
      ['client', 100_000n],
      ['verifier', 500_000n],
      ['worker', 300_000n],
      ['fund', 100_000n],
    ]);
  });
  it('Tx3 (#2): C (1−σ)c+βv; W w+σc; V v−βv', () => {
    expect(paid('Tx3')).toEqual([
      ['client', 110_000n],
      ['worker', 490_000n],
      ['verifier', 400_000n],
    ]);
  });
  it('Tx4 (#3): W w+σc; V v; (1−σ)c to the fee window', () => {
    expect(paid('Tx4')).toEqual([
      ['worker', 490_000n],
      ['verifier', 500_000n],
      ['feeWindow', 10_000n],
    ]);
  });
  it('Tx5 (#4): C c; V v+(1−σ)c; W w−δw−(1−σ)c; F δw', () => {
    expect(paid('Tx5')).toEqual([
      ['client', 100_000n],
      ['verifier', 510_000n],
      ['worker', 110_000n],
      ['fund', 280_000n],
    ]);
  });
  it('Tx6 (#5): C c+γw; W (1−ε)w; V (1−ε)v; A_i (1−ε)a+ρ; F the rest', () => {
    expect(paid('Tx6')).toEqual([
      ['client', 140_000n],
      ['worker', 320_000n],
      ['verifier', 400_000n],
      ...[1, 2, 3, 4, 5].map((i) => [arbiterParty(i), 4_001_000n]),
      ['fund', 5_140_000n],
    ]);
  });
  it('Tx7_S (#6) and Tx8_S (#7): S gets ⌊w/n⌋ each, and its own stake', () => {
    const grown = [1n, 2n, 3n, 4n, 5n].map((extra) => satoshi(p.a + extra));
    expect(paid('Tx7:1.3.4.5', grown)).toEqual([
      ['client', 100_000n],
      ['verifier', 500_000n],
      ...[1, 3, 4, 5].map((i) => [arbiterParty(i), 5_081_000n + BigInt(i)]),
      ['fund', 5_081_002n],
    ]);
    expect(paid('Tx8:1.3.4.5', grown)).toEqual([
      ['worker', 500_000n],
      ...[1, 3, 4, 5].map((i) => [arbiterParty(i), 5_081_000n + BigInt(i)]),
      ['fund', 5_181_002n],
    ]);
  });
  it('Tx6c, Tx7c_S, Tx9c_S, Tx8c_S: the bond is in', () => {
    const all = [1, 2, 3, 4, 5].map((i) => [arbiterParty(i), 5_005_000n]);
    expect(paid('Tx6c')[0]).toEqual(['client', 116_000n]);
    expect(paid('Tx6c').at(-1)).toEqual(['fund', 5_184_000n]);
    expect(paid('Tx7c:1.2.3.4.5')).toEqual([['client', 160_000n], ...all, ['fund', 840_000n]]);
    expect(paid('Tx9c:1.2.3.4.5')).toEqual([
      ['client', 100_000n],
      ['verifier', 500_000n],
      ...all,
      ['fund', 400_000n],
    ]);
    expect(paid('Tx8c:1.2.3.4.5')).toEqual([['worker', 490_000n], ['verifier', 510_000n], ...all]);
  });
  it('floors every product; what is left over goes to F', () => {
    const odd = { ...p, w: satoshi(400_003n), v: satoshi(500_007n) };
    expect(payouts(odd, c, 'Tx1', stakes).map(({ amount }) => amount)).toEqual([
      100_000n,
      500_007n,
      300_003n,
      100_000n,
    ]);
    // ⌊εw⌋ + ⌊εv⌋ + 5⌊εa⌋ − ⌊γw⌋
    expect(payouts(odd, c, 'Tx6', stakes).at(-1)).toEqual({ payee: 'fund', amount: 5_140_001n });
  });
  it('leaves out what is below 330 sat', () => {
    const all = { ...p, alpha: 10_000, beta: 10_000 };
    expect(payouts(all, c, 'Tx1', stakes).map(({ payee }) => payee)).toEqual(['client', 'verifier', 'fund']);
    expect(payouts(all, c, 'Tx3', stakes).map(({ payee }) => payee)).toEqual(['client', 'worker']);
    const atBorder = (w: bigint) => payouts({ ...p, w: satoshi(w), alpha: 1 }, c, 'Tx1', stakes).at(-1)!;
    expect(atBorder(3_300_000n)).toEqual({ payee: 'fund', amount: 330n });
    expect(atBorder(3_299_999n).payee).toBe('worker');
  });
});

describe('names of settlements', () => {
  it('are taken apart', () => {
    expect(parseSettlement('Tx8c:1.2.10')).toEqual({
      kind: 'decision',
      family: 'Tx8c',
      coherent: [1, 2, 10],
      scheme: 7,
    });
    expect(parseSettlement("Tx4'")).toEqual({ kind: 'plain', id: "Tx4'", scheme: 3 });
  });
  it.each(['Tx7:2.1', 'Tx7:', 'Tx7', 'undefined:1.2', 'Tx7:1.1', 'Tx7:01', 'Tx2', 'TxA'])(
    '%s is refused',
    (name) => {
      expect(() => parseSettlement(name as SettlementId)).toThrow(
        expect.objectContaining({ code: 'shape-wrong' }),
      );
    },
  );
  it('a set that names an arbiter too many is refused', () => {
    expect(() => payouts(p, c, 'Tx7:1.2.3.6', stakes)).toThrow(
      expect.objectContaining({ code: 'shape-wrong' }),
    );
  });
});
