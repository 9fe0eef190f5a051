/** What a signature commits to, in its last byte. */
export const SIGHASH_DEFAULT = 0;
export const SIGHASH_ALL = 1;
export const SIGHASH_NONE = 2;
export const SIGHASH_SINGLE = 3;
/** Added to one of the others: commit to no other input. */
export const SIGHASH_ANYONECANPAY = 0x80;

/** Bits that say which outputs a signature before Taproot commits to; others are hashed but mean nothing. */
const OUTPUT_BITS = 0x1f;

/** Outputs that a hash type from before Taproot commits to; any value but NONE and SINGLE means all. */
export function signsNoOutput(hashType: number): boolean {
  return (hashType & OUTPUT_BITS) === SIGHASH_NONE;
}

/** Whether a hash type from before Taproot commits to the one output with the input's index. */
export function signsOneOutput(hashType: number): boolean {
  return (hashType & OUTPUT_BITS) === SIGHASH_SINGLE;
}

/** Whether a hash type commits to no other input. */
export function signsOneInput(hashType: number): boolean {
  return (hashType & SIGHASH_ANYONECANPAY) !== 0;
}
