import { feeFor, MAX_CHILD_VSIZE } from '@prometheus-compute/bitcoin';
import { DEVELOPMENT_POLICY } from '@prometheus-compute/node';
import {
  buildGraph,
  finishers,
  type Graph,
  ROLES,
  type Role,
  transactionOf,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { requireCovered, stageVsize, worstCaseFee } from '../../packages/node/test/fees/publisher.ts';
import {
  fixtureArbiters,
  fixtureContract,
  fixtureParameters,
} from '../../packages/protocol/test/fixtures/terms.ts';

const SIZES = [3, 5, 7];
const graphs = new Map<number, Graph>();
function graphOf(n: number): Graph {
  const parameters = fixtureParameters(n);
  const arbiters = fixtureArbiters(n, () => parameters.a);
  const graph = graphs.get(n) ?? buildGraph({ parameters, contract: fixtureContract(parameters), arbiters });
  graphs.set(n, graph);
  return graph;
}

/** From the graph itself: the dearest way to an end, with a child of 1000 vB for everything that this role pays for. */
function dearestWay(graph: Graph, role: Role, rate: bigint): bigint {
  let dearest = 0n;
  for (const { id, scheme, fee, vsize, outputs, parent } of graph.transactions.values()) {
    if (scheme === undefined) continue;
    let total = 0n;
    for (let at = parent; at !== undefined; at = transactionOf(graph, at).parent) {
      const stage = transactionOf(graph, at);
      const own = stage.zeroFee && finishers(graph, at).some(({ signer }) => signer === role);
      if (own) total += feeFor(stage.vsize + MAX_CHILD_VSIZE, rate);
    }
    const paid = outputs.some(({ payee, leaves }) => payee === role && leaves.length === 0);
    const bump = feeFor(vsize + MAX_CHILD_VSIZE, rate) - fee;
    if (paid && bump > 0n) total += bump;
    if (total > dearest) dearest = total;
    expect([
      id,
      total <=
        worstCaseFee(role, graph.terms.parameters, graph.terms.contract.settlementFee, {
          ...DEVELOPMENT_POLICY,
          maxFeeRate: rate,
        }),
    ]).toEqual([id, true]);
  }
  return dearest;
}

describe('D16: what a contract may cost in fees', () => {
  it.each(SIZES)('n = %i: sizes of the transactions without fee are those of the graph', (n) => {
    const graph = graphOf(n);
    const sizes = (ids: readonly ('TxV0' | 'TxV1' | 'TxA' | 'TxAc')[]) =>
      ids.map((id) => transactionOf(graph, id).vsize);
    expect(sizes(['TxV0', 'TxV1'])).toEqual([stageVsize('verifier', n), stageVsize('verifier', n)]);
    expect(sizes(['TxA', 'TxAc'])).toEqual([stageVsize('worker', n), stageVsize('client', n)]);
  });

  it.each(SIZES)('n = %i: no way through the graph costs anybody more, and some way nearly as much', (n) => {
    for (const role of ROLES) {
      for (const rate of [1_000n, 50_000n, 1_000_000n]) {
        const dearest = dearestWay(graphOf(n), role, rate);
        const { parameters, contract } = graphOf(n).terms;
        const worst = worstCaseFee(role, parameters, contract.settlementFee, {
          ...DEVELOPMENT_POLICY,
          maxFeeRate: rate,
        });
        expect(Number(dearest) / Number(worst)).toBeGreaterThan(0.75);
      }
    }
  });

  it('the development policy covers eleven arbiters', () => {
    for (const role of ROLES)
      expect(() =>
        requireCovered(worstCaseFee(role, { n: 11 }, 3_000n, DEVELOPMENT_POLICY), DEVELOPMENT_POLICY),
      ).not.toThrow();
    expect(() =>
      requireCovered(worstCaseFee('client', { n: 13 }, 3_000n, DEVELOPMENT_POLICY), DEVELOPMENT_POLICY),
    ).toThrow(expect.objectContaining({ code: 'fee-reserve', rule: 'D16' }));
  });
});
