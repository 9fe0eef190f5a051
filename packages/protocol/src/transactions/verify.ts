import { type AdaptorSignature, adaptorSign, adaptorVerify } from '../primitives/adaptor.ts';
import type { SchnorrSignature, SecretScalar, XOnlyKey } from '../primitives/brands.ts';
import { type SchnorrVerify, schnorrSign, schnorrVerify } from '../primitives/schnorr.ts';
import { type Graph, GraphError, inputOf } from './graph.ts';
import { sighash } from './sighash.ts';
import { type SignatureSlot, slotKey } from './signing.ts';

/** Key that verifies the signature of a slot. @throws GraphError `transaction-unknown`, `slot-unknown` */
function slotPublicKey(graph: Graph, slot: SignatureSlot): XOnlyKey {
  const { spend } = inputOf(graph, slot.transaction, slot.input);
  const key =
    spend.kind === 'leaf'
      ? spend.keys[spend.signers.indexOf(slot.signer)]
      : spend.owner === slot.signer
        ? spend.key
        : undefined;
  if (key === undefined) {
    throw new GraphError(
      'slot-unknown',
      `${slot.signer} does not sign input ${slot.input} of ${slot.transaction}`,
      {
        evidence: { slot: slotKey(slot) },
      },
    );
  }
  return key;
}

/** Whether something has the form of an adaptor signature rather than of a plain one. */
function isAdaptor(signature: SchnorrSignature | AdaptorSignature): signature is AdaptorSignature {
  return 'nonce' in signature;
}

/**
 * Whether a foreign signature fills its slot. An adaptor slot takes an adaptor signature under the contract's P_h and
 * nothing else; a plain slot takes a BIP340 signature.
 *
 * @param verify - accelerated BIP340 verification
 * @throws GraphError `transaction-unknown`, `slot-unknown`
 */
export function verifySlot(
  graph: Graph,
  slot: SignatureSlot,
  signature: SchnorrSignature | AdaptorSignature,
  verify: SchnorrVerify = schnorrVerify,
): boolean {
  const message = sighash(graph, slot.transaction, slot.input);
  const key = slotPublicKey(graph, slot);
  if (isAdaptor(signature)) {
    return slot.kind === 'adaptor' && adaptorVerify(signature, message, key, graph.terms.contract.pointLock);
  }
  return slot.kind === 'plain' && signature.length === 64 && verify(signature, message, key);
}

/**
 * Signs a slot the way it is given away: C's adaptor slots under P_h, everything else plainly.
 *
 * @param auxRandom - 32 fresh bytes
 */
export function signSlot(
  graph: Graph,
  slot: SignatureSlot,
  secret: SecretScalar,
  auxRandom: Uint8Array,
): SchnorrSignature | AdaptorSignature {
  const message = sighash(graph, slot.transaction, slot.input);
  return slot.kind === 'adaptor'
    ? adaptorSign(message, secret, graph.terms.contract.pointLock, auxRandom)
    : schnorrSign(message, secret, auxRandom);
}
