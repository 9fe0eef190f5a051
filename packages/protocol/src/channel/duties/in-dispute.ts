import type { ArbitrationState } from '../state.ts';
import type { Duty } from './duty.ts';

/** What a party publishes once a dispute is on the chain. */
export function inDispute(state: ArbitrationState): readonly Duty[] {
  const last = state.disputes.at(-1);
  if (last === undefined) return [];
  const { t1, t2, t3, t4 } = state.agreement.parameters;
  const { confirmationBlocks } = state.agreement.contract;
  const height = last.height;
  switch (last.transaction) {
    case 'TxV1':
      if (state.self === 'worker') {
        const until = height + (t3 - t1) - 2 * confirmationBlocks;
        return [
          {
            transaction: "Tx4'",
            from: height + (t2 - t1) - 1,
            until,
            confirmBy: until + confirmationBlocks,
            why: 'nobody challenged the verdict: scheme #3',
          },
        ];
      }
      return state.self === 'client' || state.self === 'verifier'
        ? [
            {
              transaction: "Tx1'",
              from: height + (t3 - t1) - 1,
              until: null,
              confirmBy: null,
              why: 'the Worker kept silent: scheme #1',
            },
          ]
        : [];
    case 'TxV0':
      return state.self === 'client' || state.self === 'verifier'
        ? [
            {
              transaction: 'Tx5',
              from: height + (t2 - t1) - 1,
              until: null,
              confirmBy: null,
              why: 'the Worker did not appeal: scheme #4',
            },
          ]
        : [];
    case 'TxA':
      return [
        {
          transaction: 'Tx6',
          from: height + (t4 - t3) - 1,
          until: null,
          confirmBy: null,
          why: 'no decision: scheme #5',
        },
      ];
    case 'TxAc':
      return [
        {
          transaction: 'Tx6c',
          from: height + (t4 - t3) - 1,
          until: null,
          confirmBy: null,
          why: 'no decision: scheme #5',
        },
      ];
    default:
      return [];
  }
}
