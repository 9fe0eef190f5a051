import {
  type Agreement,
  buildGraph,
  type Contract,
  type Graph,
  type Party,
  quorum,
  recipients,
  type SchnorrSignature,
  type Signatures,
  type SlotSignature,
  schnorrSignature,
  setupSlots,
  signSlot,
  slotKey,
} from '../../../src/index.ts';
import { fixtureArbiters, fixtureContract, fixtureParameters, partySecret } from '../../fixtures/terms.ts';

/** Short times that keep C7, C22 and C23. */
function agreementFor(n: number): Agreement {
  const parameters = fixtureParameters(n);
  const B = quorum(parameters) + 2;
  const contract: Contract = fixtureContract(parameters, {
    deliveryBlocks: 10,
    confirmationBlocks: B + 2,
    stageBlocks: B + 2,
    arbitrationBlocks: 2 * B + 2,
    relayBlocks: 1,
  });
  return { parameters, contract, arbiters: fixtureArbiters(n, () => parameters.a) };
}

const agreements = new Map<number, { agreement: Agreement; graph: Graph }>();

/** What n arbiters, C, W and V have agreed on. */
export function agreed(n: number) {
  let known = agreements.get(n);
  if (known === undefined) {
    const agreement = agreementFor(n);
    known = { agreement, graph: buildGraph(agreement) };
    agreements.set(n, known);
  }
  return known;
}

const setups = new Map<number, readonly SlotSignature[]>();

/** Everything that is signed at setup, by everybody. */
function setupSignatures(n: number): readonly SlotSignature[] {
  let made = setups.get(n);
  if (made === undefined) {
    const { graph } = agreed(n);
    made = [...graph.transactions.keys()]
      .flatMap((id) => setupSlots(graph, id))
      .map((slot) => ({
        slot,
        signature: signSlot(graph, slot, partySecret(slot.signer), new Uint8Array(32)),
      }));
    setups.set(n, made);
  }
  return made;
}

/** 64 bytes in the place of a signature that nobody looks at. */
export const BLANK: SchnorrSignature = schnorrSignature(new Uint8Array(64));

/** What a party holds after the setup. @param unsigned - signatures of the right length only */
export function held(n: number, self: Party, unsigned: boolean): Signatures {
  const { graph } = agreed(n);
  const all: readonly SlotSignature[] = unsigned
    ? [...graph.transactions.keys()]
        .flatMap((id) => setupSlots(graph, id))
        .map((slot) => ({ slot: { ...slot, kind: 'plain' }, signature: BLANK }))
    : setupSignatures(n);
  const plain: Record<string, SchnorrSignature> = {};
  const adaptor: Record<string, Signatures['adaptor'][string]> = {};
  for (const { slot, signature } of all) {
    if (slot.signer !== self && !recipients(graph, slot).includes(self)) continue;
    if (signature instanceof Uint8Array) plain[slotKey(slot)] = signature;
    else adaptor[slotKey(slot)] = signature;
  }
  return { plain, adaptor };
}
