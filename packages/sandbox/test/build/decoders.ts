import { encodeModel, importOnnx, inspectProgram, loadModel } from '../../src/index.ts';
import { decodeModel } from '../../src/model/file/file.ts';
import { readOnnx } from '../../src/onnx/read.ts';
import { decodeFailure, encodeFailure } from '../../src/outcome/failure.ts';
import { everyOperator, gemm, modelOf, vector } from './example-model.ts';
import { floats, onnxFile } from './onnx.ts';
import { echo, unreachable } from './programs.ts';

const models = [everyOperator(), modelOf(vector(4), gemm(4, 3, 1))].map(encodeModel);
const network = onnxFile({
  nodes: [
    ['Conv', ['x', 'w', 'b'], 'c', { pads: [1, 1, 1, 1] }],
    ['Relu', ['c'], 'r'],
    ['MaxPool', ['r'], 'p', { kernel_shape: [2, 2], strides: [2, 2] }],
    ['Flatten', ['p'], 'f'],
    ['Gemm', ['f', 'v'], 'y', { transB: 1 }],
  ],
  constants: {
    w: floats(
      [2, 1, 3, 3],
      Array.from({ length: 18 }, (_, i) => i / 9 - 1),
    ),
    b: floats([2], [0.5, -0.5]),
    v: floats(
      [3, 8],
      Array.from({ length: 24 }, (_, i) => (i % 5) - 2),
    ),
  },
  input: [1, 4, 4],
});
/** Everything here that reads bytes from outside, with bytes that it accepts. */
export const DECODERS = [
  { name: 'model file', decode: decodeModel, encode: encodeModel, samples: models },
  { name: 'model file, loaded', decode: loadModel, samples: models },
  { name: 'ONNX file', decode: readOnnx, samples: [network] },
  { name: 'ONNX file, as a network', decode: (bytes: Uint8Array) => importOnnx(bytes), samples: [network] },
  { name: 'WASI program', decode: inspectProgram, samples: [echo, unreachable] },
  {
    name: 'failure record',
    decode: decodeFailure,
    encode: encodeFailure,
    samples: [encodeFailure({ kind: 'exit', exitCode: 3 }), encodeFailure({ kind: 'trap', exitCode: 0 })],
  },
] as const;
