import { seededRandom } from '../../../scripts/fashion-mnist/random.ts';
import { dataSetOf, type Pictures, picturesOf } from '../../../scripts/train/pictures.ts';
import type { Recipe } from '../../../scripts/train/recipes.ts';

const SIDE = 10;

/** A small network for {@link bars}: every kind of layer that the real ones have. */
export const SMALL: Recipe = {
  name: 'bars',
  input: { height: SIDE, width: SIDE, channels: 1 },
  layers: [
    { kind: 'conv', name: 'conv1', channels: 6, kernel: 3, stride: 2, padding: 1 },
    { kind: 'relu' },
    { kind: 'flatten' },
    { kind: 'dropout', rate: 0.1 },
    { kind: 'dense', name: 'fc1', units: 16 },
    { kind: 'relu' },
    { kind: 'dense', name: 'fc2', units: 3 },
  ],
  epochs: 15,
  batch: 32,
  slice: 8,
  rate: 2e-2,
  warmUp: 0.1,
  decay: 0.01,
  shift: 1,
  mirror: true,
};

/** Noisy pictures of three classes: a row that is lit, a column that is lit, nothing but noise. */
export function bars(count: number, seed: number): Pictures {
  const random = seededRandom(seed);
  const images = new Uint8Array(count * SIDE * SIDE);
  const labels = new Uint8Array(count);
  for (let picture = 0; picture < count; picture++) {
    const label = picture % 3;
    labels[picture] = label;
    const place = 2 + Math.floor(random() * (SIDE - 4));
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const lit = (label === 0 && y === place) || (label === 1 && x === place);
        images[(picture * SIDE + y) * SIDE + x] = Math.floor(random() * 100) + (lit ? 110 : 0);
      }
    }
  }
  return picturesOf(images, labels, count);
}

/** 430 pictures to learn from (an odd number of batches, and some are left over) and 150 others. */
export const BARS = dataSetOf(bars(430, 1), bars(150, 2));
