import { SandboxError } from '../../errors.ts';
import type { FloatConv, FloatGemm, Quantisation } from '../network.ts';

/** How weights are quantised. */
export interface WeightOptions {
  /** Weights in −63..63 instead of −127..127. */
  readonly sevenBit: boolean;
  /** One scale for all output channels, so that their accumulators can be compared. */
  readonly uniform: boolean;
}

/** The integers of a linear node. */
export interface IntegerWeights {
  readonly weights: Int8Array;
  /** With −zeroPoint·Σw of the channel in it, so that an accumulator is Σ q·w + bias. */
  readonly bias: Int32Array;
  /** What one step of the weights of a channel stands for. */
  readonly scales: Float64Array;
}

/** Largest bias, in steps of the accumulator, for which a scale is chosen: leaves room for the products. */
const MAX_BIAS = 2 ** 29;

/**
 * Symmetric weights for each output channel, and biases in steps of the accumulator. The scales are those of the
 * network where it has some.
 *
 * @throws SandboxError `onnx-unsupported` where the scales of the network do not let a weight be an int8 (of seven bits, if asked), or
 * a bias an int32
 */
export function integerWeights(
  node: FloatConv | FloatGemm,
  input: Quantisation,
  { sevenBit, uniform }: WeightOptions,
  place: string,
): IntegerWeights {
  const N = node.bias.length;
  const most = sevenBit ? 63 : 127;
  const scales = node.scales ?? chosenScales(node, input, most, uniform);
  const [low, high] = sevenBit ? [-64, 63] : [-128, 127];
  const sums = new Float64Array(N);
  const weights = Int8Array.from(node.weights, (weight, at) => {
    const value = Math.round(weight / scales[at % N]!);
    if (!(value >= low && value <= high))
      refused(place, `a weight is ${value} steps of its scale, not ${low} to ${high}`);
    sums[at % N]! += value;
    return value;
  });
  const bias = Int32Array.from(node.bias, (real, n) => {
    const value = Math.round(real / (input.scale * scales[n]!)) - input.zeroPoint * sums[n]!;
    if (!(Math.abs(value) < 2 ** 31)) refused(place, `a bias is ${value} steps of its accumulator`);
    return value;
  });
  return { weights, bias, scales };
}

/** The largest weight of a channel becomes the largest integer, unless its bias would be too large then. */
function chosenScales(
  { weights, bias }: FloatConv | FloatGemm,
  input: Quantisation,
  most: number,
  uniform: boolean,
): Float64Array {
  const N = bias.length;
  const scales = Float64Array.from(bias, (real) => Math.abs(real) / (input.scale * MAX_BIAS));
  for (const [at, weight] of weights.entries()) {
    scales[at % N] = Math.max(scales[at % N]!, Math.abs(weight) / most);
  }
  const largest = scales.reduce((a, b) => Math.max(a, b), 0);
  // A channel without weights and bias: any scale does.
  return scales.map((scale) => (uniform || scale === 0 ? largest || 1 : scale));
}

function refused(place: string, message: string): never {
  throw new SandboxError('onnx-unsupported', `${place}: ${message}`, { place });
}
