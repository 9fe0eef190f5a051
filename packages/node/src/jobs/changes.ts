import {
  type ChannelState,
  type Graph,
  graphOf,
  heldReleases,
  type Outpoint,
  type Party,
  ROLES,
  type SettlementId,
  type Txid,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { Node } from '../node/node.ts';
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

/** Satoshis that a node owns: confirmed coins of its wallet, and outputs of settled contracts that are not in it yet. */
export async function ownedBy(node: Pick<Node, 'ports' | 'channels'>): Promise<bigint> {
  const { chain, wallet } = node.ports;
  let sum = wallet.balance();
  for (const { state } of node.channels) {
    for (const { outpoint, amount } of ownedInChannel(state)) {
      if ((await chain.output(outpoint)) !== undefined) sum += amount;
    }
  }
  return sum;
}

/**
 * Outputs of a settled channel that are a party's own, as long as they are unspent: its payouts, V's fee, and the stake or bond that Tx0
 * gives back, released or not.
 */
function ownedInChannel(
  state: ChannelState,
): readonly { readonly outpoint: Outpoint; readonly amount: bigint }[] {
  if (state.name !== 'closed' || state.how !== 'settled') return [];
  const { self, agreement } = state.before;
  const graph = graphOf(agreement);
  const outputOf = (txid: Txid, vout: number, amount: bigint) => ({ outpoint: { txid, vout }, amount });
  const commitment = transactionOf(graph, 'Tx0');
  const pledged = commitment.outputs.flatMap(({ payee, leaves, amount }, vout) =>
    // The change of Tx0 pays to the party's wallet, which counts it already.
    payee === self && leaves.length > 0 ? [outputOf(commitment.txid, vout, amount)] : [],
  );
  const settlement = transactionOf(graph, state.transaction);
  const paid = settlement.outputs.flatMap(({ payee, amount }, vout) =>
    payee === self || (payee === 'feeWindow' && self === 'verifier')
      ? [outputOf(settlement.txid, vout, amount)]
      : [],
  );
  const released = heldReleases(state).map(({ release: { amount, transaction } }) =>
    outputOf(transaction.txid, 0, amount),
  );
  return [...pledged, ...paid, ...released];
}
