import { seededRandom } from '../fashion-mnist/random.ts';

/** Size of one sample between two layers. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A layer as a recipe names it. Kernels and strides are square; `name` is that of its parameters. */
export type LayerSpec =
  | { kind: 'conv'; name: string; channels: number; kernel: number; stride: number; padding: number }
  | { kind: 'dense'; name: string; units: number }
  | { kind: 'relu' }
  | { kind: 'dropout'; rate: number }
  | { kind: 'flatten' };

/**
 * Where a tensor of parameters stands among all of them, in floats. Weights are [input][output], where the input
 * counts in the order of the patches (row, column, channel) or of the flattened picture (height, width, channel).
 */
export interface ParameterSlot {
  readonly name: string;
  readonly offset: number;
  /** Floats that are in use; what follows up to a multiple of 4 stays zero. */
  readonly count: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether weight decay applies: to weights, not to biases. */
  readonly decays: boolean;
}

/** A layer with its shapes. `input` and `output` are those of one sample. */
export interface PlannedLayer {
  readonly spec: LayerSpec;
  readonly input: Shape;
  readonly output: Shape;
  /** Only of convolutions and dense layers. */
  readonly weights?: ParameterSlot;
  readonly bias?: ParameterSlot;
}

/** A network with all shapes and places worked out. */
export interface NetworkPlan {
  readonly input: Shape;
  readonly layers: readonly PlannedLayer[];
  readonly parameters: readonly ParameterSlot[];
  /** Floats of all parameters together. */
  readonly parameterFloats: number;
  readonly classes: number;
}

/** Number of values of one sample. */
export const sizeOf = (shape: Shape): number => shape.height * shape.width * shape.channels;

/**
 * Works out the shapes and gives every parameter its place.
 * @throws Error when a layer does not fit onto the one before it
 */
export function planNetwork(input: Shape, specs: readonly LayerSpec[]): NetworkPlan {
  const layers: PlannedLayer[] = [];
  const parameters: ParameterSlot[] = [];
  let shape = input;
  let offset = 0;
  const slot = (name: string, inputs: number, outputs: number, decays: boolean): ParameterSlot => {
    const count = inputs * outputs;
    const made = { name, offset, count, inputs, outputs, decays };
    parameters.push(made);
    offset += Math.ceil(count / 4) * 4;
    return made;
  };
  for (const spec of specs) {
    const output = outputShape(spec, shape);
    if (spec.kind === 'conv' || spec.kind === 'dense') {
      const inputs = spec.kind === 'conv' ? spec.kernel ** 2 * shape.channels : sizeOf(shape);
      const weights = slot(`${spec.name}.weight`, inputs, output.channels, true);
      const bias = slot(`${spec.name}.bias`, 1, output.channels, false);
      layers.push({ spec, input: shape, output, weights, bias });
    } else {
      layers.push({ spec, input: shape, output });
    }
    shape = output;
  }
  return { input, layers, parameters, parameterFloats: offset, classes: shape.channels };
}

function outputShape(spec: LayerSpec, input: Shape): Shape {
  switch (spec.kind) {
    case 'relu':
    case 'dropout':
      return input;
    case 'flatten':
      return { height: 1, width: 1, channels: sizeOf(input) };
    case 'dense':
      if (input.height !== 1 || input.width !== 1)
        throw new Error(`${spec.name} comes after a picture: put a flatten layer between them`);
      return { height: 1, width: 1, channels: spec.units };
    case 'conv': {
      const side = (length: number) =>
        Math.floor((length + 2 * spec.padding - spec.kernel) / spec.stride) + 1;
      const height = side(input.height);
      const width = side(input.width);
      if (spec.padding >= spec.kernel || height < 1 || width < 1)
        throw new Error(`${spec.name}: a kernel of ${spec.kernel} with padding ${spec.padding} does not fit`);
      return { height, width, channels: spec.channels };
    }
  }
}

/** Parameters to start from: weights uniform as He et al. (2015) give them for ReLU, biases zero. */
export function initialParameters(plan: NetworkPlan, seed: number): Float32Array {
  const random = seededRandom(seed);
  const values = new Float32Array(plan.parameterFloats);
  for (const { offset, count, inputs, decays } of plan.parameters) {
    if (!decays) continue;
    const bound = Math.sqrt(6 / inputs);
    for (let at = offset; at < offset + count; at++) values[at] = bound * (2 * random() - 1);
  }
  return values;
}
