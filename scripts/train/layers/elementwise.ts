import type { Address } from '../kernels.ts';
import { type Shape, sizeOf } from '../plan.ts';
import type { Layer, Workshop } from './layer.ts';

/** max(0, x) of every value. */
export function reluLayer(shape: Shape, { kernels, samples, take }: Workshop): Layer {
  const size = sizeOf(shape);
  const result = take(samples * size);
  return {
    forward(values, pass) {
      kernels.relu(values, result, pass.samples * size);
      return result;
    },
    backward(gradient, pass) {
      kernels.reluGradient(result, gradient, pass.samples * size);
      return gradient;
    },
  };
}

/** In training every value is dropped with probability `rate` and the others grow to make up for it; else nothing. */
export function dropoutLayer(shape: Shape, rate: number, { kernels, samples, take }: Workshop): Layer {
  const size = sizeOf(shape);
  const mask = take(samples * size);
  return {
    forward(values, pass) {
      if (pass.seed === null) return values;
      kernels.dropoutMask(mask, pass.samples * size, rate, pass.seed);
      kernels.multiply(values, mask, pass.samples * size);
      return values;
    },
    backward(gradient, pass) {
      kernels.multiply(gradient, mask, pass.samples * size);
      return gradient;
    },
  };
}

/** Values stay where they are: a picture already lies in memory as its flattened form does. */
export function flattenLayer(): Layer {
  return {
    forward: (values: Address) => values,
    backward: (gradient: Address) => gradient,
  };
}
