// Trains the example's classifier and cuts its test images:
//   node scripts/train-linear.ts /usr/share/datasets/fashion-mnist
// The folder holds the four files of Fashion-MNIST (Debian: apt-get install dataset-fashion-mnist).
// Writes examples/fashion-mnist/assembly/weights.ts and examples/fashion-mnist/data/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { IMAGE_BYTES, idxBytes, readIdx } from './fashion-mnist/idx.ts';
import { accuracy, CLASSES, trainSoftmax } from './fashion-mnist/softmax-regression.ts';

/** Test images in the repository: the first ones of the real test set. */
const SUBSET = 2000;
const EPOCHS = 40;
const SEED = 1;

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: node scripts/train-linear.ts FOLDER_OF_FASHION_MNIST\n');
  process.exit(2);
}
const example = join(import.meta.dirname, '..', 'examples', 'fashion-mnist');
const trainImages = readIdx(join(folder, 'train-images-idx3-ubyte.gz'), 3).values;
const trainLabels = readIdx(join(folder, 'train-labels-idx1-ubyte.gz'), 1).values;
const testImages = readIdx(join(folder, 't10k-images-idx3-ubyte.gz'), 3).values;
const testLabels = readIdx(join(folder, 't10k-labels-idx1-ubyte.gz'), 1).values;

const model = trainSoftmax(trainImages, trainLabels, {
  epochs: EPOCHS,
  seed: SEED,
  onEpoch: (epoch, loss) => process.stderr.write(`epoch ${epoch} of ${EPOCHS}: loss ${loss.toFixed(4)}\n`),
});

// Quantised: one scale for all classes, so that int32 scores can be compared as they are.
const largest = model.weights.reduce((top, weight) => Math.max(top, Math.abs(weight)), 0);
const scale = 127 / largest;
const weights = Int8Array.from(model.weights, (weight) => Math.round(weight * scale));
const bias = Int32Array.from(model.bias, (value) => Math.round(value * scale));

const report = (name: string, measured: number) => `${name} ${(100 * measured).toFixed(2)} %`;
const measured = [
  report('float', accuracy(model, testImages, testLabels)),
  report('quantised', accuracy({ weights, bias }, testImages, testLabels)),
  report(
    `quantised, first ${SUBSET}`,
    accuracy({ weights, bias }, testImages.subarray(0, SUBSET * IMAGE_BYTES), testLabels.subarray(0, SUBSET)),
  ),
].join('; ');
process.stdout.write(`accuracy on the test set: ${measured}\n`);

const rows = Array.from(
  { length: CLASSES * 28 },
  (_, row) => `  ${weights.subarray(28 * row, 28 * row + 28).join(', ')},`,
);
mkdirSync(join(example, 'data'), { recursive: true });
writeFileSync(
  join(example, 'assembly', 'weights.ts'),
  `// Written by scripts/train-linear.ts (seed ${SEED}, ${EPOCHS} epochs, 60,000 training images); do not edit.
// Accuracy on the test set: ${measured}.

/** Address of int8 weights: class by class, 28 rows of 28 pixels each. */
export const WEIGHTS: usize = memory.data<i8>([
${rows.join('\n')}
]);

/** Address of int32 biases, one a class, in the scale of the weights. */
export const BIAS: usize = memory.data<i32>([${bias.join(', ')}]);
`,
);
writeFileSync(
  join(example, 'data', 'images.idx3.gz'),
  gzipSync(idxBytes(testImages.subarray(0, SUBSET * IMAGE_BYTES), 3), { level: 9 }),
);
writeFileSync(
  join(example, 'data', 'labels.idx1.gz'),
  gzipSync(idxBytes(testLabels.subarray(0, SUBSET), 1), { level: 9 }),
);
