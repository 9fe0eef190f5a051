import { inputHash, inputTree, merklePath } from '@prometheus-compute/proofs';
import {
  type ChannelMessage,
  contractHash,
  decodeMessage,
  type MessageOf,
  readEnvelope,
} from '@prometheus-compute/protocol';
import type { Actor } from '../stage/actor.ts';
import { scenarioBatch } from '../stage/batch.ts';
import type { Strategy } from './strategy.ts';

/** What called the arbiters. */
type CourtName = MessageOf<'claim'>['court'];

/** Posts what `claim` makes, once the arbiters are called. */
function claimsOnce(
  does: string,
  claim: (actor: Actor, court: CourtName) => ChannelMessage | undefined,
): Strategy {
  let done = false;
  return {
    name: 'lying',
    does,
    acts: async (actor) => {
      const state = actor.recorded?.state;
      if (done || state?.name !== 'arbitration' || state.arbitration.court === null) return;
      const message = claim(actor, state.arbitration.court.transaction);
      if (message === undefined) return;
      done = true;
      await actor.sendToAll(actor.sealPost(actor.seal(message)));
    },
  };
}

const channelOf = (actor: Actor) => contractHash(actor.openGraph.terms.contract);

/** V: denies a delivery that it has given a receipt for. */
export const deniesDelivery = (): Strategy =>
  claimsOnce('claims that nothing was delivered, against its own receipt', (actor, court) => ({
    kind: 'claim',
    channel: channelOf(actor),
    court,
    fault: 'undelivered',
  }));

/** An opening that was signed for one party alone. */
export interface SecretOpening {
  envelope: Uint8Array | undefined;
}

/** C: claims a wrong output, by an opening that only it was given. */
export const claimsBySecretOpening = (secret: SecretOpening): Strategy =>
  claimsOnce('claims a wrong chunk by the opening that it got alone', (actor, court) => {
    if (secret.envelope === undefined) return undefined;
    const opening: MessageOf<'opening'> = decodeMessage('opening', readEnvelope(secret.envelope).body);
    const { inputs } = scenarioBatch();
    const { index } = opening.chunks[0]!;
    const path = merklePath(inputTree(inputs.map((input) => inputHash(input))), index);
    return {
      kind: 'claim',
      channel: channelOf(actor),
      court,
      fault: 'output',
      root: opening.root,
      index,
      opening: secret.envelope,
      input: { bytes: inputs[index]!, path },
      programHash: actor.openGraph.terms.contract.programHash,
    };
  });
