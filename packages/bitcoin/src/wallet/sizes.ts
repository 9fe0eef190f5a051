import { compactSizeLength, WITNESS_SCALE_FACTOR } from '../transaction/index.ts';

/** Bytes of version and lock time, and weight units of BIP144's marker and flag. */
const FRAME_SIZE = 8;
const MARKER_WEIGHT = 2;
/** Bytes of an input without scriptSig. */
const INPUT_SIZE = 41;
/** Weight units of a key path witness: count, length, 64 bytes of signature (SIGHASH_DEFAULT). */
const KEY_WITNESS_WEIGHT = 66;
/** Weight unit of the empty witness of an anchor. */
const EMPTY_WITNESS_WEIGHT = 1;

/** Satoshis below which an output to P2TR is dust. */
export const DUST_LIMIT = 330n;

/**
 * Virtual bytes of a transaction of key path inputs.
 *
 * @param keyInputs - inputs spent by key path
 * @param outputScripts - scripts of all outputs
 * @param anchors - inputs that spend an anchor
 */
export function estimateVsize(keyInputs: number, outputScripts: readonly Uint8Array[], anchors = 0): number {
  const inputs = keyInputs + anchors;
  let size =
    FRAME_SIZE + compactSizeLength(inputs) + inputs * INPUT_SIZE + compactSizeLength(outputScripts.length);
  for (const script of outputScripts) size += 8 + compactSizeLength(script.length) + script.length;
  const witness = MARKER_WEIGHT + keyInputs * KEY_WITNESS_WEIGHT + anchors * EMPTY_WITNESS_WEIGHT;
  return Math.ceil((size * WITNESS_SCALE_FACTOR + witness) / WITNESS_SCALE_FACTOR);
}

/** Satoshis for `vsize` virtual bytes at `feeRate` satoshis per 1000 of them, rounded up. */
export function feeFor(vsize: number, feeRate: bigint): bigint {
  return (BigInt(vsize) * feeRate + 999n) / 1000n;
}
