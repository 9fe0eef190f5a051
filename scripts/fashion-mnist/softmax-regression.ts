import { IMAGE_BYTES } from './idx.ts';
import { seededRandom, shuffle } from './random.ts';

/** Classes of Fashion-MNIST. */
export const CLASSES = 10;

/** A linear classifier on pixels in 0..255: score of class c = bias[c] + Σ weights[c·784 + p] · pixel[p]. */
export interface LinearModel {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/**
 * Multinomial logistic regression by mini-batch gradient descent with momentum and a falling learning rate.
 * @param images - 784 bytes an image
 * @param labels - one byte an image, 0..9
 */
export function trainSoftmax(
  images: Uint8Array,
  labels: Uint8Array,
  options: {
    readonly epochs: number;
    readonly seed: number;
    readonly onEpoch: (epoch: number, loss: number) => void;
  },
): LinearModel {
  const batchSize = 100;
  const decay = 1e-4;
  const momentum = 0.9;
  const random = seededRandom(options.seed);
  const weights = new Float64Array(CLASSES * IMAGE_BYTES);
  const bias = new Float64Array(CLASSES);
  const velocity = new Float64Array(weights.length);
  const biasVelocity = new Float64Array(CLASSES);
  const gradient = new Float64Array(weights.length);
  const biasGradient = new Float64Array(CLASSES);
  const pixels = new Float64Array(IMAGE_BYTES);
  const order = Uint32Array.from(labels, (_, index) => index);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random);
    const rate = 0.02 * (1 - epoch / options.epochs);
    let loss = 0;
    for (let start = 0; start + batchSize <= order.length; start += batchSize) {
      gradient.fill(0);
      biasGradient.fill(0);
      for (let place = start; place < start + batchSize; place++) {
        const image = order[place]!;
        for (let p = 0; p < IMAGE_BYTES; p++) pixels[p] = images[image * IMAGE_BYTES + p]! / 255;
        const errors = softmax(scores(weights, bias, pixels));
        loss -= Math.log(Math.max(errors[labels[image]!]!, 1e-12));
        errors[labels[image]!]! -= 1;
        for (let c = 0; c < CLASSES; c++) {
          const error = errors[c]! / batchSize;
          biasGradient[c]! += error;
          for (let p = 0; p < IMAGE_BYTES; p++) gradient[c * IMAGE_BYTES + p]! += error * pixels[p]!;
        }
      }
      for (let at = 0; at < weights.length; at++) {
        velocity[at] = momentum * velocity[at]! - rate * (gradient[at]! + decay * weights[at]!);
        weights[at]! += velocity[at]!;
      }
      for (let c = 0; c < CLASSES; c++) {
        biasVelocity[c] = momentum * biasVelocity[c]! - rate * biasGradient[c]!;
        bias[c]! += biasVelocity[c]!;
      }
    }
    options.onEpoch(epoch + 1, loss / order.length);
  }
  return { weights: weights.map((weight) => weight / 255), bias };
}

function scores(weights: Float64Array, bias: Float64Array, pixels: Float64Array): Float64Array {
  const sums = Float64Array.from(bias);
  for (let c = 0; c < CLASSES; c++) {
    let sum = sums[c]!;
    for (let p = 0; p < IMAGE_BYTES; p++) sum += weights[c * IMAGE_BYTES + p]! * pixels[p]!;
    sums[c] = sum;
  }
  return sums;
}

function softmax(values: Float64Array): Float64Array {
  const top = Math.max(...values);
  const raised = values.map((value) => Math.exp(value - top));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return raised.map((value) => value / total);
}

/** Share of images whose largest score is that of their label; the lowest class wins a tie. */
export function accuracy(
  model: { readonly weights: ArrayLike<number>; readonly bias: ArrayLike<number> },
  images: Uint8Array,
  labels: Uint8Array,
): number {
  let right = 0;
  for (let image = 0; image < labels.length; image++) {
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < CLASSES; c++) {
      let score = model.bias[c]!;
      for (let p = 0; p < IMAGE_BYTES; p++)
        score += model.weights[c * IMAGE_BYTES + p]! * images[image * IMAGE_BYTES + p]!;
      if (score > bestScore) {
        bestScore = score;
        best = c;
      }
    }
    if (best === labels[image]) right++;
  }
  return right / labels.length;
}
