import { meetsTarget } from '../../devchain/blocks/proof-of-work.ts';
import { MAX_FUTURE_BLOCK_TIME, MEDIAN_TIME_SPAN } from '../../devchain/parameters.ts';
import type { HashedHeader } from './header-chain.ts';
import type { NetworkRules } from './networks.ts';
import { type HeaderView, PERIOD, requiredBits } from './retarget.ts';

/** BIP94: seconds that the first block of a period may lie before its parent. */
const MAX_TIMEWARP = 600;

/**
 * Holds a header against the rules that follow from those below it. That it names its parent is the caller's to see.
 *
 * @param height - of the header; the view knows the 11 blocks below and the first one of the period below
 * @param clock - Unix seconds
 * @returns Core's reject reason of the first rule broken
 */
export function headerFault(
  { hash, header }: HashedHeader,
  height: number,
  view: HeaderView,
  rules: NetworkRules,
  clock: number,
): string | undefined {
  if (header.bits !== requiredBits(view, height, header.time, rules)) return 'bad-diffbits';
  if (!meetsTarget(hash, header.bits)) return 'high-hash';
  if (header.time <= medianTimePast(view, height - 1)) return 'time-too-old';
  const isFirst = rules.bip94 && height % PERIOD === 0;
  if (isFirst && header.time < view.timeAt(height - 1) - MAX_TIMEWARP) return 'time-timewarp-attack';
  if (rules.followsClock && header.time > clock + MAX_FUTURE_BLOCK_TIME) return 'time-too-new';
  return undefined;
}

/** Median of the times of the block at `height` and the ten below it (BIP113). */
export function medianTimePast(view: HeaderView, height: number): number {
  const times: number[] = [];
  for (let block = height; block >= 0 && times.length < MEDIAN_TIME_SPAN; block--)
    times.push(view.timeAt(block));
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)]!;
}
