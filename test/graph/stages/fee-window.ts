import { clock, spendFeeOutput, type TransactionId } from '@prometheus-compute/protocol';
import { anchorChild } from '../children.ts';
import { take } from '../forms.ts';
import type { Visit } from '../visit.ts';

/** Both verdicts want the same output: the better child decides which stays in the mempool. */
function verdictsInConflict(visit: Visit): void {
  const { s } = visit;
  const packageOf = (id: TransactionId, fee: bigint): readonly Uint8Array[] => {
    const parent = visit.bytes(id);
    return [parent, anchorChild(parent, visit.feeCoin(id), fee)];
  };
  const group = 'verdicts in conflict';
  s.package(`${group} / TxV1 against Tx4 and its child`, packageOf('TxV1', 10_000n));
  s.package(`${group} / TxV0 pays less`, packageOf('TxV0', 9_900n));
  s.package(`${group} / TxV0 pays the same`, packageOf('TxV0', 10_000n));
  s.package(`${group} / TxV0 pays more`, packageOf('TxV0', 12_000n));
  s.mempool(`${group} / TxV0 stays`);
  s.package(`${group} / TxV1 pays more again`, packageOf('TxV1', 20_000n));
  s.mempool(`${group} / TxV1 stays`);
}

/** Settlements share φ: by itself none takes the place of another. Then Tx4 confirms, and its fee output is taken. */
export function feeWindow(visit: Visit): void {
  const { s, graph } = visit;
  const group = 'settlements in conflict';
  s.send(`${group} / Tx3 first`, visit.bytes('Tx3'));
  for (const id of ['Tx1', 'Tx4'] as const) s.send(`${group} / ${id} afterwards`, visit.bytes(id));
  const tx4 = visit.bytes('Tx4');
  const verifier = take(graph, spendFeeOutput(graph, 'Tx4', 'verifier'), { fee: 6_000n });
  s.package(`${group} / Tx4 with a child`, [tx4, verifier.bytes]);
  s.mempool(`${group} / at the end`);
  verdictsInConflict(visit);
  const confirmed = s.block({ label: 'Tx4 confirms', transactions: [tx4] });
  s.mempool(`${group} / after Tx4`);
  const client = take(graph, spendFeeOutput(graph, 'Tx4', 'client'));
  const { feeWindow: window } = clock(graph.terms.parameters, graph.terms.contract);
  visit.along([
    [
      confirmed.height,
      () => {
        visit.all('fee output, Verifier', take(graph, spendFeeOutput(graph, 'Tx4', 'verifier')));
        s.test('fee output, Client / at once', [client.bytes]);
        // D4: V's fee needs u_p, not V's signature alone.
        for (const signers of [
          ['verifier', 'client'],
          ['verifier', 'verifier'],
          ['client', 'verificationLock'],
        ] as const) {
          const form = take(graph, spendFeeOutput(graph, 'Tx4', 'verifier'), { signers });
          s.test(`fee output, Verifier / signed by ${signers.join(' and ')}`, [form.bytes]);
        }
      },
    ],
    [confirmed.height + window - 2, () => visit.early('fee output, Client', client)],
    [
      confirmed.height + window - 1,
      () => {
        visit.all('fee output, Client', client);
        s.test('fee output, Verifier / after the window', [verifier.bytes]);
      },
    ],
  ]);
}
