import { describe, expect, it } from 'vitest';
import { dataSetOf, picturesOf } from '../../scripts/train/pictures.ts';
import { planNetwork } from '../../scripts/train/plan.ts';
import type { Recipe } from '../../scripts/train/recipes.ts';
import { openTraining } from '../../scripts/train/training.ts';
import { numericGradient, referenceForward, referenceLoss, worstDifference } from './build/reference.ts';

/** All samples are one batch, so that an epoch is one step and their order does not matter. */
const RECIPE: Recipe = {
  name: 'one-step',
  input: { height: 2, width: 2, channels: 1 },
  layers: [{ kind: 'flatten' }, { kind: 'dense', name: 'fc', units: 3 }],
  epochs: 8,
  batch: 12,
  slice: 3,
  rate: 0.05,
  warmUp: 0.25,
  decay: 0.3,
  shift: 0,
  mirror: false,
};
const PICTURES = picturesOf(
  Uint8Array.from({ length: 4 * RECIPE.batch }, (_, at) => (at * 97) % 256),
  Uint8Array.from({ length: RECIPE.batch }, (_, at) => (at * 5) % 3),
  RECIPE.batch,
);

describe('a step', () => {
  it('follows the mean gradient of its whole batch, with the rate of its place in the training', async () => {
    const data = dataSetOf(PICTURES, PICTURES);
    const training = await openTraining({ recipe: RECIPE, seed: 4, data, threads: 2 });
    const plan = planNetwork(RECIPE.input, RECIPE.layers);
    const values = Float64Array.from(training.state().parameters);
    const means = new Float64Array(values.length);
    const squares = new Float64Array(values.length);
    const loss = () => {
      let sum = 0;
      for (let sample = 0; sample < RECIPE.batch; sample++) {
        const pixels = Float64Array.from(
          PICTURES.images.subarray(4 * sample, 4 * sample + 4),
          (b) => b / 255,
        );
        const logits = plan.layers.reduce<Float64Array>(
          (input, layer) => referenceForward(layer, values, input),
          pixels,
        );
        sum += referenceLoss(logits, PICTURES.labels[sample]!);
      }
      return sum / RECIPE.batch;
    };
    // Two steps rise to the peak, then six fall as half a cosine.
    const rates = [0.5, 1, ...Array.from({ length: 6 }, (_, at) => (1 + Math.cos((Math.PI * at) / 6)) / 2)];
    for (const [at, share] of rates.entries()) {
      const rate = RECIPE.rate * share;
      const before = loss();
      const gradient = numericGradient(values, loss);
      for (const { offset, count, decays } of plan.parameters) {
        for (let place = offset; place < offset + count; place++) {
          means[place] = 0.9 * means[place]! + 0.1 * gradient[place]!;
          squares[place] = 0.999 * squares[place]! + 0.001 * gradient[place]! ** 2;
          const mean = means[place]! / (1 - 0.9 ** (at + 1));
          const square = squares[place]! / (1 - 0.999 ** (at + 1));
          values[place]! -=
            rate * (mean / (Math.sqrt(square) + 1e-8) + (decays ? RECIPE.decay : 0) * values[place]!);
        }
      }
      expect((await training.epoch()).loss).toBeCloseTo(before, 5);
      expect(worstDifference(training.state().parameters, values)).toBeLessThan(1e-5);
    }
    await training.close();
  });
});
