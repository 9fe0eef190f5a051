import { derivedSeed } from '../fashion-mnist/random.ts';
import type { Address, Kernels } from './kernels.ts';
import { dropoutLayer, flattenLayer, reluLayer } from './layers/elementwise.ts';
import type { Layer, Pass, Workshop } from './layers/layer.ts';
import { convLayer, denseLayer } from './layers/linear.ts';
import { type NetworkPlan, type PlannedLayer, sizeOf } from './plan.ts';

/** What one slice of samples gave. */
export interface SliceResult {
  /** Sum of the samples' cross-entropies, in nats. */
  readonly loss: number;
  /** Samples whose class came out right. */
  readonly hits: number;
}

/** A network in one thread's part of the memory. */
export interface Network {
  /** Where the next slice's samples go: float32, NHWC. */
  readonly samples: Address;
  /** Where their labels go, one byte each. */
  readonly labels: Address;
  /**
   * Applies the network to the first `count` samples; with `training` also writes the gradient of the loss by all
   * parameters to `gradients`, of the loss times `scale`.
   */
  run(
    count: number,
    training?: { readonly seed: number; readonly scale: number; readonly gradients: Address },
  ): SliceResult;
}

/** Takes memory piece by piece from `start` on, each piece on a multiple of 16 bytes. */
export function allocator(start: Address): { take: (floats: number) => Address; end: () => Address } {
  let next = Math.ceil(start / 16) * 16;
  return {
    take: (floats) => {
      const taken = next;
      next += Math.ceil(floats / 4) * 16;
      return taken;
    },
    end: () => next,
  };
}

/** Builds the network for slices of at most `samples` samples. Its memory comes from `take`. */
export function buildNetwork(
  plan: NetworkPlan,
  samples: number,
  parameters: Address,
  take: (floats: number) => Address,
  kernels: Kernels,
): Network {
  const scratch = take(kernels.GEMM_SCRATCH.value / 4);
  const workshop: Workshop = { kernels, samples, take, scratch, parameters };
  const input = take(samples * sizeOf(plan.input));
  const labels = take(Math.ceil(samples / 4));
  const hits = take(1);
  const layers = plan.layers.map((planned) => buildLayer(planned, workshop));
  return {
    samples: input,
    labels,
    run(count, training) {
      const passOf = (place: number): Pass => ({
        samples: count,
        seed: training === undefined ? null : derivedSeed(training.seed, place),
      });
      let values = input;
      for (const [place, layer] of layers.entries()) values = layer.forward(values, passOf(place));
      const scale = training?.scale ?? 0;
      const loss = kernels.crossEntropy(values, labels, count, plan.classes, scale, hits);
      if (training !== undefined) {
        // Nobody needs the gradient by the input of the first layer that has parameters.
        const firstLinear = plan.layers.findIndex(({ weights }) => weights !== undefined);
        let gradient = values;
        for (let place = layers.length - 1; place >= firstLinear; place--)
          gradient = layers[place]!.backward(
            gradient,
            passOf(place),
            training.gradients,
            place === firstLinear,
          );
      }
      return { loss, hits: new Int32Array(kernels.memory.buffer, hits, 1)[0]! };
    },
  };
}

/** Builds one layer as planned. */
export function buildLayer(planned: PlannedLayer, workshop: Workshop): Layer {
  switch (planned.spec.kind) {
    case 'conv':
      return convLayer(planned, workshop);
    case 'dense':
      return denseLayer(planned, workshop);
    case 'relu':
      return reluLayer(planned.output, workshop);
    case 'dropout':
      return dropoutLayer(planned.output, planned.spec.rate, workshop);
    case 'flatten':
      return flattenLayer();
  }
}
