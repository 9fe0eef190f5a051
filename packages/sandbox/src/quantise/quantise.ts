import type { Model } from '../model/graph.ts';
import { observeRanges, type RealRange } from './calibration.ts';
import { buildModel } from './integer/build.ts';
import type { Network } from './network.ts';

/** How a network is quantised. */
export interface QuantiseOptions {
  /** The bytes of whole rows on which ranges are observed; may be empty for a network that says all of them itself. */
  readonly calibration: Uint8Array;
  /** Weights in −64..63, which fast engines of x86 need. */
  readonly sevenBit?: boolean;
  /** The output as it is, and not the number of its largest channel. */
  readonly logits?: boolean;
}

/**
 * Quantises a network after its training: int8 weights, symmetric and with a scale for each output channel; int8 activations
 * that cover what was observed on the calibration rows; int32 biases. What the network quantises itself stays as it says. The output of
 * a network that ends with a vector becomes the number of its largest channel.
 *
 * @throws SandboxError `calibration-unusable`, `onnx-unsupported`
 *
 * @example
 * const network = importOnnx(readFileSync('fashion-cnn.onnx'));
 * const file = encodeModel(quantiseNetwork(network, { calibration: pictures }));
 */
export function quantiseNetwork(
  network: Network,
  { calibration, sevenBit = false, logits = false }: QuantiseOptions,
): Model {
  let observed: readonly RealRange[] | undefined;
  const { height, width, channels } = network.tensors[network.output]!.shape;
  const vector = height * width === 1 && channels > 1;
  return buildModel(network, { sevenBit, argmax: vector && !logits }, (source) => {
    observed ??= observeRanges(network, calibration);
    return observed[source]!;
  });
}
