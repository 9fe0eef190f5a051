import { equalBytes, type SecretScalar } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { chunkBase, chunkPoint } from '../encryption/chunk-key.ts';
import { decryptChunk } from '../encryption/cipher.ts';
import { checkPointSecret, type Delivery, outcomeInner } from './commit.ts';
import { type BatchTerms, checkCount } from './terms.ts';

/** A result as the Client gets it. */
export type DecryptedChunk =
  /** y_i; `verified` when an own run of the chunk gave the same output and the same inner_i. */
  | { readonly kind: 'output'; readonly output: Uint8Array; readonly verified: boolean }
  /** y_i, and an own run that gives another output, or does not give the delivered inner_i. */
  | { readonly kind: 'wrong'; readonly output: Uint8Array }
  /** ct_i is not encrypted with K_i. */
  | { readonly kind: 'unreadable' };

/**
 * C: opens all results once h_p is known (M §Sequence 6). A result that nobody has run again is what the Worker
 * encrypted, and inner_i cannot be compared with it alone, since τ_i comes from a run only: that is what the sample and
 * the stakes are for. For chunks that C has run (`ownOutcomes`), output and inner_i are compared.
 *
 * @param received.pointSecret - h_p, extracted from the published signature
 * @param received.ciphertexts - ct_i for i = 0..N−1, for which {@link checkDelivery} said `complete`
 * @param received.ownOutcomes - of the chunks that C ran itself, by index
 * @throws ProofError `count-wrong`, `secret-wrong`
 */
export function decryptBatch(received: {
  readonly terms: BatchTerms;
  readonly pointSecret: SecretScalar;
  readonly delivery: Delivery;
  readonly ciphertexts: readonly Uint8Array[];
  readonly ownOutcomes?: ReadonlyMap<number, ChunkOutcome>;
}): readonly DecryptedChunk[] {
  const { terms, pointSecret, delivery, ciphertexts, ownOutcomes } = received;
  checkCount(terms, 'ciphertexts', ciphertexts);
  checkCount(terms, 'delivered chunks', delivery.chunks);
  checkPointSecret(terms, pointSecret);
  return ciphertexts.map((ciphertext, chunk) => {
    const keyPoint = chunkPoint(pointSecret, chunkBase(terms.contractHash, chunk));
    const output = decryptChunk(keyPoint, terms.contractHash, chunk, ciphertext);
    if (output === undefined) return { kind: 'unreadable' };
    const outcome = ownOutcomes?.get(chunk);
    if (outcome === undefined) return { kind: 'output', output, verified: false };
    const right =
      equalBytes(outcome.output, output) && equalBytes(outcomeInner(outcome), delivery.chunks[chunk]!.inner);
    return right ? { kind: 'output', output, verified: true } : { kind: 'wrong', output };
  });
}
