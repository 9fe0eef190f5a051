import type { Address, PatchGeometry } from '../kernels.ts';
import { type PlannedLayer, sizeOf } from '../plan.ts';
import type { Layer, Workshop } from './layer.ts';

/** A dense layer: output = input · weights + bias, one row a sample. */
export function denseLayer({ input, output, weights, bias }: PlannedLayer, workshop: Workshop): Layer {
  const { kernels, samples, take, scratch, parameters } = workshop;
  const inputs = sizeOf(input);
  const outputs = sizeOf(output);
  const product = linearProduct(inputs, outputs, parameters, weights!.offset, bias!.offset, workshop);
  const result = take(samples * outputs);
  const inputGradient = take(samples * inputs);
  let kept: Address = 0;
  return {
    forward(values, pass) {
      kept = values;
      product.forward(values, result, pass.samples);
      return result;
    },
    backward(gradient, pass, gradients, first) {
      product.parameterGradients(kept, gradient, gradients, pass.samples);
      if (first) return 0;
      const weightsAt = parameters + 4 * weights!.offset;
      kernels.gemm(
        ...([pass.samples, inputs, outputs] as const),
        ...([gradient, outputs, 1] as const),
        ...([weightsAt, 1, outputs] as const),
        ...([inputGradient, scratch] as const),
      );
      return inputGradient;
    },
  };
}

/** A convolution: the patches below the kernel, one a row, times the weights. */
export function convLayer(planned: PlannedLayer, workshop: Workshop): Layer {
  const { spec, input, output, weights, bias } = planned;
  if (spec.kind !== 'conv') throw new Error(`${spec.kind} is no convolution`);
  const { kernels, samples, take, scratch, parameters } = workshop;
  const geometry: PatchGeometry = [
    ...([input.height, input.width, input.channels] as const),
    ...([spec.kernel, spec.stride, spec.padding] as const),
  ];
  const positions = output.height * output.width;
  const inputs = weights!.inputs;
  const outputs = output.channels;
  const product = linearProduct(inputs, outputs, parameters, weights!.offset, bias!.offset, workshop);
  const patches = take(samples * positions * inputs);
  const patchGradient = take(samples * positions * inputs);
  const result = take(samples * sizeOf(output));
  const inputGradient = take(samples * sizeOf(input));
  return {
    forward(values, pass) {
      kernels.gatherPatches(values, patches, pass.samples, ...geometry);
      product.forward(patches, result, pass.samples * positions);
      return result;
    },
    backward(gradient, pass, gradients, first) {
      const rows = pass.samples * positions;
      product.parameterGradients(patches, gradient, gradients, rows);
      if (first) return 0;
      const weightsAt = parameters + 4 * weights!.offset;
      kernels.gemm(
        ...([rows, inputs, outputs] as const),
        ...([gradient, outputs, 1] as const),
        ...([weightsAt, 1, outputs] as const),
        ...([patchGradient, scratch] as const),
      );
      kernels.scatterPatches(patchGradient, inputGradient, pass.samples, ...geometry);
      return inputGradient;
    },
  };
}

/** What both layers share: rows · weights + bias, and the gradients by weights and bias. */
function linearProduct(
  inputs: number,
  outputs: number,
  parameters: Address,
  weights: number,
  bias: number,
  { kernels, scratch }: Workshop,
) {
  return {
    forward(rows: Address, result: Address, count: number): void {
      const weightsAt = parameters + 4 * weights;
      kernels.gemm(
        ...([count, outputs, inputs] as const),
        ...([rows, inputs, 1] as const),
        ...([weightsAt, outputs, 1] as const),
        ...([result, scratch] as const),
      );
      kernels.addBias(result, parameters + 4 * bias, count, outputs);
    },
    parameterGradients(rows: Address, gradient: Address, gradients: Address, count: number): void {
      kernels.gemm(
        ...([inputs, outputs, count] as const),
        ...([rows, 1, inputs] as const),
        ...([gradient, outputs, 1] as const),
        ...([gradients + 4 * weights, scratch] as const),
      );
      kernels.sumRows(gradient, gradients + 4 * bias, count, outputs);
    },
  };
}
