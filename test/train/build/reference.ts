import type { PlannedLayer } from '../../../scripts/train/plan.ts';

/**
 * What a layer computes of one sample, straight from its definition and in double precision.
 * @param parameters - of the whole network, as its plan lays them out
 */
export function referenceForward(
  { spec, input, output, weights, bias }: PlannedLayer,
  parameters: Float64Array,
  sample: Float64Array,
): Float64Array {
  if (spec.kind === 'relu') return sample.map((value) => Math.max(0, value));
  if (spec.kind === 'flatten') return sample;
  const biasOf = (unit: number) => parameters[bias!.offset + unit]!;
  const weightOf = (from: number, unit: number) =>
    parameters[weights!.offset + from * output.channels + unit]!;
  if (spec.kind === 'dense') {
    return Float64Array.from({ length: spec.units }, (_, unit) =>
      sample.reduce((sum, value, from) => sum + value * weightOf(from, unit), biasOf(unit)),
    );
  }
  if (spec.kind !== 'conv') throw new Error(`${spec.kind} is random`);
  const result = new Float64Array(output.height * output.width * output.channels);
  for (let y = 0; y < output.height; y++) {
    for (let x = 0; x < output.width; x++) {
      for (let unit = 0; unit < output.channels; unit++) {
        let sum = biasOf(unit);
        for (let ky = 0; ky < spec.kernel; ky++) {
          for (let kx = 0; kx < spec.kernel; kx++) {
            const row = y * spec.stride - spec.padding + ky;
            const column = x * spec.stride - spec.padding + kx;
            if (row < 0 || row >= input.height || column < 0 || column >= input.width) continue;
            for (let c = 0; c < input.channels; c++) {
              const value = sample[(row * input.width + column) * input.channels + c]!;
              sum += value * weightOf((ky * spec.kernel + kx) * input.channels + c, unit);
            }
          }
        }
        result[(y * output.width + x) * output.channels + unit] = sum;
      }
    }
  }
  return result;
}

/** Cross-entropy of the softmax of the logits, in nats. */
export function referenceLoss(logits: Float64Array, label: number): number {
  const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
  return Math.log(total) - logits[label]!;
}

/** Derivative of `loss` by each of `values`, by central differences; `values` is as before afterwards. */
export function numericGradient(values: Float64Array, loss: () => number): Float64Array {
  const step = 1e-5;
  return values.map((value, at) => {
    values[at] = value + step;
    const above = loss();
    values[at] = value - step;
    const below = loss();
    values[at] = value;
    return (above - below) / (2 * step);
  });
}

/** Largest difference between two vectors, as a share of the largest value of the second. */
export function worstDifference(measured: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  let largest = 0;
  for (let at = 0; at < expected.length; at++) {
    worst = Math.max(worst, Math.abs(measured[at]! - expected[at]!));
    largest = Math.max(largest, Math.abs(expected[at]!));
  }
  return measured.length === expected.length ? worst / Math.max(largest, 1e-9) : Number.POSITIVE_INFINITY;
}
