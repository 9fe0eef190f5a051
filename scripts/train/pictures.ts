import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readIdx } from '../fashion-mnist/idx.ts';
import { derivedSeed, seededRandom } from '../fashion-mnist/random.ts';
import { type Shape, sizeOf } from './plan.ts';

/** Labelled pictures of one size: bytes, one after the other, in memory that threads share. */
export interface Pictures {
  readonly count: number;
  readonly images: Uint8Array<SharedArrayBuffer>;
  readonly labels: Uint8Array<SharedArrayBuffer>;
}

/** The two sets of a training, and the SHA-256 of all their values in the order images, labels, training, test. */
export interface DataSet {
  readonly training: Pictures;
  readonly test: Pictures;
  readonly sha256: string;
}

/**
 * Reads the four files of Fashion-MNIST (or of any other set with its names and sizes).
 * @throws Error when a file is missing or is not of the right kind
 */
export function readDataSet(folder: string): DataSet {
  const read = (name: string): Pictures => {
    const images = readIdx(join(folder, `${name}-images-idx3-ubyte.gz`), 3);
    const labels = readIdx(join(folder, `${name}-labels-idx1-ubyte.gz`), 1);
    return picturesOf(images.values, labels.values, images.count);
  };
  return dataSetOf(read('train'), read('t10k'));
}

/** A data set of two given sets. */
export function dataSetOf(training: Pictures, test: Pictures): DataSet {
  const hash = createHash('sha256');
  for (const { images, labels } of [training, test]) hash.update(images).update(labels);
  return { training, test, sha256: hash.digest('hex') };
}

/**
 * Copies pictures into shared memory.
 * @throws Error when there is not one label a picture
 */
export function picturesOf(images: Uint8Array, labels: Uint8Array, count: number): Pictures {
  if (labels.length !== count) throw new Error(`${count} pictures and ${labels.length} labels`);
  return { count, images: shared(images), labels: shared(labels) };
}

function shared(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** How a picture is changed before a network sees it. */
export interface Placement {
  /** Pixels to the right and downwards; what comes in from outside is 0. */
  readonly right: number;
  readonly down: number;
  readonly mirrored: boolean;
}

/** A picture as it is. */
export const UNCHANGED: Placement = { right: 0, down: 0, mirrored: false };

/** The change that a seed draws: up to `shift` pixels each way, mirrored half of the time when `mirror`. */
export function drawPlacement(seed: number, shift: number, mirror: boolean): Placement {
  const random = seededRandom(derivedSeed(seed, 0));
  const move = () => Math.floor(random() * (2 * shift + 1)) - shift;
  return { right: move(), down: move(), mirrored: mirror && random() < 0.5 };
}

/**
 * Writes a picture as the floats byte / 255 that a network reads.
 * @param bytes - height × width × channels bytes
 */
export function placePicture(
  bytes: Uint8Array,
  { height, width, channels }: Shape,
  { right, down, mirrored }: Placement,
  target: Float32Array,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromY = y - down;
      const moved = x - right;
      const fromX = mirrored ? width - 1 - moved : moved;
      const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
      for (let c = 0; c < channels; c++) {
        const value = inside ? bytes[(fromY * width + fromX) * channels + c]! : 0;
        target[(y * width + x) * channels + c] = value / 255;
      }
    }
  }
}

/** The bytes of one picture. */
export function pictureAt({ images }: Pictures, index: number, shape: Shape): Uint8Array {
  const size = sizeOf(shape);
  return images.subarray(index * size, (index + 1) * size);
}
