import {
  type ChannelState,
  type Graph,
  graphOf,
  type Party,
  ROLES,
  type SettlementId,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { BatchReport } from './specification.ts';

type Holder = keyof BatchReport['changes'];

const holderOf = (party: Party): Holder =>
  (ROLES.find((role) => role === party) as Holder | undefined) ?? 'arbiters';

/**
 * Net satoshis of everybody by Tx0 and an undisputed settlement of Tx0:0, from the transactions' own inputs and
 * outputs. Bond and stakes count as their owners', Tx4's fee output as the Verifier's, which holds u_p. Sums to zero.
 */
export function settledChanges(graph: Graph, settlement: SettlementId): BatchReport['changes'] {
  const changes: Record<Holder, bigint> = {
    client: 0n,
    worker: 0n,
    verifier: 0n,
    arbiters: 0n,
    fund: 0n,
    miners: 0n,
  };
  const commitment = transactionOf(graph, 'Tx0');
  for (const { spend, prevout } of commitment.inputs) {
    const owner = spend.kind === 'key' ? spend.owner : spend.signers[0]!;
    changes[holderOf(owner)] -= prevout.amount;
  }
  const end = transactionOf(graph, settlement);
  for (const { payee, amount } of [...commitment.outputs, ...end.outputs]) {
    switch (payee) {
      case 'shared':
      case 'anchor':
      case 'data':
        break;
      case 'feeWindow':
        changes.verifier += amount;
        break;
      case 'fund':
        changes.fund += amount;
        break;
      default:
        changes[holderOf(payee)] += amount;
    }
  }
  changes.miners = commitment.fee + end.fee;
  return changes;
}

/**
 * Satoshis that a party owns in outputs of a settled channel: its payouts, V's fee, and the stake or bond that Tx0
 * gives back at t4 or earlier.
 */
export function ownedInChannel(state: ChannelState): bigint {
  if (state.name !== 'closed' || state.how !== 'settled') return 0n;
  const { self, agreement } = state.before;
  const graph = graphOf(agreement);
  const outputs = [transactionOf(graph, 'Tx0'), transactionOf(graph, state.transaction)].flatMap(
    (tx) => tx.outputs,
  );
  const own = outputs.filter(({ payee }) => payee === self || (payee === 'feeWindow' && self === 'verifier'));
  // The change of Tx0 pays to the party's wallet, which counts it already.
  const change =
    self in agreement.contract ? agreement.contract[self as (typeof ROLES)[number]].change : null;
  return own.reduce((sum, { amount }) => sum + amount, 0n) - (change?.amount ?? 0n);
}
