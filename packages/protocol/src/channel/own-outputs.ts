import { clock } from '../contract/clock.ts';
import { arbiterIndex } from '../contract/party.ts';
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
import { FINAL_CONFIRMATIONS, heldReleases, type SettledState } from './closing/clean-end.ts';
import { spendReleased } from './closing/release-transaction.ts';
import type { ChannelState, OpenState } from './state.ts';

/** An output of a contract that one party can take alone. */
export interface OwnOutput {
  readonly spend: LeafSpend | KeySpend;
  /** First tip at which the next block may hold its spend (BIP68), or from which it is wise. */
  readonly from: number;
  /** Last height at which the spend should be in a block, since somebody else can take the output then; null: nobody. */
  readonly by: number | null;
  /** V's fee output takes u_p besides V's own key. */
  readonly lockSecret: SecretScalar | null;
}

/**
 * What a settled contract has paid to this party's own key, and nobody else can ever take: payouts, and what a release
 * brought back. Some of it may be spent, or not confirmed, by now.
 */
export function ownPayouts(state: ChannelState): readonly OwnOutput[] {
  if (state.name !== 'closed' || state.how !== 'settled') return [];
  const { before, transaction, height } = state;
  const { self, agreement } = before;
  const graph = graphOf(agreement);
  const paid = transactionOf(graph, transaction).outputs.flatMap(({ payee, leaves }, vout) =>
    payee === self && leaves.length === 0 ? [spendPayout(graph, transaction, vout)] : [],
  );
  const released = heldReleases(state).map(({ release }) => spendReleased(release));
  return [...paid, ...released].map((spend) => ({ spend, from: height, by: null, lockSecret: null }));
}

/**
 * What this party must take itself, and in time (T §The tree): V's fee output with u_p before C may have it, C's after the
 * window, stake and bond from t4 on. Those also while the contract is still open: as long as Tx0:0 or the output of a
 * verdict is unspent, an appeal or challenge could still pool them, long after anybody reckons with it. Some of it may be
 * spent by now.
 */
export function timelyOutputs(state: ChannelState): readonly OwnOutput[] {
  switch (state.name) {
    case 'setup':
      return [];
    case 'closed':
      return state.how === 'settled' ? [...feeOutput(state), ...committed(state.before)] : [];
    default:
      return committed(state);
  }
}

function feeOutput({ before, transaction, height }: SettledState): readonly OwnOutput[] {
  if (transaction !== 'Tx4' && transaction !== "Tx4'") return [];
  const { self, agreement } = before;
  const graph = graphOf(agreement);
  const { confirmationBlocks } = agreement.contract;
  const { feeWindow } = clock(agreement.parameters, agreement.contract);
  if (self === 'client') {
    const spend = spendFeeOutput(graph, transaction, 'client');
    return [{ spend, from: height + feeWindow - 1, by: null, lockSecret: null }];
  }
  const verdict = before.checked;
  if (self !== 'verifier' || verdict?.r !== 1 || verdict.lockSecret === null) return [];
  const spend = spendFeeOutput(graph, transaction, 'verifier');
  const from = height + FINAL_CONFIRMATIONS - 1;
  return [{ spend, from, by: height + feeWindow - 2 * confirmationBlocks, lockSecret: verdict.lockSecret }];
}

/** Stake and bond, where no appeal or challenge has taken them. */
function committed({ self, agreement, commitmentHeight }: OpenState): readonly OwnOutput[] {
  if (commitmentHeight === null) return [];
  const graph = graphOf(agreement);
  const index = arbiterIndex(self);
  if (index === undefined && self !== 'client') return [];
  const spend = index === undefined ? spendBond(graph, 'client') : spendStake(graph, index, 'arbiter');
  const from = commitmentHeight + agreement.parameters.t4 - 1;
  return [{ spend, from, by: null, lockSecret: null }];
}
