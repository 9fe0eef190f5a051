import { contractHash, type MessageOf } from '@prometheus-compute/protocol';
import type { Strategy } from './strategy.ts';

/** V: posts a claim that its own check does not support, as soon as the Worker has appealed. */
export function claims(fault: 'undelivered'): Strategy {
  let done = false;
  return {
    name: 'lying verdict',
    does: `claims "${fault}" against its better knowledge`,
    acts: async (actor) => {
      const state = actor.recorded?.state;
      if (done || state?.name !== 'arbitration' || state.arbitration.court === null) return;
      done = true;
      const claim: MessageOf<'claim'> = {
        kind: 'claim',
        channel: contractHash(actor.openGraph.terms.contract),
        fault,
      };
      await actor.sendToAll(actor.sealPost(actor.seal(claim)));
    },
  };
}
