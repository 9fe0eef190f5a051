import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { importOnnx, SandboxError } from '../../src/index.ts';
import { Generator } from '../build/generator.ts';
import { floats, onnxFile, scalar, type TestGraph, type TestTensor } from '../build/onnx.ts';

const graph: TestGraph = {
  input: [1, 2, 2],
  constants: {
    w: floats([2, 1, 2, 2], [1, 2, 3, 4, -1, -2, -3, -4]),
    shape: { type: 'int64', dimensions: [2], values: [0, -1] },
  },
  nodes: [
    ['Conv', ['x', 'w'], 'c', { kernel_shape: [2, 2], auto_pad: 'VALID' }],
    ['Constant', [], 'k', { value: { tensor: floats([2, 1, 1], [5, 6]) } }],
    ['Add', ['c', 'k'], 'a'],
    ['LeakyRelu', ['a'], 'l', { alpha: { float: 0.5 } }],
    ['Reshape', ['l', 'shape'], 'y'],
  ],
};
const good = onnxFile(graph);

/** How reading fails; undefined where it does not. Anything but a SandboxError is a crash. */
function refusal(bytes: Uint8Array): SandboxError | undefined {
  try {
    importOnnx(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof SandboxError) return error;
    throw error;
  }
}
const withConstant = (tensor: TestTensor) =>
  onnxFile({ ...graph, constants: { ...graph.constants, w: tensor } });

/** A file with one more field at its end. */
function plus(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return Uint8Array.of(...good, ...writer.finish());
}

describe('ONNX files', () => {
  it('are read: nodes, attributes, constants in raw data and in lists', () => {
    const network = importOnnx(good);
    expect(network.nodes.map(({ op }) => op)).toEqual(['conv', 'leaky']);
    expect(network.tensors.map(({ name }) => name)).toEqual(["the input 'x'", '/c', '/l']);
    // [output][row][column] has become [row][column][output]; the constant is the bias.
    expect(network.nodes[0]).toMatchObject({
      weights: Float64Array.of(1, -1, 2, -2, 3, -3, 4, -4),
      bias: Float64Array.of(5, 6),
    });
    expect(network.nodes[1]).toMatchObject({ slope: 0.5 });
  });

  it('that are cut off anywhere are refused', () => {
    for (let length = 0; length < good.length; length++) {
      expect(refusal(good.subarray(0, length))?.code, `${length} bytes`).toMatch(/^onnx-/);
    }
  });

  it('with any byte changed are read or refused, and never crash or hang', () => {
    const generator = new Generator(1);
    for (let at = 0; at < good.length; at++) {
      for (const byte of [0, 0xff, good[at]! ^ 1, good[at]! ^ 0x80, generator.integer(0, 255)]) {
        const bytes = Uint8Array.from(good);
        bytes[at] = byte;
        expect(refusal(bytes)?.code ?? 'onnx-read', `byte ${at} is ${byte}`).toMatch(/^onnx-/);
      }
    }
  });

  it.each([
    ['fewer values than its dimensions ask for', floats([2, 1, 2, 2], [1, 2])],
    ['dimensions beyond all memory', floats([2 ** 40, 2 ** 40], [1])],
    ['a negative dimension', floats([-2, -4], [1, 2, 3, 4, 5, 6, 7, 8])],
    ['a value that is not finite', floats([2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, Number.NaN])],
  ])('with a constant that has %s are refused before anything is made of it', (_, tensor) => {
    expect(refusal(withConstant(tensor))).toMatchObject({ code: 'onnx-malformed' });
  });

  it('with a second graph, a group of fields or a field of another wire type are refused', () => {
    const twice = plus((writer) => writer.tag(7, WireType.LengthDelimited).bytes(new Uint8Array()));
    expect(refusal(twice)).toMatchObject({ code: 'onnx-too-large' });
    const group = plus((writer) => writer.tag(99, WireType.StartGroup).tag(99, WireType.EndGroup));
    expect(refusal(group)?.message).toContain('group');
    const other = plus((writer) => writer.tag(8, WireType.Varint).int64(1));
    expect(refusal(other)?.message).toContain('wire type');
  });

  it('with unknown fields are read as if they were not there', () => {
    const bytes = plus((writer) => writer.tag(6, WireType.LengthDelimited).string('about this network'));
    expect(importOnnx(bytes)).toEqual(importOnnx(good));
  });

  it('with a name that would write to the terminal are refused', () => {
    const bytes = onnxFile({ ...graph, nodes: [...graph.nodes, ['Relu', ['y'], '\u001b[2J']] });
    expect(refusal(bytes)).toMatchObject({ code: 'onnx-malformed' });
  });

  it('of more than 80 MiB, or with more nodes than a graph may have, are refused', () => {
    expect(refusal(new Uint8Array(80 * 2 ** 20 + 1))).toMatchObject({ code: 'onnx-too-large' });
    const nodes = Array.from(
      { length: 4097 },
      (_, at) => ['Relu', [at === 0 ? 'x' : `r${at - 1}`], `r${at}`] as const,
    );
    expect(refusal(onnxFile({ input: [1, 2, 2], nodes }))).toMatchObject({ code: 'onnx-too-large' });
  });

  it.each([6, 26])('with version %i of the operators are refused', (opset) => {
    expect(refusal(onnxFile({ ...graph, opset }))).toMatchObject({ code: 'onnx-unsupported' });
  });

  it('whose bounds of Clip are attributes (version 6) or constants (from 11 on) mean the same', () => {
    const node = { low: -1, high: 6, op: 'clip' };
    const old = onnxFile({
      input: [3],
      opset: 10,
      nodes: [['Clip', ['x'], 'y', { min: { float: -1 }, max: { float: 6 } }]],
    });
    const now = onnxFile({
      input: [3],
      constants: { low: scalar(-1), high: scalar(6) },
      nodes: [['Clip', ['x', 'low', 'high'], 'y']],
    });
    for (const bytes of [old, now]) expect(importOnnx(bytes).nodes).toEqual([{ ...node, input: 0 }]);
  });
});
