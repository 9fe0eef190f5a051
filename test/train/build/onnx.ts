import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Fields of a protobuf message by their numbers, in the order in which they came. */
type Fields = ReadonlyMap<number, readonly (Uint8Array | bigint | number)[]>;

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | bigint | number)[]>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const values = fields.get(number) ?? [];
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Bit32) values.push(reader.float());
    else values.push(BigInt(reader.int64()));
    fields.set(number, values);
  }
  return fields;
}

const messages = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((bytes) => fieldsOf(bytes as Uint8Array));
const texts = (fields: Fields, number: number): string[] =>
  (fields.get(number) ?? []).map((bytes) => Buffer.from(bytes as Uint8Array).toString());
const integers = (fields: Fields, number: number): number[] => (fields.get(number) ?? []).map(Number);

interface Tensor {
  readonly dimensions: readonly number[];
  readonly values: Float64Array;
}

interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Integer attributes, single ones as lists of one. */
  readonly attributes: ReadonlyMap<string, readonly number[]>;
}

/** An ONNX file as far as these tests look into it; read apart from the code that writes it. */
export interface OnnxFile {
  readonly version: readonly number[];
  readonly opset: readonly number[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly input: readonly (number | string)[];
  readonly output: readonly (number | string)[];
}

/** Reads an ONNX file with the field numbers of onnx.proto3. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const model = fieldsOf(bytes);
  const graph = messages(model, 7)[0]!;
  const constants = messages(graph, 5).map((tensor): [string, Tensor] => {
    const raw = tensor.get(9)![0] as Uint8Array;
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const values = Float64Array.from({ length: raw.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
    return [texts(tensor, 8)[0]!, { dimensions: integers(tensor, 1), values }];
  });
  const nodes = messages(graph, 1).map((node) => ({
    operator: texts(node, 4)[0]!,
    inputs: texts(node, 1),
    output: texts(node, 2)[0]!,
    attributes: new Map(
      messages(node, 5).map((attribute) => [
        texts(attribute, 1)[0]!,
        integers(attribute, integers(attribute, 20)[0] === 7 ? 8 : 3),
      ]),
    ),
  }));
  const shape = (value: Fields) =>
    messages(messages(messages(messages(value, 2)[0]!, 1)[0]!, 2)[0]!, 1).map(
      (dimension) => integers(dimension, 1)[0] ?? texts(dimension, 2)[0]!,
    );
  return {
    version: integers(model, 1),
    opset: messages(model, 8).flatMap((entry) => integers(entry, 2)),
    nodes,
    constants: new Map(constants),
    input: shape(messages(graph, 11)[0]!),
    output: shape(messages(graph, 12)[0]!),
  };
}

/** Computes the output of an ONNX file for one sample, by the definitions of its operators. */
export function evaluateOnnx(file: OnnxFile, sample: Tensor): Tensor {
  const tensors = new Map<string, Tensor>([['input', sample], ...file.constants]);
  for (const node of file.nodes) {
    const [first, ...others] = node.inputs.map((name) => tensors.get(name)!);
    tensors.set(node.output, operate(node, first!, others));
  }
  return tensors.get('logits')!;
}

function operate({ operator, attributes }: Node, input: Tensor, [weights, bias]: Tensor[]): Tensor {
  switch (operator) {
    case 'Relu':
      return { ...input, values: input.values.map((value) => Math.max(0, value)) };
    case 'Flatten':
      return { ...input, dimensions: [1, input.values.length] };
    case 'Gemm': {
      const [outputs, inputs] = weights!.dimensions as [number, number];
      if (attributes.get('transB')?.[0] !== 1 || inputs !== input.dimensions[1]) throw new Error('Gemm');
      const values = bias!.values.map((start, o) =>
        input.values.reduce((sum, value, i) => sum + value * weights!.values[o * inputs + i]!, start),
      );
      return { dimensions: [1, outputs], values };
    }
    case 'Conv':
      return convolve(attributes, input, weights!, bias!);
    default:
      throw new Error(`${operator} is unknown`);
  }
}

function convolve(attributes: Node['attributes'], input: Tensor, weights: Tensor, bias: Tensor): Tensor {
  const [, channels, height, width] = input.dimensions as [number, number, number, number];
  const [outputs, inputs, rows, columns] = weights.dimensions as [number, number, number, number];
  const [down, right] = attributes.get('strides') as [number, number];
  const [top, left, bottom, end] = attributes.get('pads') as [number, number, number, number];
  if (inputs !== channels || attributes.get('kernel_shape')!.join() !== `${rows},${columns}`)
    throw new Error('Conv');
  const outHeight = Math.floor((height + top + bottom - rows) / down) + 1;
  const outWidth = Math.floor((width + left + end - columns) / right) + 1;
  const values = new Float64Array(outputs * outHeight * outWidth);
  for (let place = 0; place < values.length; place++) {
    const x = place % outWidth;
    const y = Math.floor(place / outWidth) % outHeight;
    const output = Math.floor(place / (outWidth * outHeight));
    let sum = bias.values[output]!;
    for (let cell = 0; cell < inputs * rows * columns; cell++) {
      const column = x * right - left + (cell % columns);
      const row = y * down - top + (Math.floor(cell / columns) % rows);
      const channel = Math.floor(cell / (rows * columns));
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      sum +=
        input.values[(channel * height + row) * width + column]! *
        weights.values[output * inputs * rows * columns + cell]!;
    }
    values[place] = sum;
  }
  return { dimensions: [1, outputs, outHeight, outWidth], values };
}
