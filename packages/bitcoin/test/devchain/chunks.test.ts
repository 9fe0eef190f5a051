import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chunk, chunksOf, improvesDiagram } from '../../src/devchain/mempool/chunks.ts';
import type { MempoolEntry } from '../../src/devchain/mempool/entry.ts';
import { compareFeeRates } from '../../src/devchain/money.ts';

/** Entry number `index` with a fee, a weight and parents among the earlier ones. */
function entries(
  plan: readonly { readonly fee: number; readonly weight: number; readonly parents: readonly number[] }[],
): MempoolEntry[] {
  const name = (index: number) => index.toString(16).padStart(64, '0');
  return plan.map(({ fee, weight, parents }, index) => {
    const inputs = parents.map((parent) => ({ txid: name(parent), vout: 0 }));
    const loaded = { txid: name(index), transaction: { inputs } };
    return { loaded, fee: BigInt(fee), adjustedWeight: weight } as unknown as MempoolEntry;
  });
}

const graphs = fc
  .array(
    fc.record({
      fee: fc.integer({ min: 0, max: 30 }),
      weight: fc.integer({ min: 1, max: 10 }),
      edges: fc.array(fc.nat(20), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((plan) =>
    entries(
      plan.map(({ fee, weight, edges }, index) => ({
        fee,
        weight,
        parents: index === 0 ? [] : [...new Set(edges.map((edge) => edge % index))],
      })),
    ),
  );

const parentsOf = (entry: MempoolEntry): readonly string[] =>
  entry.loaded.transaction.inputs.map((input) => input.txid as string);

/** Best fee at `size` over all closed subsets of exactly that size, by trying every subset. */
function bestSubsets(all: readonly MempoolEntry[]): Map<number, bigint> {
  const best = new Map<number, bigint>();
  for (let mask = 0; mask < 2 ** all.length; mask++) {
    const chosen = all.filter((_, index) => (mask >> index) & 1);
    const ids = new Set<string>(chosen.map((entry) => entry.loaded.txid));
    if (!chosen.every((entry) => parentsOf(entry).every((parent) => ids.has(parent)))) continue;
    const size = chosen.reduce((sum, entry) => sum + entry.adjustedWeight, 0);
    const fee = chosen.reduce((sum, entry) => sum + entry.fee, 0n);
    if (fee > (best.get(size) ?? -1n)) best.set(size, fee);
  }
  return best;
}

const flatten = (chunks: readonly Chunk[]) => chunks.flatMap((chunk) => chunk.entries);

describe('chunks of the mempool', () => {
  it('hold every transaction once, parents first, feerates never rising', () => {
    fc.assert(
      fc.property(graphs, (all) => {
        const chunks = chunksOf(all);
        const order = flatten(chunks);
        expect(new Set(order)).toEqual(new Set(all));
        expect(order).toHaveLength(all.length);
        const seen = new Set<string>();
        for (const entry of order) {
          for (const parent of parentsOf(entry)) expect(seen.has(parent)).toBe(true);
          seen.add(entry.loaded.txid);
        }
        for (let i = 1; i < chunks.length; i++) {
          expect(compareFeeRates(chunks[i - 1]!, chunks[i]!)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('are optimal: no closed subset lies above the diagram', () => {
    fc.assert(
      fc.property(graphs, (all) => {
        const chunks = chunksOf(all);
        for (const [size, fee] of bestSubsets(all)) {
          let used = 0;
          let earned = 0n;
          for (const chunk of chunks) {
            if (used + chunk.size > size) {
              // fee ≤ earned + chunk.fee · (size − used) / chunk.size
              const left = (fee - earned) * BigInt(chunk.size);
              expect(left <= chunk.fee * BigInt(size - used)).toBe(true);
              break;
            }
            used += chunk.size;
            earned += chunk.fee;
          }
          if (used === size) expect(fee <= earned).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('do not depend on the order in which transactions came', () => {
    fc.assert(
      fc.property(graphs, (all) => {
        expect(flatten(chunksOf(all.toReversed()))).toEqual(flatten(chunksOf(all)));
      }),
    );
  });

  it.each([
    ['more fee at the same size', [[10, 4]], [[11, 4]], true],
    ['the same', [[10, 4]], [[10, 4]], false],
    ['more fee in all, but less per weight at the front', [[10, 4]], [[12, 8]], false],
    ['more fee in all, at the same rate', [[10, 4]], [[20, 8]], true],
    ['less fee', [[10, 4]], [[9, 1]], false],
    [
      'better front, worse end',
      [
        [4, 4],
        [3, 4],
      ],
      [[6, 4]],
      false,
    ],
    [
      'two chunks against one',
      [[4, 4]],
      [
        [4, 2],
        [1, 2],
      ],
      true,
    ],
  ] as const)('diagram with %s', (_, before, after, better) => {
    const chunks = (points: readonly (readonly [number, number])[]): Chunk[] =>
      points.map(([fee, size]) => ({ fee: BigInt(fee), size, entries: [] }));
    expect(improvesDiagram(chunks(before), chunks(after))).toBe(better);
  });

  it('keeps parents before children among equal feerates, whatever lies between', () => {
    // Ids are 0, 1, 2: the second cluster comes between the chunks of the first.
    const [child, other, parent] = entries([
      { fee: 2, weight: 2, parents: [2] },
      { fee: 2, weight: 2, parents: [] },
      { fee: 2, weight: 2, parents: [] },
    ]);
    const order = chunksOf([child!, other!, parent!]).flatMap((chunk) => chunk.entries);
    expect(order).toEqual([other, parent, child]);
  });
});
