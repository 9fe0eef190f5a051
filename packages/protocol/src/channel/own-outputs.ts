import { clock } from '../contract/clock.ts';
import { arbiterIndex, type Party } from '../contract/party.ts';
import type { SecretScalar } from '../primitives/brands.ts';
import { transactionOf } from '../transactions/graph.ts';
import {
  type KeySpend,
  type LeafSpend,
  spendBond,
  spendFeeOutput,
  spendPayout,
  spendStake,
} from '../transactions/spends.ts';
import { graphOf } from './agreement.ts';
import type { ClosedState } from './state.ts';

/** An output of a settled contract that one party can take alone. */
export interface OwnOutput {
  readonly spend: LeafSpend | KeySpend;
  /** First tip at which the next block may hold its spend (BIP68). */
  readonly from: number;
  /** V's fee output takes u_p besides V's own key. */
  readonly lockSecret: SecretScalar | null;
}

/**
 * Everything that a party can take alone from a settled contract, now or later (T §The tree): its payouts, V's fee output
 * with u_p, C's after the window, and after t4 the stake or the bond. Some of it may be spent by now.
 */
export function ownOutputs(state: ClosedState): readonly OwnOutput[] {
  if (state.how === 'abandoned') return [];
  const { before, transaction, height } = state;
  const { self, agreement } = before;
  const graph = graphOf(agreement);
  const payouts = transactionOf(graph, transaction).outputs.flatMap(({ payee, leaves }, vout): OwnOutput[] =>
    payee === self && leaves.length === 0
      ? [{ spend: spendPayout(graph, transaction, vout), from: height, lockSecret: null }]
      : [],
  );
  return [...payouts, ...feeOutput(state.transaction, height, state), ...committed(self, state)];
}

function feeOutput(
  transaction: string,
  height: number,
  { before }: Extract<ClosedState, { how: 'settled' }>,
): readonly OwnOutput[] {
  if (transaction !== 'Tx4' && transaction !== "Tx4'") return [];
  const { self, agreement } = before;
  const graph = graphOf(agreement);
  if (self === 'client') {
    const { feeWindow } = clock(agreement.parameters, agreement.contract);
    const spend = spendFeeOutput(graph, transaction, 'client');
    return [{ spend, from: height + feeWindow - 1, lockSecret: null }];
  }
  const verdict = before.checked;
  if (self !== 'verifier' || verdict?.r !== 1 || verdict.lockSecret === null) return [];
  return [
    { spend: spendFeeOutput(graph, transaction, 'verifier'), from: height, lockSecret: verdict.lockSecret },
  ];
}

/** Stake and bond, where no appeal or challenge has taken them. */
function committed(self: Party, { before }: Extract<ClosedState, { how: 'settled' }>): readonly OwnOutput[] {
  const { agreement, commitmentHeight } = before;
  if (commitmentHeight === null) return [];
  const graph = graphOf(agreement);
  const from = commitmentHeight + agreement.parameters.t4 - 1;
  const index = arbiterIndex(self);
  if (index !== undefined) return [{ spend: spendStake(graph, index, 'arbiter'), from, lockSecret: null }];
  return self === 'client' ? [{ spend: spendBond(graph, 'client'), from, lockSecret: null }] : [];
}
