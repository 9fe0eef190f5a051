import { RawTx } from '@scure/btc-signer';
import { type SchnorrSignature, schnorrSignature } from '../primitives/brands.ts';
import { type Graph, inputOf } from '../transactions/graph.ts';
import type { SignatureSlot } from '../transactions/signing.ts';

/**
 * The signature that a confirmed transaction carries in a slot: leaf witnesses hold the signatures in reverse script
 * order, then script and control block (BIP341).
 *
 * @param bytes - the full transaction from a block
 * @returns undefined when it carries none of 64 bytes there
 */
export function signatureInSlot(
  graph: Graph,
  slot: SignatureSlot,
  bytes: Uint8Array,
): SchnorrSignature | undefined {
  const { spend } = inputOf(graph, slot.transaction, slot.input);
  const witness = RawTx.decode(bytes).witnesses?.[slot.input];
  if (witness === undefined) return undefined;
  const place = spend.kind === 'key' ? 0 : spend.signers.length - 1 - spend.signers.indexOf(slot.signer);
  const signature = witness[place];
  return signature?.length === 64 ? schnorrSignature(signature) : undefined;
}
