import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { putInteger, putMessage, putText } from './put.ts';

/** A constant of a graph: its bytes row-major, integers little-endian. */
export interface WrittenConstant {
  readonly type: ElementType;
  readonly dimensions: readonly number[];
  readonly bytes: Uint8Array;
}

/** An input or output; a dimension that is a text is free, and known by that name. */
export interface WrittenValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dimensions: readonly (number | string)[];
}

/** One operation; names connect it with others. */
export interface WrittenNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number>>;
}

/** A graph with one input and one output. */
export interface WrittenGraph {
  readonly nodes: readonly WrittenNode[];
  readonly constants: Readonly<Record<string, WrittenConstant>>;
  readonly input: WrittenValue;
  readonly output: WrittenValue;
}

/** TensorProto.DataType. */
const TYPES = { uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
type ElementType = keyof typeof TYPES;

/** Version of the file format: that of ONNX 1.10, which every runtime of today reads. */
const IR_VERSION = 8;
/** Version of the operators: those on integers have not changed their meaning since. */
const OPSET = 13;
/** AttributeProto.AttributeType.INT. */
const INT = 2;

// Numbers of the fields: onnx.proto3 of the ONNX project, the messages named in the comments.

/** The bytes of an ONNX file, a ModelProto in protobuf's wire format: graphs of integers, for a runtime in this process. */
export function writeGraph(graph: WrittenGraph): Uint8Array {
  const writer = new BinaryWriter();
  putInteger(writer, 1, IR_VERSION);
  putMessage(writer, 7, () => {
    for (const node of graph.nodes) putMessage(writer, 1, () => writeNode(writer, node));
    putText(writer, 2, 'layer');
    for (const [name, constant] of Object.entries(graph.constants)) {
      putMessage(writer, 5, () => writeConstant(writer, name, constant));
    }
    putMessage(writer, 11, () => writeValue(writer, graph.input));
    putMessage(writer, 12, () => writeValue(writer, graph.output));
  });
  putMessage(writer, 8, () => putInteger(writer, 2, OPSET)); // OperatorSetIdProto: no domain, version
  return writer.finish();
}

/** NodeProto, with AttributeProto. */
function writeNode(writer: BinaryWriter, { operator, inputs, output, attributes = {} }: WrittenNode): void {
  for (const input of inputs) putText(writer, 1, input);
  putText(writer, 2, output);
  putText(writer, 4, operator);
  for (const [name, value] of Object.entries(attributes)) {
    putMessage(writer, 5, () => {
      putText(writer, 1, name);
      putInteger(writer, 3, value);
      putInteger(writer, 20, INT);
    });
  }
}

/** TensorProto with raw data. */
function writeConstant(
  writer: BinaryWriter,
  name: string,
  { type, dimensions, bytes }: WrittenConstant,
): void {
  for (const dimension of dimensions) putInteger(writer, 1, dimension);
  putInteger(writer, 2, TYPES[type]);
  putText(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

/** ValueInfoProto with a TypeProto.Tensor and its TensorShapeProto. */
function writeValue(writer: BinaryWriter, { name, type, dimensions }: WrittenValue): void {
  putText(writer, 1, name);
  putMessage(writer, 2, () =>
    putMessage(writer, 1, () => {
      putInteger(writer, 1, TYPES[type]);
      putMessage(writer, 2, () => {
        for (const dimension of dimensions) {
          putMessage(writer, 1, () =>
            typeof dimension === 'number' ? putInteger(writer, 1, dimension) : putText(writer, 2, dimension),
          );
        }
      });
    }),
  );
}
