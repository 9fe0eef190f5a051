import {
  arbiterParty,
  type Graph,
  type NetChanges,
  type OutputPayee,
  type Party,
  parties,
  spendFeeOutput,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { State } from '../model/state.ts';
import { labelScript } from '../terms/labels.ts';
import { ReplayError } from './errors.ts';
import type { PlayChain } from './play-chain.ts';

/** Who ends with an output of the graph that nobody has spent. Tx4's fee output is looked at apart. */
function ownerOf(payee: OutputPayee): Party | 'fund' | undefined {
  return payee === 'shared' || payee === 'feeWindow' || payee === 'anchor' || payee === 'data'
    ? undefined
    : payee;
}

/** What everybody brought to Tx0, without what C pays for fees and retainers. */
function brought(graph: Graph, party: Party, i: number): bigint {
  const { parameters, contract, arbiters } = graph.terms;
  if (party === 'client') return contract.reward + contract.bond;
  if (party === 'worker') return parameters.w;
  if (party === 'verifier') return parameters.v;
  return arbiters[i - 3]!.stake.coin.amount;
}

/**
 * Who has more and who has less than before Tx0, read from the unspent outputs of the chain. Shared money that nobody
 * has settled counts for nobody.
 *
 * @param state - the end of the play: which transactions are on the chain
 */
export function chainBalances(play: PlayChain, graph: Graph, state: State): NetChanges {
  const changes: Record<Party | 'fund', bigint> = { client: 0n, worker: 0n, verifier: 0n, fund: 0n };
  const add = (party: Party | 'fund', amount: bigint): void => {
    changes[party] = (changes[party] ?? 0n) + amount;
  };
  const ids: TransactionId[] = ['Tx0'];
  if (state.end?.kind === 'settled') ids.push(state.end.id);
  for (const id of ids) {
    const { txid, outputs } = transactionOf(graph, id);
    outputs.forEach(({ payee }, vout) => {
      const owner = ownerOf(payee);
      if (owner !== undefined) add(owner, play.unspent(txid, vout));
    });
  }
  parties(graph.terms.parameters.n).forEach((party, i) => {
    add(party, -brought(graph, party, i));
  });
  return changes;
}

/** Adds the stakes that arbiters took by their own leaves after t4; what they paid for that is no part of the model. */
export function withTakenStakes(changes: NetChanges, graph: Graph, taken: readonly number[]): NetChanges {
  const sum: Record<Party | 'fund', bigint> = { ...changes };
  for (const index of taken) {
    const party = arbiterParty(index);
    sum[party] = (sum[party] ?? 0n) + transactionOf(graph, 'Tx0').outputs[index]!.amount;
  }
  return sum;
}

/**
 * Spends Tx4's fee output as far as the Verifier can: with u_p at once, otherwise its attempt is refused and C takes it after
 * the window (D4).
 *
 * @returns who has it, and how much it was
 */
export function takeFee(
  play: PlayChain,
  graph: Graph,
  id: 'Tx4' | "Tx4'",
  hasLock: boolean,
): { readonly party: 'client' | 'verifier'; readonly amount: bigint } {
  const locked = spendFeeOutput(graph, id, 'verifier');
  const { amount } = locked.prevout;
  const secret = hasLock ? 'verification lock' : 'no lock';
  const byVerifier = play.leafSpend(locked, labelScript('verifier'), ['verifier', secret]);
  if (play.chain.submitTransaction(byVerifier).kind === 'accepted') {
    play.chain.mine(1, labelScript('nobody'));
    return { party: 'verifier', amount };
  }
  const open = spendFeeOutput(graph, id, 'client');
  const byClient = play.leafSpend(open, labelScript('client'), ['client']);
  const early = play.chain.testTransaction(byClient).kind === 'accepted';
  play.mineTo(play.tip + open.sequence - 1);
  const late = play.chain.submitTransaction(byClient).kind === 'accepted';
  if (early || !late) {
    throw new ReplayError(
      'validity-differs',
      `C can take the fee of ${id} ${early ? 'before' : 'not even after'} the window`,
    );
  }
  play.chain.mine(1, labelScript('nobody'));
  return { party: 'client', amount };
}
