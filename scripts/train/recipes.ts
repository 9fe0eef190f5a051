import type { LayerSpec, Shape } from './plan.ts';

/** Everything that decides what a training gives, beside its data and its seed. */
export interface Recipe {
  readonly name: string;
  readonly input: Shape;
  readonly layers: readonly LayerSpec[];
  readonly epochs: number;
  /** Samples of one step. What is left of an epoch after whole batches waits for the next epoch's order. */
  readonly batch: number;
  /** Samples that one thread takes at a time; divides `batch`. */
  readonly slice: number;
  /** Learning rate at its peak: it rises evenly over `warmUp` (a share of all steps), then falls as a cosine. */
  readonly rate: number;
  readonly warmUp: number;
  readonly decay: number;
  /** Training pictures are moved by up to this many pixels each way, and mirrored half of the time when `mirror`. */
  readonly shift: number;
  readonly mirror: boolean;
}

const FASHION: Shape = { height: 28, width: 28, channels: 1 };

const MLP: Recipe = {
  name: 'fashion-mlp',
  input: FASHION,
  layers: [
    { kind: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 512 },
    { kind: 'relu' },
    { kind: 'dropout', rate: 0.3 },
    { kind: 'dense', name: 'fc2', units: 256 },
    { kind: 'relu' },
    { kind: 'dropout', rate: 0.2 },
    { kind: 'dense', name: 'fc3', units: 10 },
  ],
  epochs: 30,
  batch: 128,
  slice: 16,
  rate: 1e-3,
  warmUp: 0.05,
  decay: 0.02,
  shift: 0,
  mirror: true,
};

const CNN: Recipe = {
  name: 'fashion-cnn',
  input: FASHION,
  layers: [
    { kind: 'conv', name: 'conv1', channels: 16, kernel: 5, stride: 2, padding: 2 },
    { kind: 'relu' },
    { kind: 'conv', name: 'conv2', channels: 64, kernel: 5, stride: 2, padding: 2 },
    { kind: 'relu' },
    { kind: 'conv', name: 'conv3', channels: 128, kernel: 5, stride: 2, padding: 2 },
    { kind: 'relu' },
    { kind: 'flatten' },
    { kind: 'dropout', rate: 0.2 },
    { kind: 'dense', name: 'fc1', units: 256 },
    { kind: 'relu' },
    { kind: 'dropout', rate: 0.3 },
    { kind: 'dense', name: 'fc2', units: 10 },
  ],
  epochs: 12,
  batch: 128,
  slice: 16,
  rate: 1.5e-3,
  warmUp: 0.05,
  decay: 0.05,
  shift: 1,
  mirror: true,
};

/** The networks that `npm run train` knows. */
export const RECIPES: Readonly<Record<'mlp' | 'cnn', Recipe>> = { mlp: MLP, cnn: CNN };
