import { targetOf } from '../../devchain/blocks/proof-of-work.ts';
import type { NetworkRules } from './networks.ts';

/** Blocks of one period of difficulty. */
export const PERIOD = 2016;
/** Seconds that a period should take, and two blocks of it. */
const PERIOD_SECONDS = 14 * 24 * 60 * 60;
const PAUSE_SECONDS = 2 * 600;

/** What is known of the headers below a new one. */
export interface HeaderView {
  /** Compact target of the block at `height`. */
  bitsAt(height: number): number;
  /** Unix seconds of the block at `height`. */
  timeAt(height: number): number;
}

/**
 * The compact target that a block has to have (Core's `GetNextWorkRequired`).
 *
 * @param view - knows every block from the first one of the period of `height - 1` on
 * @param height - of the new block, at least 1
 * @param time - of the new block, Unix seconds
 */
export function requiredBits(view: HeaderView, height: number, time: number, rules: NetworkRules): number {
  const last = height - 1;
  if (!rules.retargets) return view.bitsAt(last);
  if (height % PERIOD === 0) return retarget(view, last, rules);
  if (!rules.easyAfterPause) return view.bitsAt(last);
  if (time > view.timeAt(last) + PAUSE_SECONDS) return rules.limitBits;
  // Blocks that were let through after a pause say nothing about the period's target.
  let block = last;
  while (block % PERIOD !== 0 && view.bitsAt(block) === rules.limitBits) block -= 1;
  return view.bitsAt(block);
}

function retarget(view: HeaderView, last: number, rules: NetworkRules): number {
  const first = last - (PERIOD - 1);
  const taken = view.timeAt(last) - view.timeAt(first);
  const clamped = Math.min(Math.max(taken, PERIOD_SECONDS / 4), PERIOD_SECONDS * 4);
  const before = targetOf(view.bitsAt(rules.bip94 ? first : last)) ?? 0n;
  const target = (before * BigInt(clamped)) / BigInt(PERIOD_SECONDS);
  return compactTarget(target > rules.limit ? rules.limit : target);
}

/** Compact form of a target: three bytes of mantissa, whose first bit is a sign, and their exponent. */
function compactTarget(target: bigint): number {
  let size = Math.ceil(target.toString(16).length / 2);
  let mantissa =
    size <= 3 ? Number(target << BigInt(8 * (3 - size))) : Number(target >> BigInt(8 * (size - 3)));
  if ((mantissa & 0x800000) !== 0) {
    mantissa >>= 8;
    size += 1;
  }
  return ((size << 24) | mantissa) >>> 0;
}
