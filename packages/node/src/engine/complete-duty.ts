import {
  adaptorSlotsOf,
  completeTransaction,
  finishers,
  type SchnorrSignature,
  sighash,
  slotKey,
  type TransactionId,
} from '@prometheus-compute/protocol';
import type { Signer } from '../ports/signer.ts';
import type { ChannelRecord } from './channel-record.ts';
import { graphInState } from './on-chain.ts';

/**
 * A transaction that is this party's to publish: held signatures, own ones that were withheld until now, and C's adaptor
 * signatures completed with h_p. Undefined in a state that holds no signatures.
 */
export function completeDuty(
  { state, keys }: ChannelRecord,
  id: TransactionId,
  signer: Signer,
): Uint8Array | undefined {
  const graph = graphInState(state);
  if (graph === undefined || !('signatures' in state)) return undefined;
  const { plain, adaptor } = state.signatures;
  const signatures = new Map<string, SchnorrSignature>(Object.entries(plain));
  for (const slot of finishers(graph, id)) {
    if (slot.signer === state.self && slot.kind === 'plain' && !signatures.has(slotKey(slot))) {
      signatures.set(slotKey(slot), signer.signTransaction(keys, sighash(graph, id, slot.input)));
    }
  }
  for (const slot of adaptorSlotsOf(graph, id)) {
    const held = adaptor[slotKey(slot)];
    if (held !== undefined) signatures.set(slotKey(slot), signer.completeAdaptor(keys, held));
  }
  return completeTransaction(graph, id, signatures);
}
