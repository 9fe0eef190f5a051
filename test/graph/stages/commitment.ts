import { clock, spendStake } from '@prometheus-compute/protocol';
import type { ScenarioBlock } from '../../../packages/bitcoin/test/differential/scenario.ts';
import { take } from '../forms.ts';
import type { Setting } from '../setting.ts';
import type { Visit } from '../visit.ts';
import { refusedPackages } from './packages.ts';
import { freed } from './stakes.ts';

/** Tx0 before and after the coins that it spends are confirmed; ends with Tx0 in a block. */
export function commitment(visit: Visit, setting: Setting): ScenarioBlock {
  const { s, graph } = visit;
  const tx0 = visit.bytes('Tx0');
  // T §Building it: a version 3 transaction does not spend unconfirmed outputs of others.
  s.test('Tx0 / with unconfirmed coins', [...setting.funding.slice(1), tx0]);
  s.block({ label: 'announcements and coins', transactions: setting.funding });
  visit.all('Tx0', visit.form('Tx0'));
  s.send('Tx0 / sent', tx0);
  s.test('Tx4 / on Tx0 in the mempool', [visit.bytes('Tx4')]);
  s.test('Tx3 / on Tx0 in the mempool', [visit.bytes('Tx3')]);
  for (const party of ['arbiter', 'together'] as const) {
    s.test(`stake 1 / ${party}, on Tx0 in the mempool`, [take(graph, spendStake(graph, 1, party)).bytes]);
  }
  return s.block({ label: 'Tx0 confirms', transactions: [tx0] });
}

/**
 * Everything below Tx0 that spends Tx0 itself, on a chain on which nothing else happens.
 * @returns the last block before the verdicts are valid in a block, and the next one
 */
export function untouched(
  visit: Visit,
  setting: Setting,
  tx0: ScenarioBlock,
): { readonly start: ScenarioBlock; readonly next: ScenarioBlock } {
  const { graph } = visit;
  const { verdict } = clock(graph.terms.parameters, graph.terms.contract);
  const base = tx0.height;
  let start = tx0;
  let next = tx0;
  visit.along([
    ...visit.settlements('Tx0', base),
    ...freed(visit, setting, base),
    [
      base + verdict - 2,
      () => {
        for (const id of ['TxV1', 'TxV0'] as const) visit.earlyPackage(id);
      },
    ],
    [
      base + verdict - 1,
      () => {
        start = visit.s.tip;
        for (const id of ['TxV1', 'TxV0'] as const) refusedPackages(visit, id);
      },
    ],
    [
      base + verdict,
      () => {
        next = visit.s.tip;
      },
    ],
  ]);
  return { start, next };
}
