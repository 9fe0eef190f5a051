import { createKernels, type WindowGeometry } from '@prometheus-compute/kernels';
import { BenchError } from '../bench-error.ts';
import { plainGemm } from './plain.ts';
import type { RatedWork } from './rate.ts';

/** int8 of every size, the same in every run. */
export function someInt8(length: number, step: number): Int8Array {
  return Int8Array.from({ length }, (_, i) => Math.imul(i + 1, step) >>> 13);
}

/** A product of two matrices of `size` × `size`, by the kernels and in plain JavaScript, which have to agree. */
export function squareProduct(size: number): { readonly kernels: RatedWork; readonly plain: RatedWork } {
  const { memory, linear } = createKernels();
  const [a, b] = [someInt8(size * size, 0x9e3779b1), someInt8(size * size, 0x85ebca6b)];
  const given = {
    weights: linear.pack(b, size, size),
    input: memory.putInt8(a),
    bias: null,
    output: memory.allocate('int32', size * size),
    rows: size,
  };
  const c = new Int32Array(size * size);
  linear.gemm(given);
  plainGemm(a, b, c, size, size);
  const same = memory.int32(given.output).every((value, i) => value === c[i]);
  if (!same) throw new BenchError('the kernels and plain JavaScript give different products');
  // A part of the rows keeps a turn of the slow one short; the work of a row is always the same.
  const rows = a.subarray(0, 32 * size);
  return {
    kernels: { units: size ** 3, work: () => linear.gemm(given) },
    plain: { units: 32 * size ** 2, work: () => plainGemm(rows, b, c.subarray(0, 32 * size), size, size) },
  };
}

/** A convolution of square images with square kernels. */
export interface Convolution {
  readonly images: number;
  /** Height and width. */
  readonly size: number;
  readonly channels: number;
  /** Height and width. */
  readonly kernel: number;
  readonly stride: number;
  readonly outputs: number;
}

/** The convolution by the kernels, padded so that stride 1 keeps the size; its units are multiply-adds. */
export function convolutionWork(convolution: Convolution): RatedWork {
  const { images, size, channels, kernel, stride, outputs } = convolution;
  const { memory, linear } = createKernels();
  const cells = Math.floor(kernel / 2);
  const geometry: WindowGeometry = {
    ...{ height: size, width: size, channels },
    kernel: { height: kernel, width: kernel },
    stride: { height: stride, width: stride },
    padding: { top: cells, left: cells, bottom: cells, right: cells },
  };
  const side = Math.floor((size + 2 * cells - kernel) / stride) + 1;
  const sums = images * side * side * outputs;
  const weights = linear.packConv(
    someInt8(kernel * kernel * channels * outputs, 0x9e3779b1),
    geometry,
    outputs,
  );
  const input = memory.putInt8(someInt8(images * size * size * channels, 0x85ebca6b));
  const output = memory.allocate('int32', sums);
  const given = { input, weights, bias: null, output, images, geometry, padValue: 0 };
  return { units: sums * kernel * kernel * channels, work: () => linear.conv(given) };
}
