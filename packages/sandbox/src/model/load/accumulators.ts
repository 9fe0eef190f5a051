import { SandboxError } from '../../errors.ts';
import type { Place } from '../file/fields.ts';
import type { LinearNode } from '../graph.ts';
import { MAX_ACCUMULATOR } from '../limits.ts';
import { isPadded } from './geometry.ts';
import type { Tensor } from './loaded-model.ts';

/** Least and largest value. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * F §Bounds: what the accumulators of a linear node can be, from its weights and the range of its input: for each output channel the
 * bias and, for each weight w, the least and the largest of w·q over the range [l, h] of the input. Where cells are added,
 * padValue belongs to the range.
 *
 * The sums are exact: each is below 2^24 weights · 2^14 + 2^31, which a number holds.
 *
 * @throws SandboxError `accumulator-overflow` where one can be beyond ±(2^31 − 1), so that no engine ever overflows
 */
export function accumulatorRange(node: LinearNode, input: Tensor, place: Place): Range {
  const { weights, bias } = node;
  const channels = bias.length;
  const padded = node.op === 'conv' && isPadded(node.padding);
  const low = padded ? Math.min(input.low, node.padValue) : input.low;
  const high = padded ? Math.max(input.high, node.padValue) : input.high;
  const least = Float64Array.from(bias);
  const most = Float64Array.from(bias);
  for (let i = 0; i < weights.length; ) {
    for (let channel = 0; channel < channels; channel++, i++) {
      const weight = weights[i]!;
      least[channel]! += weight * (weight < 0 ? high : low);
      most[channel]! += weight * (weight < 0 ? low : high);
    }
  }
  const range = { low: least.reduce((a, b) => Math.min(a, b)), high: most.reduce((a, b) => Math.max(a, b)) };
  const bound = Math.max(-range.low, range.high);
  if (bound > MAX_ACCUMULATOR) {
    throw new SandboxError(
      'accumulator-overflow',
      `${place.name}: an accumulator can be as large as ${bound}, beyond ${MAX_ACCUMULATOR}`,
      { ...place.evidence, bound, limit: MAX_ACCUMULATOR },
    );
  }
  return range;
}

/** Fewest whole bytes, at least 2, whose two's complement holds every value of the range. */
export function accumulatorBytes({ low, high }: Range): 2 | 3 | 4 {
  if (low >= -(2 ** 15) && high < 2 ** 15) return 2;
  return low >= -(2 ** 23) && high < 2 ** 23 ? 3 : 4;
}
