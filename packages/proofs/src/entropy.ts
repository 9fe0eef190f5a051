import { type SecretScalar, secretScalar } from '@prometheus-compute/protocol';
import { ProofError } from './errors.ts';

/** Source of fresh random bytes: `length` of them. The core makes no randomness itself. */
export type Entropy = (length: number) => Uint8Array;

/** @throws ProofError `entropy-unusable` when the source does not give as many bytes as it was asked for */
export function freshBytes(entropy: Entropy, length: number): Uint8Array {
  const bytes = entropy(length);
  if (bytes.length !== length) {
    throw new ProofError(
      'entropy-unusable',
      `the entropy source gave ${bytes.length} bytes instead of ${length}`,
    );
  }
  return bytes;
}

/**
 * A uniform secret scalar by rejection: 32 random bytes are outside 1..n−1 once in 2^128 draws.
 * @throws ProofError `entropy-unusable` when that happens, since it does not
 */
export function freshScalar(entropy: Entropy): SecretScalar {
  const bytes = freshBytes(entropy, 32);
  try {
    return secretScalar(bytes);
  } catch (cause) {
    throw new ProofError('entropy-unusable', 'the entropy source does not give random bytes', { cause });
  }
}
