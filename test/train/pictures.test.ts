import { describe, expect, it } from 'vitest';
import { drawPlacement, picturesOf, placePicture, UNCHANGED } from '../../scripts/train/pictures.ts';
import { RECIPES } from '../../scripts/train/recipes.ts';
import { learningRate, stepsOfEpoch } from '../../scripts/train/schedule.ts';

describe('placePicture', () => {
  const shape = { height: 2, width: 3, channels: 1 };
  const bytes = Uint8Array.of(51, 102, 153, 204, 255, 0);
  const placed = (right: number, down: number, mirrored: boolean) => {
    const target = new Float32Array(6);
    placePicture(bytes, shape, { right, down, mirrored }, target);
    return Array.from(target, (value) => Math.round(value * 5));
  };

  it('gives a byte as a share of 255', () => {
    const target = new Float32Array(6);
    placePicture(bytes, shape, UNCHANGED, target);
    expect(target).toEqual(Float32Array.from(bytes, (byte) => byte / 255));
  });

  it('moves the picture and fills with 0', () => {
    expect(placed(1, 0, false)).toEqual([0, 1, 2, 0, 4, 5]);
    expect(placed(-1, -1, false)).toEqual([5, 0, 0, 0, 0, 0]);
  });

  it('mirrors the picture, then moves it', () => {
    expect(placed(0, 0, true)).toEqual([3, 2, 1, 0, 5, 4]);
    expect(placed(1, 1, true)).toEqual([0, 0, 0, 0, 3, 2]);
  });

  it('draws every shift up to the bound, and either side, from seeds', () => {
    const drawn = Array.from({ length: 400 }, (_, seed) => drawPlacement(seed, 2, true));
    expect(new Set(drawn.map(({ right }) => right))).toEqual(new Set([-2, -1, 0, 1, 2]));
    expect(new Set(drawn.map(({ down }) => down))).toEqual(new Set([-2, -1, 0, 1, 2]));
    expect(new Set(drawn.map(({ mirrored }) => mirrored)).size).toBe(2);
    expect(drawPlacement(9, 0, false)).toEqual({ right: 0, down: 0, mirrored: false });
  });

  it('has one label a picture', () => {
    expect(() => picturesOf(bytes, Uint8Array.of(1), 2)).toThrow(/2 pictures and 1 labels/);
  });
});

describe('the learning rate', () => {
  it('rises evenly to its peak and falls to 0 as half a cosine', () => {
    const recipe = { ...RECIPES.mlp, rate: 8, warmUp: 0.25 };
    const rates = Array.from({ length: 16 }, (_, step) => learningRate(recipe, step, 16, Math.cos));
    expect(rates.slice(0, 5)).toEqual([2, 4, 6, 8, 8]);
    expect(rates[10]).toBeCloseTo(4);
    expect(rates[15]).toBeLessThan(0.2);
    expect(stepsOfEpoch(recipe, 2 * recipe.batch - 1)).toBe(1);
  });
});
