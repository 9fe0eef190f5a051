/** What the numbers of a tensor are. */
export type OnnxType = 'float' | 'uint8' | 'int8' | 'int32' | 'int64';

/** A constant tensor, row-major. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly dimensions: readonly number[];
  /** As many as the product of the dimensions; a scalar has none of them and one value. */
  readonly values: Float32Array | Uint8Array | Int8Array | Int32Array | Float64Array;
}

/** The value of an attribute, by what it is. */
export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  /** A graph, a list of texts, …: nothing that a supported operator has. */
  | { readonly kind: 'other' };

/** One operation; names connect it with others. An input that is left out has the empty name. */
export interface OnnxNode {
  readonly name: string;
  /** As in the standard (https://onnx.ai/onnx/operators/); of another set of operators with its domain in front. */
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** An input or output of the graph; null stands for a dimension that is free. */
export interface OnnxValue {
  readonly name: string;
  /** Undefined where the file does not say one of {@link OnnxType}. */
  readonly type: OnnxType | undefined;
  readonly dimensions: readonly (number | null)[];
}

/** The graph of an ONNX file. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Without constants, which old files list too. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Version of the operators. */
  readonly opset: number;
}
