import {
  type ChannelState,
  type Graph,
  graphOf,
  heldReleases,
  type Outpoint,
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
 * Satoshis that a party owns in outputs of a settled channel that are not in its wallet yet: its payouts, V's fee, and
 * the stake or bond that Tx0 gives back, released or not.
 *
 * @param isUnspent - whether an output is in a block and unspent
 */
export function ownedInChannel(state: ChannelState, isUnspent: (outpoint: Outpoint) => boolean): bigint {
  if (state.name !== 'closed' || state.how !== 'settled') return 0n;
  const { self, agreement } = state.before;
  const graph = graphOf(agreement);
  const pledged = transactionOf(graph, 'Tx0').outputs.flatMap(({ payee, leaves, amount }, vout) =>
    // The change of Tx0 pays to the party's wallet, which counts it already.
    payee === self && leaves.length > 0 ? [{ amount, vout, txid: transactionOf(graph, 'Tx0').txid }] : [],
  );
  const paid = transactionOf(graph, state.transaction).outputs.flatMap(({ payee, amount }, vout) =>
    payee === self || (payee === 'feeWindow' && self === 'verifier')
      ? [{ amount, vout, txid: transactionOf(graph, state.transaction).txid }]
      : [],
  );
  const released = heldReleases(state).map(({ release: { amount, transaction } }) => ({
    amount,
    vout: 0,
    txid: transaction.txid,
  }));
  return [...pledged, ...paid, ...released].filter(isUnspent).reduce((sum, { amount }) => sum + amount, 0n);
}
