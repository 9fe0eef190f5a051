import {
  buildGraph,
  type Graph,
  keyAfter,
  type SchnorrSignature,
  type SecretScalar,
  type SignatureSet,
  type SignatureSlot,
  signSlot,
  slotKey,
  slotsOf,
  spendStake,
} from '@prometheus-compute/protocol';
import {
  fixtureHash,
  fixtureKey,
  fixtureSecret,
  keyPathSecret,
  partySecret,
} from '../../packages/protocol/test/fixtures/terms.ts';
import type { Setting } from './setting.ts';

/** A second contract whose arbiters stake what the first one returns to them at t4 (T §Tx0). */
export function renewedGraph({ graph, renewal }: Setting): Graph {
  const { parameters, arbiters } = graph.terms;
  return buildGraph({
    parameters,
    contract: renewal,
    arbiters: arbiters.map((arbiter, i) => {
      const { outpoint, prevout, sequence, controlBlock } = spendStake(graph, i + 1, 'arbiter');
      return {
        key: fixtureKey(`renewal arbiter:${i + 1}`),
        messageKey: fixtureKey(`renewal arbiter:${i + 1} message`),
        stake: {
          kind: 'renewed',
          coin: { outpoint, ...prevout },
          sequence,
          leafScript: keyAfter(arbiter.key, sequence),
          controlBlock,
        },
      };
    }),
  });
}

function secretOf({ transaction, signer }: SignatureSlot): SecretScalar {
  if (transaction !== 'Tx0') return fixtureSecret(`renewal ${signer}`);
  return signer.startsWith('arbiter')
    ? partySecret(signer)
    : keyPathSecret(fixtureSecret(`renewal ${signer} funding`));
}

/** Signatures of {@link renewedGraph}: of Tx0, the stakes by the arbiters' old keys, and of TxA. */
export function renewedSignatures(graph: Graph): SignatureSet {
  const slots = [...slotsOf(graph, 'Tx0'), ...slotsOf(graph, 'TxA')];
  return new Map(
    slots.map((slot) => [
      slotKey(slot),
      signSlot(graph, slot, secretOf(slot), fixtureHash('aux')) as SchnorrSignature,
    ]),
  );
}
