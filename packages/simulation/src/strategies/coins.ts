import { type Coin, satoshi, transactionOf } from '@prometheus-compute/protocol';
import { contentAs } from '../network/parcel.ts';
import type { Actor } from '../stage/actor.ts';
import type { Strategy } from './strategy.ts';

/** Satoshis per 1000 vB that whoever replaces Tx0 pays: more in all than Tx0 does. */
const REPLACING_RATE = 200_000n;

/**
 * A: pledges its stake, and spends it before Tx0 can.
 *
 * @param once - shared by all who might be drawn: the first one does it
 */
export function spendsPledgedStake(once: { done: boolean }): Strategy {
  return {
    name: 'double spending',
    does: 'if it is the first to be asked, spends the stake that it has pledged',
    sends: (parcel, actor) => {
      const acceptance = contentAs(parcel, 'acceptance')?.acceptance;
      if (once.done || acceptance === undefined) return undefined;
      once.done = true;
      void spend(actor, acceptance.outpoint);
      return undefined;
    },
  };
}

async function spend(actor: Actor, outpoint: Coin['outpoint']): Promise<void> {
  const output = await actor.party.node.ports.chain.output(outpoint);
  if (output === undefined) return;
  const coin: Coin = { outpoint, amount: satoshi(output.amount), script: output.script };
  await respend(actor, [coin]);
}

/** W or V: spends its coin to itself again as soon as Tx0 waits for a block, for a higher fee. */
export function replacesCommitment(): Strategy {
  let done = false;
  return {
    name: 'replacing by fee',
    does: 'replaces Tx0 in the mempool by a spend of its own coin with a higher fee',
    acts: async (actor) => {
      const { graph, self } = actor;
      if (done || graph === undefined || (self !== 'worker' && self !== 'verifier')) return;
      const { txid } = transactionOf(graph, 'Tx0');
      if ((await actor.party.node.ports.chain.waiting(txid)) === undefined) return;
      done = true;
      await respend(actor, graph.terms.contract[self].funding);
    },
  };
}

async function respend(actor: Actor, coins: readonly Coin[]): Promise<void> {
  const { wallet, chain } = actor.party.node.ports;
  const outcome = await chain.submit(wallet.sweep(coins, REPLACING_RATE, wallet.freshScript()));
  actor.tell(
    outcome.kind === 'rejected' ? `cannot spend its coin: ${outcome.reason}` : 'spends its coin to itself',
    'nobody can then put Tx0 on the chain',
  );
}
