import { COMPACT_TARGET } from '../parameters.ts';
import type { BlockHash, BlockHeader } from './header.ts';
import { headerHash } from './header.ts';

/** The highest hash that compact `bits` allow, or undefined when they encode none (negative, zero, too large). */
export function targetOf(bits: number): bigint | undefined {
  const size = bits >>> 24;
  const mantissa = BigInt(bits & 0x7fffff);
  const target = size <= 3 ? mantissa >> BigInt(8 * (3 - size)) : mantissa << BigInt(8 * (size - 3));
  if ((bits & 0x800000) !== 0 || target === 0n || target >= 1n << 256n) return undefined;
  return target;
}

/** No block may have a higher target than this. */
const EASIEST_TARGET = targetOf(COMPACT_TARGET)!;

/** Hashes that a block with compact target `bits` stands for on average. */
export function blockWork(bits: number): bigint {
  const target = targetOf(bits);
  return target === undefined ? 0n : (1n << 256n) / (target + 1n);
}

/** Whether `hash` is at most the target that `bits` encode, and this no easier than the chain's. */
export function meetsTarget(hash: BlockHash, bits: number): boolean {
  const target = targetOf(bits);
  return target !== undefined && target <= EASIEST_TARGET && BigInt(`0x${hash}`) <= target;
}

/** The header with the lowest nonce that meets its target. On this chain every second nonce does. */
export function mineHeader(header: BlockHeader): BlockHeader {
  for (let nonce = 0; ; nonce++) {
    const candidate = { ...header, nonce };
    if (meetsTarget(headerHash(candidate), header.bits)) return candidate;
  }
}
