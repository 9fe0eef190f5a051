import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { putInteger, putMessage, putText } from '../../src/onnx/put.ts';

/** A constant of a test's ONNX file. */
export interface TestTensor {
  readonly type: 'float' | 'uint8' | 'int8' | 'int32' | 'int64';
  readonly dimensions: readonly number[];
  readonly values: readonly number[];
}

export type TestAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: TestTensor };

/** An operator, its inputs, its output, its attributes; the name of the node is that of its output with a slash. */
export type TestNode = readonly [
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes?: Readonly<Record<string, TestAttribute>>,
];

export interface TestGraph {
  readonly nodes: readonly TestNode[];
  readonly constants?: Readonly<Record<string, TestTensor>>;
  /** Dimensions of `x`; without the batch. */
  readonly input: readonly number[];
  readonly inputType?: TestTensor['type'];
  /** The last node's unless said otherwise. */
  readonly output?: string;
  readonly opset?: number;
}

const TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

export const floats = (dimensions: readonly number[], values: readonly number[]): TestTensor => ({
  type: 'float',
  dimensions,
  values,
});
export const scalar = (value: number, type: TestTensor['type'] = 'float'): TestTensor => ({
  type,
  dimensions: [],
  values: [value],
});

/** The bytes of an ONNX file whose input is `x`. */
export function onnxFile({
  nodes,
  constants = {},
  input,
  inputType = 'float',
  output,
  opset = 13,
}: TestGraph) {
  const writer = new BinaryWriter();
  putInteger(writer, 1, 8);
  putMessage(writer, 7, () => {
    for (const node of nodes) putMessage(writer, 1, () => writeNode(writer, node));
    for (const [name, tensor] of Object.entries(constants)) {
      putMessage(writer, 5, () => writeTensor(writer, tensor, name));
    }
    putMessage(writer, 11, () => writeValue(writer, 'x', [null, ...input], TYPES[inputType]));
    putMessage(writer, 12, () => writeValue(writer, output ?? nodes.at(-1)![2], [], TYPES.float));
  });
  putMessage(writer, 8, () => putInteger(writer, 2, opset));
  const domains = new Set(nodes.map(([operator]) => domainOf(operator)));
  domains.delete('');
  for (const domain of domains) {
    putMessage(writer, 8, () => {
      putText(writer, 1, domain);
      putInteger(writer, 2, 1);
    });
  }
  return writer.finish();
}

function writeNode(writer: BinaryWriter, [operator, inputs, output, attributes = {}]: TestNode): void {
  for (const input of inputs) putText(writer, 1, input);
  putText(writer, 2, output);
  putText(writer, 3, `/${output}`);
  const domain = domainOf(operator);
  putText(writer, 4, domain === '' ? operator : operator.slice(domain.length + 1));
  for (const [name, value] of Object.entries(attributes)) {
    putMessage(writer, 5, () => {
      putText(writer, 1, name);
      writeAttribute(writer, value);
    });
  }
  if (domain !== '') putText(writer, 7, domain);
}

/** What stands before the last dot of an operator; empty for those of the standard. */
const domainOf = (operator: string): string => operator.slice(0, Math.max(operator.lastIndexOf('.'), 0));

function writeAttribute(writer: BinaryWriter, value: TestAttribute): void {
  if (typeof value === 'number') {
    putInteger(writer, 3, value);
    putInteger(writer, 20, 2);
  } else if (typeof value === 'string') {
    putText(writer, 4, value);
    putInteger(writer, 20, 3);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    putInteger(writer, 20, 1);
  } else if ('tensor' in value) {
    putMessage(writer, 5, () => writeTensor(writer, value.tensor, ''));
    putInteger(writer, 20, 4);
  } else {
    for (const each of value) putInteger(writer, 8, each);
    putInteger(writer, 20, 7);
  }
}

/** Floats and bytes as raw data; int32 and int64 as lists, packed and not. */
function writeTensor(writer: BinaryWriter, { type, dimensions, values }: TestTensor, name: string): void {
  for (const dimension of dimensions) putInteger(writer, 1, dimension);
  putInteger(writer, 2, TYPES[type]);
  putText(writer, 8, name);
  if (type === 'float') {
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    writer.tag(9, WireType.LengthDelimited).bytes(bytes);
  } else if (type === 'int32') {
    putMessage(writer, 5, () => {
      for (const value of values) writer.int64(value);
    });
  } else if (type === 'int64') {
    for (const value of values) putInteger(writer, 7, value);
  } else {
    writer.tag(9, WireType.LengthDelimited).bytes(Uint8Array.from(values, (value) => value & 0xff));
  }
}

function writeValue(
  writer: BinaryWriter,
  name: string,
  dimensions: readonly (number | null)[],
  type: number,
): void {
  putText(writer, 1, name);
  putMessage(writer, 2, () =>
    putMessage(writer, 1, () => {
      putInteger(writer, 1, type);
      putMessage(writer, 2, () => {
        for (const dimension of dimensions) {
          putMessage(writer, 1, () =>
            dimension === null ? putText(writer, 2, 'batch') : putInteger(writer, 1, dimension),
          );
        }
      });
    }),
  );
}
