import type { Recipe } from './recipes.ts';

/** Whole batches of one epoch. */
export const stepsOfEpoch = (recipe: Recipe, samples: number): number => Math.floor(samples / recipe.batch);

/**
 * Learning rate of step `step` (from 0) of `steps`: it rises evenly to the peak, then falls as half a cosine to 0.
 * @param cosine - that of the kernels, which is the same on every machine
 */
export function learningRate(
  recipe: Recipe,
  step: number,
  steps: number,
  cosine: (angle: number) => number,
): number {
  const rising = Math.round(recipe.warmUp * steps);
  if (step < rising) return (recipe.rate * (step + 1)) / rising;
  return (recipe.rate * (1 + cosine((Math.PI * (step - rising)) / (steps - rising)))) / 2;
}
