import { compareBytes, fromHex } from '@prometheus-compute/protocol';

/** Order of the group of secp256k1, big-endian. */
const GROUP_ORDER = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
/** Half of it, rounded down: the largest S that is called low (BIP146). */
const HALF_ORDER = fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0');

/** Whether 32 big-endian bytes are below the group order. */
export function isBelowOrder(bytes: Uint8Array): boolean {
  return compareBytes(bytes, GROUP_ORDER) < 0;
}

/** Whether 32 big-endian bytes are an S that needs no negation. */
export function isLowScalar(bytes: Uint8Array): boolean {
  return compareBytes(bytes, HALF_ORDER) <= 0;
}
