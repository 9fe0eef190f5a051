/**
 * What script verification asks of secp256k1. Implementations never throw and never accept malformed input; they
 * differ in speed only.
 */
export interface Curve {
  /**
   * BIP340 signature with auxiliary randomness: the same bytes from every implementation.
   * Undefined when the new signature does not verify: BIP340 recommends the check against faults of the machine.
   *
   * @param message - 32 bytes
   * @param secret - 32 bytes, in 1..n−1
   * @param auxRandom - 32 bytes
   */
  signSchnorr(message: Uint8Array, secret: Uint8Array, auxRandom: Uint8Array): Uint8Array | undefined;

  /**
   * BIP340 verification.
   *
   * @param signature - 64 bytes
   * @param message - 32 bytes
   * @param key - 32 bytes, perhaps no x coordinate of any point
   */
  schnorr(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;

  /**
   * ECDSA verification. A high S is as good as a low one here: low S is a separate, later rule (BIP146).
   *
   * @param signature - r ‖ s, 64 bytes
   * @param digest - 32 bytes
   * @param key - 33 bytes, or 65 with any of the prefixes 04, 06, 07; perhaps no point
   */
  ecdsa(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean;

  /**
   * BIP341: whether `output` is the x coordinate of lift_x(internal) + tweak·G and that point's y has the parity
   * `parity`. A tweak that is not below the group order fails.
   *
   * @param parity - 0 even, 1 odd
   */
  tweaks(internal: Uint8Array, tweak: Uint8Array, output: Uint8Array, parity: number): boolean;
}
