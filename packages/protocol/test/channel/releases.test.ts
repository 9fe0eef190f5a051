import { describe, expect, it } from 'vitest';
import { DUST } from '../../src/contract/payouts.ts';
import {
  buildGraph,
  type Graph,
  releasesOf,
  satoshi,
  spendTransaction,
  transactionOf,
} from '../../src/index.ts';
import { fixtureTerms } from '../fixtures/terms.ts';

/** A contract with three arbiters and this bond. */
const graphWith = (bond: bigint): Graph => buildGraph(fixtureTerms(3, { bond: satoshi(bond) }));

describe('T §Commitment: stakes and bond on their way back', () => {
  it('each by the leaf of its owner, C and W, which needs no wait', () => {
    const graph = graphWith(20_000n);
    const signers = releasesOf(graph, 'Tx4').map(({ owner, spend }) => [owner, new Set(spend.signers)]);
    expect(signers).toEqual([
      ...[1, 2, 3].map((i) => [`arbiter:${i}`, new Set([`arbiter:${i}`, 'client', 'worker'])]),
      ['client', new Set(['client', 'worker'])],
    ]);
    const sequences = releasesOf(graph, 'Tx4').map(({ spend }) => spend.sequence);
    expect(new Set(sequences)).toEqual(new Set([0xffff_fffd]));
  });

  it('to one output, which pays all but 2 sat/vB', () => {
    const graph = graphWith(20_000n);
    for (const { output, spend, script, amount, transaction } of releasesOf(graph, 'Tx4')) {
      expect(transaction.txid).toBe(spendTransaction([spend], [{ amount, script }]).txid);
      const paid = transactionOf(graph, 'Tx0').outputs[output]!.amount;
      expect(paid - amount).toBe(2n * BigInt(transaction.vsize));
    }
  });

  it('an output that its own fee would eat is left to its owner’s leaf', () => {
    const graph = graphWith(20_000n);
    const { transaction } = releasesOf(graph, 'Tx4').find(({ owner }) => owner === 'client')!;
    const fee = 2n * BigInt(transaction.vsize);
    const owners = (bond: bigint) => releasesOf(graphWith(bond), 'Tx4').map(({ owner }) => owner);
    expect(owners(DUST + fee)).toEqual(['arbiter:1', 'arbiter:2', 'arbiter:3', 'client']);
    expect(owners(DUST + fee - 1n)).toEqual(['arbiter:1', 'arbiter:2', 'arbiter:3']);
    expect(releasesOf(graphWith(DUST + fee), 'Tx4').at(-1)!.amount).toBe(DUST);
  });
});
