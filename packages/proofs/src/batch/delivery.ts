import { equalBytes, type Hash32, largestCiphertext } from '@prometheus-compute/protocol';
import { contentHash } from '../commitment/content-hash.ts';
import { merkleRoot } from '../commitment/merkle.ts';
import { type Delivery, deliveryLeaves } from './commit.ts';
import { type BatchTerms, checkCount } from './terms.ts';

/**
 * Whether R can be rebuilt from what came. Anything but `complete` is no delivery: no receipt is given for it, and it
 * proves nothing against the Worker, since the ciphertexts may have been damaged by whoever served them.
 */
export type DeliveryCheck =
  /** `bytes` is for the receipt: of all ciphertexts. */
  | { readonly kind: 'complete'; readonly bytes: number }
  /** Not one entry for each of N chunks. */
  | { readonly kind: 'count' }
  /** The ciphertext of `chunk` is missing, is not the one that the delivery names, or is longer than any result allows. */
  | { readonly kind: 'ciphertext'; readonly chunk: number }
  /** R is not the root over these inner_i, ciphertexts and the contract's inputs. */
  | { readonly kind: 'root' };

/**
 * C and V: what a receipt says, *I rebuilt R from these* (M §Sequence 1).
 *
 * @param received.inputHashes - H(x_i) for i = 0..N−1, checked against the contract's input root before
 * @param received.ciphertexts - ct_i; undefined where it is not there
 * @throws ProofError `count-wrong` when there are not N input hashes
 */
export function checkDelivery(received: {
  readonly terms: BatchTerms;
  readonly inputHashes: readonly Hash32[];
  readonly delivery: Delivery;
  readonly ciphertexts: readonly (Uint8Array | undefined)[];
}): DeliveryCheck {
  const { terms, inputHashes, delivery, ciphertexts } = received;
  checkCount(terms, 'input hashes', inputHashes);
  if (delivery.chunks.length !== terms.chunks) return { kind: 'count' };
  const longest = largestCiphertext(terms.limits);
  let bytes = 0;
  for (const [chunk, { ciphertext, size }] of delivery.chunks.entries()) {
    const came = ciphertexts[chunk];
    const fits = came !== undefined && came.length === size && size <= longest;
    if (!fits || !equalBytes(contentHash('ct', came), ciphertext)) {
      return { kind: 'ciphertext', chunk };
    }
    bytes += size;
  }
  const root = merkleRoot(deliveryLeaves(inputHashes, delivery.chunks));
  return equalBytes(root, delivery.root) ? { kind: 'complete', bytes } : { kind: 'root' };
}
