/** Port of fresh random bytes from a cryptographic source. */
export type Entropy = (length: number) => Uint8Array;
