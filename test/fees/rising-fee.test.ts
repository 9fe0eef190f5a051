import type { TransactionId } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Publication, Publisher, type ReadyChain } from '../../packages/node/test/fees/publisher.ts';
import { readyFor } from './contract-chain.ts';

const policy = { feeRate: 2_000n, maxFeeRate: 50_000n, feeReserve: 250_000n };
const DUST = 330n;
/** vB of a child of an anchor with one coin (T §Fees), and of one of an own output, without and with a coin. */
const ANCHOR_CHILD = 153;
const OUTPUT_CHILD = 112;
const OUTPUT_AND_COIN_CHILD = 169;

const rates = (done: readonly Publication[]): readonly bigint[] =>
  done.flatMap((each) => (each.kind === 'handed' && each.child !== null ? [each.child.rate] : []));

/** Chains on which these transactions can go into the next block, with who publishes them. */
const READY: readonly (readonly [ReadyChain, TransactionId, Who])[] = [
  [readyFor('TxV1'), 'TxV1', 'verifier'],
  [readyFor('TxV0'), 'TxV0', 'verifier'],
  [readyFor('TxA'), 'TxA', 'worker'],
  [readyFor('TxAc'), 'TxAc', 'client'],
  [readyFor('Tx1'), 'Tx1', 'client'],
  [readyFor('Tx5'), 'Tx5', 'verifier'],
  [readyFor('Tx6'), 'Tx6', 'arbiter:1'],
];
type Who = 'client' | 'worker' | 'verifier' | 'arbiter:1';

describe('D16: a fee that rises until the deadline', () => {
  it('a transaction without fee goes as a package with its child, which is replaced at every block', async () => {
    const [ready, id, who] = READY[0]!;
    const party = new Publisher(ready, id, who, policy);
    const confirmBy = party.height + 24;
    let asked = 10_000n;
    // The miner asks for more at every block, and is overtaken.
    const done = await party.run(confirmBy, () => {
      asked += 1_000n;
      return asked;
    });
    expect(party.confirmed).toBe(true);
    expect(done.length).toBeGreaterThan(3);
    expect(party.submitted.map(({ outcome }) => outcome)).toEqual(done.map(() => 'accepted'));
    expect(party.submitted.map(({ list }) => list.length)).toEqual([2, ...done.slice(1).map(() => 1)]);
    expect(rates(done)).toEqual([...rates(done)].sort((a, b) => Number(a - b)));
    expect(new Set(rates(done)).size).toBe(done.length);
  });

  it('a settlement goes alone first, and then with a child of the own output', async () => {
    const [ready, id, who] = READY[4]!;
    const party = new Publisher(ready, id, who, policy);
    const done = await party.run(party.height + 24, () => 30_000n);
    expect(party.confirmed).toBe(true);
    expect(done[0]).toEqual({ kind: 'handed', child: null });
    expect(rates(done).length).toBeGreaterThan(0);
    // c pays for it: the reserve is not touched.
    expect(party.chain.output(party.reserve.outpoint.txid, party.reserve.outpoint.vout)).toBeDefined();
  });

  it('every rate from 1 to 1000 sat/vB that policy and reserve cover is reached in time; no other, and never at more than the reserve', async () => {
    let [covered, beyond] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(READY.length - 1),
        fc.bigInt({ min: 1_000n, max: 1_000_000n }),
        fc.bigInt({ min: 1_000n, max: 1_000_000n }),
        fc.bigInt({ min: 500n, max: 1_000_000n }),
        fc.integer({ min: 2, max: 24 }),
        fc.boolean(),
        async (index, asked, maxFeeRate, feeReserve, blocks, told) => {
          const [ready, id, who] = READY[index]!;
          const limits = { feeRate: 1_000n, maxFeeRate, feeReserve };
          const party = new Publisher(ready, id, who, limits, { told });
          const done = await party.run(party.height + blocks, () => asked);
          const affordable = canPay(party, who, limits, asked);
          expect(party.spent <= feeReserve).toBe(true);
          // Miners sum weights, and rates go by rounded sizes: within a hundredth either may be.
          if (!affordable && canPay(party, who, limits, (asked * 99n) / 100n)) return;
          expect([id, party.confirmed]).toEqual([id, affordable]);
          if (affordable) covered += 1;
          else beyond += 1;
          if (affordable || told) return;
          // What it could not reach, it has tried with all that it may spend.
          const last = rates(done).at(-1);
          if (last !== undefined) expect(last < asked).toBe(true);
        },
      ),
      { numRuns: 80 },
    );
    expect(Math.min(covered, beyond)).toBeGreaterThan(5);
  });
});

/** Worked out apart from the code: whether what may be spent brings the transaction to the rate that is asked for. */
function canPay(
  { transaction, reserve }: Publisher,
  who: Who,
  { maxFeeRate, feeReserve }: typeof policy,
  asked: bigint,
): boolean {
  const { vsize, fee, zeroFee, outputs } = transaction;
  if (!zeroFee && fee * 1_000n >= asked * BigInt(vsize)) return true;
  if (asked > maxFeeRate) return false;
  const needed = (child: number): bigint => (BigInt(vsize + child) * asked + 999n) / 1_000n - fee;
  const reaches = (child: number, funds: bigint): boolean =>
    needed(child) <= funds - DUST && needed(child) <= feeReserve;
  if (zeroFee) return reaches(ANCHOR_CHILD, reserve.amount);
  const own = outputs.find(({ payee, leaves }) => payee === who && leaves.length === 0)!.amount;
  if (reaches(OUTPUT_CHILD, own)) return true;
  return !who.startsWith('arbiter') && reaches(OUTPUT_AND_COIN_CHILD, own + reserve.amount);
}
