import type { Party } from '../../contract/party.ts';
import { type SchnorrSignature, schnorrSignature } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { type Graph, inputOf } from '../../transactions/graph.ts';
import { type SignatureSlot, slotsOf } from '../../transactions/signing.ts';
import type { InputWitness } from '../event.ts';

/** The slots of Tx0 that `party` fills: its own inputs. */
export function inputSlotsOf(graph: Graph, party: Party): readonly SignatureSlot[] {
  return slotsOf(graph, 'Tx0').filter((slot) => slot.signer === party);
}

/** The witness of an own input, as it travels. */
export function toInputWitness(graph: Graph, slot: SignatureSlot, signature: SchnorrSignature): InputWitness {
  const { spend } = inputOf(graph, 'Tx0', slot.input);
  const reveal = spend.kind === 'leaf' ? [spend.script, spend.controlBlock] : [];
  return { input: slot.input, witness: [signature, ...reveal] };
}

/**
 * The signatures in a party's witnesses of Tx0, in the order of its inputs.
 * @returns undefined unless there is exactly one witness of the planned form for every input of that party
 */
export function readInputWitnesses(
  graph: Graph,
  party: Party,
  witnesses: readonly InputWitness[],
): readonly { readonly slot: SignatureSlot; readonly signature: SchnorrSignature }[] | undefined {
  const slots = inputSlotsOf(graph, party);
  if (slots.length !== witnesses.length) return undefined;
  const read: { slot: SignatureSlot; signature: SchnorrSignature }[] = [];
  for (const [i, slot] of slots.entries()) {
    const given = witnesses[i]!;
    const bytes = given.witness[0];
    if (given.input !== slot.input || bytes?.length !== 64) return undefined;
    const signature = schnorrSignature(bytes);
    const planned = toInputWitness(graph, slot, signature).witness;
    const same =
      planned.length === given.witness.length &&
      planned.every((item, j) => equalBytes(item, given.witness[j]!));
    if (!same) return undefined;
    read.push({ slot, signature });
  }
  return read;
}
