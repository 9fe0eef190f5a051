import type { TransactionId } from '@prometheus-compute/protocol';
import type { Actor } from '../stage/actor.ts';
import type { Strategy } from './strategy.ts';

/** Never hands these transactions to the chain. */
export const withholds = (which: (id: TransactionId, actor: Actor) => boolean, does: string): Strategy => ({
  name: 'withholding',
  does,
  publishes: (id, actor) => id === undefined || !which(id, actor),
});

/** Publishes a transaction out of its turn, as soon as `when` holds. */
export function publishesAt(id: TransactionId, when: (actor: Actor) => boolean, does: string): Strategy {
  let done = false;
  return {
    name: 'out of turn',
    does,
    acts: async (actor) => {
      if (done || !when(actor)) return;
      const outcome = await actor.publish(id, does);
      done = outcome.kind !== 'rejected';
    },
  };
}
