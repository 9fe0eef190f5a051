import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** An attribute of a node, of the three kinds that this writer knows. */
export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number };

/** One operation; names connect it with others. */
export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant tensor of float32 values, row-major. */
export interface OnnxTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly values: Float32Array;
}

/** A float32 input or output; a dimension that is a text is free, and known by that name. */
export interface OnnxValue {
  readonly name: string;
  readonly dimensions: readonly (number | string)[];
}

/** A model with one graph. */
export interface OnnxModel {
  readonly producer: string;
  readonly graph: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

/** Version of the file format: that of ONNX 1.10, which every runtime of today reads. */
const IR_VERSION = 8;
/** Version of the operators: Conv, Relu, Flatten and Gemm have not changed their meaning since. */
const OPSET = 13;
/** TensorProto.DataType.FLOAT. */
const FLOAT = 1;
/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, ints: 7 } as const;

// Numbers of the fields: onnx.proto3 of the ONNX project, the messages named in the comments.

/** The bytes of an ONNX file (https://onnx.ai/onnx/repo-docs/IR.html), a ModelProto in protobuf's wire format. */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 1, IR_VERSION);
  text(writer, 2, model.producer);
  message(writer, 7, () => writeGraph(writer, model));
  message(writer, 8, () => integer(writer, 2, OPSET)); // OperatorSetIdProto: no domain, version
  return writer.finish();
}

/** GraphProto. */
function writeGraph(writer: BinaryWriter, model: OnnxModel): void {
  for (const node of model.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, model.graph);
  for (const tensor of model.constants) message(writer, 5, () => writeTensor(writer, tensor));
  message(writer, 11, () => writeValue(writer, model.input));
  message(writer, 12, () => writeValue(writer, model.output));
}

/** NodeProto. */
function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) text(writer, 1, input);
  text(writer, 2, node.output);
  text(writer, 3, node.name);
  text(writer, 4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes))
    message(writer, 5, () => writeAttribute(writer, name, attribute));
}

/** AttributeProto. */
function writeAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  text(writer, 1, name);
  if (attribute.kind === 'float') writer.tag(2, WireType.Bit32).float(attribute.value);
  else if (attribute.kind === 'int') integer(writer, 3, attribute.value);
  else for (const value of attribute.value) integer(writer, 8, value); // proto2 in ONNX: not packed
  integer(writer, 20, ATTRIBUTE_TYPES[attribute.kind]);
}

/** TensorProto with raw data: little-endian float32. */
function writeTensor(writer: BinaryWriter, { name, dimensions, values }: OnnxTensor): void {
  for (const dimension of dimensions) integer(writer, 1, dimension);
  integer(writer, 2, FLOAT);
  text(writer, 8, name);
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (const [at, value] of values.entries()) bytes.setFloat32(4 * at, value, true);
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(bytes.buffer));
}

/** ValueInfoProto with a TypeProto.Tensor. */
function writeValue(writer: BinaryWriter, { name, dimensions }: OnnxValue): void {
  text(writer, 1, name);
  message(writer, 2, () =>
    message(writer, 1, () => {
      integer(writer, 1, FLOAT);
      message(writer, 2, () => {
        for (const dimension of dimensions) message(writer, 1, () => writeDimension(writer, dimension));
      });
    }),
  );
}

/** TensorShapeProto.Dimension: a number, or the name of a free dimension. */
function writeDimension(writer: BinaryWriter, dimension: number | string): void {
  if (typeof dimension === 'number') integer(writer, 1, dimension);
  else text(writer, 2, dimension);
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}
