import { deliveryLeaves, inputHash, merkleRoot } from '@prometheus-compute/proofs';
import { type MessageOf, sealedHash, utf8 } from '@prometheus-compute/protocol';
import { contentAs } from '../network/parcel.ts';
import { scenarioBatch } from '../stage/batch.ts';
import type { SecretOpening } from './claims.ts';
import type { Strategy } from './strategy.ts';

/** A second delivery that is as well-formed as the first: the same ciphertexts, and another commitment to chunk 0. */
export function otherDelivery(delivery: MessageOf<'delivery'>): MessageOf<'delivery'> {
  const [first, ...rest] = delivery.chunks;
  const chunks = [{ ...first!, inner: sealedHash('delivery', delivery.root) }, ...rest];
  const inputHashes = scenarioBatch().inputs.map((input) => inputHash(input));
  return { ...delivery, chunks, root: merkleRoot(deliveryLeaves(inputHashes, chunks)) };
}

/** Another opening of the same sample, with garbage for an output. */
const otherOpening = (opening: MessageOf<'opening'>): MessageOf<'opening'> => ({
  ...opening,
  chunks: opening.chunks.map((chunk) => ({ ...chunk, output: utf8('garbage\n') })),
});

/**
 * W: signs a second delivery when it has opened the first, or a second opening.
 *
 * @param to - who gets the second one
 * @param secret - where the second one is kept for a friend
 */
export function equivocates(
  what: 'delivery' | 'opening',
  to: readonly ('client' | 'verifier')[] = ['client', 'verifier'],
  secret: SecretOpening = { envelope: undefined },
): Strategy {
  let first: MessageOf<'delivery'> | MessageOf<'opening'> | undefined;
  let opened = false;
  let done = false;
  return {
    name: 'equivocating',
    does: `signs a second ${what} for the ${to.join(' and the ')}`,
    sends: (parcel) => {
      first ??= contentAs(parcel, what);
      opened ||= parcel.inner.kind === 'opening';
      return undefined;
    },
    acts: async (actor) => {
      if (done || !opened || first === undefined) return;
      done = true;
      const second = first.kind === 'delivery' ? otherDelivery(first) : otherOpening(first);
      secret.envelope = actor.seal(second);
      await actor.send(to, secret.envelope);
    },
  };
}
