import { spendBond, spendStake } from '@prometheus-compute/protocol';
import { formOf, take } from '../forms.ts';
import { renewedGraph, renewedSignatures } from '../renewal.ts';
import type { Setting } from '../setting.ts';
import type { Stop, Visit } from '../visit.ts';

/** Tx0:1..n+1, taken by everybody together at once, by their owners from t4 (D7). */
export function freed(visit: Visit, setting: Setting, base: number): readonly Stop[] {
  const { graph, s } = visit;
  const { n, t4 } = graph.terms.parameters;
  const owners = [
    ...Array.from({ length: n }, (_, i) => [`stake ${i + 1}`, spendStake(graph, i + 1, 'arbiter')] as const),
    ['bond', spendBond(graph, 'client')] as const,
  ];
  const renewal = renewedGraph(setting);
  const renewed = formOf(renewal, renewedSignatures(renewal), 'Tx0');
  return [
    [
      base,
      () => {
        for (let i = 1; i <= n; i++) {
          const form = take(graph, spendStake(graph, i, 'together'));
          if (i === 1) visit.all('stake 1 together', form);
          else s.test(`stake ${i} together / valid`, [form.bytes]);
          // D6, D7: without A_i nobody moves its stake.
          for (const instead of ['client', 'worker', 'verifier'] as const) {
            const signers = [instead, 'client', 'worker'] as const;
            const theft = take(graph, spendStake(graph, i, 'together'), { signers });
            s.test(`stake ${i} together / ${instead} signs for its arbiter`, [theft.bytes]);
          }
        }
        visit.all('bond together', take(graph, spendBond(graph, 'together')));
      },
    ],
    [
      base + t4 - 2,
      () => {
        for (const [name, spend] of owners) visit.early(name, take(graph, spend));
        s.test('renewal / one block early', [renewed.bytes]);
      },
    ],
    [
      base + t4 - 1,
      () => {
        for (const [name, spend] of owners) {
          if (name === 'stake 1' || name === 'bond') visit.all(name, take(graph, spend));
          else s.test(`${name} / valid`, [take(graph, spend).bytes]);
          const signers = ['worker'] as const;
          s.test(`${name} / signed by the Worker`, [take(graph, spend, { signers }).bytes]);
        }
        visit.all('renewal', renewed);
      },
    ],
  ];
}
