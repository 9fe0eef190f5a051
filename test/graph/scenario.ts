import type { Graph } from '@prometheus-compute/protocol';
import type { Scenario } from '../../packages/bitcoin/test/differential/scenario.ts';
import { settingOf } from './setting.ts';
import { commitment, untouched } from './stages/commitment.ts';
import { feeWindow } from './stages/fee-window.ts';
import { verdictBranch } from './stages/verdicts.ts';
import { Visit } from './visit.ts';

/** The scenario of one graph, and the graph. */
export interface GraphScenario {
  readonly graph: Graph;
  readonly scenario: Scenario;
}

/**
 * Visits every transaction of the graph with n arbiters, on one chain with branches:
 * Tx0; then a trunk on which nothing happens, past t4; TxV1, with TxAc after it; TxV0, with TxA after it; at last Tx4.
 *
 * @param options.thin - of the decisions by S, all variants of one of each family and size, of the others a choice
 */
export function graphScenario(
  n: number,
  options: { readonly thin: boolean } = { thin: false },
): GraphScenario {
  const setting = settingOf(n);
  const visit = new Visit(setting, options.thin);
  const { s, graph } = visit;
  const tx0 = commitment(visit, setting);
  const { start, next } = untouched(visit, setting, tx0);
  const trunk = s.tip;
  visit.leave('back to where verdicts become possible', next, start);
  const one = verdictBranch(visit, 'TxV1');
  visit.leave('before TxV1 again', one, start);
  const zero = verdictBranch(visit, 'TxV0');
  visit.leave('before TxV0 again', zero, start);
  s.reconsider('the trunk again', next);
  s.continueFrom(trunk);
  s.mempool('the trunk / mempool');
  feeWindow(visit);
  return { graph, scenario: s.finish() };
}
