import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeModel, importOnnx, loadModel, modelClasses, networkClasses } from '../../src/index.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', '..', 'examples');
const read = (...path: string[]) => new Uint8Array(readFileSync(join(EXAMPLES, ...path)));
const unpacked = (name: string) => new Uint8Array(gunzipSync(read('fashion-mnist', 'data', name)));

const images = unpacked('images.idx3.gz').subarray(16);
const labels = unpacked('labels.idx1.gz').subarray(8);

const rightOf = (classes: Uint32Array) =>
  classes.filter((of, row) => of === labels[row]).length / classes.length;

describe('the networks of the examples', () => {
  // Of the 10,000 pictures of the test set: 89.97 % and 91.58 %; these are the first 2,000 of them.
  it.each([
    ['fashion-mlp', 0.88, 3],
    ['fashion-cnn', 0.91, 5],
  ])(
    '%s: at least %d of the pictures of the job are right, and the file is canonical',
    (name, least, layers) => {
      const bytes = read(name, `${name}.pmodel`);
      const model = loadModel(bytes);
      expect(Buffer.compare(encodeModel(model.model), bytes)).toBe(0);
      expect(model.linear).toHaveLength(layers);
      expect([model.inputBytes, model.outputBytes]).toEqual([784, 1]);
      expect(rightOf(modelClasses(model, images))).toBeGreaterThanOrEqual(least);
    },
  );

  it('fashion-mlp: the model says the class of the float network but for some pictures in a thousand', () => {
    const some = images.subarray(0, 300 * 784);
    const real = networkClasses(importOnnx(read('fashion-mlp', 'fashion-mlp.onnx')), some);
    const quantised = modelClasses(loadModel(read('fashion-mlp', 'fashion-mlp.pmodel')), some);
    expect(real.filter((of, row) => of !== quantised[row]).length).toBeLessThanOrEqual(6);
    expect(rightOf(real)).toBeGreaterThan(0.85);
  });
});
