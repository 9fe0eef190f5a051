import { describe, expect, it } from 'vitest';
import type { Pass } from '../../scripts/train/layers/layer.ts';
import { buildLayer, buildNetwork } from '../../scripts/train/network.ts';
import { type LayerSpec, planNetwork, type Shape, sizeOf } from '../../scripts/train/plan.ts';
import { freshBench, randomFloats } from './build/bench.ts';
import { numericGradient, referenceForward, referenceLoss, worstDifference } from './build/reference.ts';

const SAMPLES = 3;
/** float32 has about seven digits, and sums of a few dozen terms lose one of them. */
const TOLERANCE = 1e-5;

/** Applies one layer to random samples, and asks for the gradients of Σ direction · output. */
async function tried(spec: LayerSpec, input: Shape) {
  const bench = await freshBench();
  const plan = planNetwork(input, [spec]);
  const [layer] = plan.layers;
  const parameters = randomFloats(plan.parameterFloats, 1);
  const samples = randomFloats(SAMPLES * sizeOf(input), 2);
  const direction = randomFloats(SAMPLES * sizeOf(layer!.output), 3);
  const built = buildLayer(layer!, {
    kernels: bench.kernels,
    samples: SAMPLES,
    take: bench.take,
    scratch: bench.take(bench.kernels.GEMM_SCRATCH.value / 4),
    parameters: bench.place(parameters),
  });
  const pass: Pass = { samples: SAMPLES, seed: null };
  const output = built.forward(bench.place(samples), pass);
  const forward = bench.view(output, direction.length).slice();
  const gradients = bench.take(plan.parameterFloats);
  const inputAt = built.backward(bench.place(direction), pass, gradients, false);
  const reference = () => {
    const size = sizeOf(input);
    return Float64Array.from(
      Array.from({ length: SAMPLES }, (_, at) => [
        ...referenceForward(layer!, parameters, samples.subarray(at * size, (at + 1) * size)),
      ]).flat(),
    );
  };
  const loss = () => reference().reduce((sum, value, at) => sum + value * direction[at]!, 0);
  return {
    forward: { measured: forward, expected: reference() },
    input: { measured: bench.view(inputAt, samples.length), expected: numericGradient(samples, loss) },
    parameters: {
      measured: bench.view(gradients, plan.parameterFloats),
      expected: plan.parameterFloats === 0 ? [] : numericGradient(parameters, loss),
    },
  };
}

describe('a layer computes its definition, and its gradients are those that numbers show', () => {
  it.each<[string, LayerSpec, Shape]>([
    [
      'convolution 3 × 3, stride 1, padding 1',
      { kind: 'conv', name: 'conv', channels: 5, kernel: 3, stride: 1, padding: 1 },
      { height: 4, width: 6, channels: 3 },
    ],
    [
      'convolution 5 × 5, stride 2, padding 2',
      { kind: 'conv', name: 'conv', channels: 9, kernel: 5, stride: 2, padding: 2 },
      { height: 7, width: 8, channels: 2 },
    ],
    [
      'convolution 2 × 2, stride 2, whose last row and column fall off',
      { kind: 'conv', name: 'conv', channels: 4, kernel: 2, stride: 2, padding: 0 },
      { height: 5, width: 5, channels: 1 },
    ],
    ['dense layer', { kind: 'dense', name: 'fc', units: 10 }, { height: 1, width: 1, channels: 21 }],
    ['ReLU', { kind: 'relu' }, { height: 3, width: 5, channels: 3 }],
    ['flattening', { kind: 'flatten' }, { height: 3, width: 5, channels: 3 }],
  ])('%s', async (_, spec, shape) => {
    for (const { measured, expected } of Object.values(await tried(spec, shape)))
      expect(worstDifference(measured, expected)).toBeLessThan(TOLERANCE);
  });
});

