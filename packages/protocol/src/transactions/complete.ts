import type { SchnorrSignature } from '../primitives/brands.ts';
import { type Graph, GraphError, type TransactionId, transactionOf } from './graph.ts';
import { slotKey, slotsOf } from './signing.ts';
import { serializeSigned } from './unsigned.ts';

/** Plain signatures by `slotKey`; adaptor signatures stand in it completed. */
export type SignatureSet = ReadonlyMap<string, SchnorrSignature>;

/**
 * The full transaction, ready to be broadcast. Leaf witnesses hold the signatures in reverse script order, since
 * the first CHECKSIG takes the top of the stack, then script and control block (BIP341).
 *
 * @param signatures - at least those of this transaction; not verified here
 * @throws GraphError `transaction-unknown`, `signature-missing` with the slot
 */
export function completeTransaction(graph: Graph, id: TransactionId, signatures: SignatureSet): Uint8Array {
  const transaction = transactionOf(graph, id);
  const slots = slotsOf(graph, id);
  const witnesses = transaction.inputs.map(({ spend }, input) => {
    const ordered = slots
      .filter((slot) => slot.input === input)
      .map((slot) => {
        const signature = signatures.get(slotKey(slot));
        if (signature === undefined) {
          throw new GraphError('signature-missing', `${id} lacks the signature of ${slot.signer}`, {
            evidence: { slot: slotKey(slot) },
          });
        }
        return signature;
      });
    return spend.kind === 'key' ? ordered : [...ordered.reverse(), spend.script, spend.controlBlock];
  });
  return serializeSigned(transaction, witnesses);
}