describe('a whole network', () => {
  const input: Shape = { height: 6, width: 6, channels: 2 };
  const plan = planNetwork(input, [
    { kind: 'conv', name: 'conv1', channels: 4, kernel: 3, stride: 1, padding: 1 },
    { kind: 'relu' },
    { kind: 'conv', name: 'conv2', channels: 6, kernel: 3, stride: 2, padding: 1 },
    { kind: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', name: 'fc', units: 5 },
  ]);
  const labels = [4, 0, 2];

  it('gives the loss of its softmax, the number of right answers, and the gradient by every parameter', async () => {
    const bench = await freshBench();
    const parameters = randomFloats(plan.parameterFloats, 4).map((value) => Math.fround(value / 3));
    const samples = randomFloats(SAMPLES * sizeOf(input), 5);
    const network = buildNetwork(plan, SAMPLES, bench.place(parameters), bench.take, bench.kernels);
    bench.view(network.samples, samples.length).set(samples);
    new Uint8Array(bench.kernels.memory.buffer, network.labels, SAMPLES).set(labels);
    const logits = () =>
      labels.map((_, at) =>
        plan.layers.reduce(
          (values, layer) => referenceForward(layer, parameters, values),
          samples.subarray(at * sizeOf(input), (at + 1) * sizeOf(input)),
        ),
      );
    const loss = () => logits().reduce((sum, scores, at) => sum + referenceLoss(scores, labels[at]!), 0);
    const hits = logits().filter((scores, at) => scores.indexOf(Math.max(...scores)) === labels[at]).length;

    const gradients = bench.take(plan.parameterFloats);
    const result = network.run(SAMPLES, { seed: 1, scale: 0.5, gradients });
    expect(result.hits).toBe(hits);
    expect(Math.abs(result.loss - loss())).toBeLessThan(1e-5);
    const expected = numericGradient(parameters, () => 0.5 * loss());
    expect(worstDifference(bench.view(gradients, plan.parameterFloats), expected)).toBeLessThan(TOLERANCE);
    expect(network.run(SAMPLES)).toEqual(result);
  });
});

describe('dropout', () => {
  const spec: LayerSpec = { kind: 'dropout', rate: 0.25 };
  const shape: Shape = { height: 1, width: 1, channels: 20_000 };

  it('drops its share of the values, lets the others grow, and passes the gradient on through the same mask', async () => {
    const bench = await freshBench();
    const [layer] = planNetwork(shape, [spec]).layers;
    const ones = new Float32Array(shape.channels).fill(1);
    const workshop = { ...bench, samples: 1, scratch: 0, parameters: 0 };
    const built = buildLayer(layer!, workshop);
    const run = (seed: number | null) => {
      const output = built.forward(bench.place(ones), { samples: 1, seed });
      return bench.view(output, shape.channels).slice();
    };
    const applied = run(7);
    const kept = applied.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]));
    expect(Math.abs(kept.length / shape.channels - 0.75)).toBeLessThan(0.02);
    const gradient = built.backward(bench.place(ones), { samples: 1, seed: 7 }, 0, false);
    expect(bench.view(gradient, shape.channels)).toEqual(applied);
    expect(run(8)).not.toEqual(applied);
    expect(run(7)).toEqual(applied);
    expect(run(null)).toEqual(ones);
  });
});

describe('a plan', () => {
  it('refuses a dense layer right after a picture', () => {
    const picture: Shape = { height: 4, width: 4, channels: 1 };
    expect(() => planNetwork(picture, [{ kind: 'dense', name: 'fc', units: 2 }])).toThrow(/flatten/);
  });

  it('refuses a kernel that does not fit', () => {
    const conv: LayerSpec = { kind: 'conv', name: 'c', channels: 1, kernel: 5, stride: 1, padding: 0 };
    expect(() => planNetwork({ height: 4, width: 9, channels: 1 }, [conv])).toThrow(/does not fit/);
    expect(planNetwork({ height: 5, width: 9, channels: 1 }, [conv]).layers[0]!.output).toEqual({
      height: 1,
      width: 5,
      channels: 1,
    });
  });
});
