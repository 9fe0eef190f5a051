/** Size of one row's tensor: height, width, channels. A vector has height and width 1. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Size of a kernel, or how far it moves. */
export interface Window {
  readonly height: number;
  readonly width: number;
}

/** Cells that are added on each side of a tensor. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Where a node takes a tensor from: 0 is the model's input, i + 1 the output of the node i. Only earlier nodes. */
export type Source = number;

/** Convolution: int8 → int32. Output channel c of group g sees the input channels of group g only. */
export interface ConvNode {
  readonly op: 'conv';
  readonly input: Source;
  /** [kernel height][kernel width][input channels / groups][output channels] */
  readonly weights: Int8Array;
  /** One for each output channel. */
  readonly bias: Int32Array;
  readonly kernel: Window;
  readonly stride: Window;
  readonly padding: Padding;
  /** 1, or a divisor of both numbers of channels; as many as input channels: depthwise. */
  readonly groups: number;
  /** int8 value of added cells, normally the zero point of the input. */
  readonly padValue: number;
}

/** Matrix product: int8 → int32, 1×1×N. */
export interface GemmNode {
  readonly op: 'gemm';
  readonly input: Source;
  /** [K][N] with K = height·width·channels of the input in NHWC order */
  readonly weights: Int8Array;
  /** N */
  readonly bias: Int32Array;
}

/** int32 → int8: clamp(zeroPoint + rq(acc, M_c, S), low, high), the only place where accumulators are rounded. */
export interface RequantNode {
  readonly op: 'requant';
  readonly input: Source;
  /** M_c: 0 ≤ M < 2^31, one for each channel. */
  readonly multipliers: Int32Array;
  /** Used in place of `multipliers` for a negative accumulator (LeakyReLU). */
  readonly negative: Int32Array | null;
  /** S: 1 ≤ S ≤ 62. */
  readonly shift: number;
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
}

/** Any function of one int8. */
export interface TableNode {
  readonly op: 'table';
  readonly input: Source;
  /** 256 values: that of q stands at q + 128. */
  readonly table: Int8Array;
}

/** Largest of the cells under the window; cells that were added never win. */
export interface MaxPoolNode {
  readonly op: 'maxpool';
  readonly input: Source;
  readonly kernel: Window;
  readonly stride: Window;
  readonly padding: Padding;
}

/** clamp(zeroPoint + rq(Σ (q − inputZeroPoint), M_n, S), −128, 127) over the cells under the window, n of them counted. */
export interface AvgPoolNode {
  readonly op: 'avgpool';
  readonly input: Source;
  readonly kernel: Window;
  readonly stride: Window;
  readonly padding: Padding;
  readonly inputZeroPoint: number;
  /** M_n stands at n − 1; as many as the kernel has cells. */
  readonly multipliers: Int32Array;
  readonly shift: number;
  readonly zeroPoint: number;
  /** Whether added cells are counted; they add nothing to the sum. */
  readonly countPadding: boolean;
}

/** clamp(zeroPoint + ((a − z_a)·M_a + (b − z_b)·M_b + 2^(S−1)) >> S, low, high), cell by cell; both inputs have one shape. */
export interface AddNode {
  readonly op: 'add';
  readonly inputs: readonly [Source, Source];
  readonly inputZeroPoints: readonly [number, number];
  readonly multipliers: readonly [number, number];
  readonly shift: number;
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
}

/** Channels of the first input, then those of the second, …; each value is clamp(zeroPoint + rq(q − z_i, M_i, S), −128, 127). */
export interface ConcatNode {
  readonly op: 'concat';
  readonly inputs: readonly Source[];
  readonly inputZeroPoints: readonly number[];
  readonly multipliers: readonly number[];
  readonly shift: number;
  readonly zeroPoint: number;
}

/** The same values in the same (NHWC) order under another shape; int8 or int32. */
export interface ReshapeNode {
  readonly op: 'reshape';
  readonly input: Source;
  readonly shape: Shape;
}

/** Number of the largest channel of a vector, int8 or int32; the lowest where several are largest. Only as the model's output. */
export interface ArgmaxNode {
  readonly op: 'argmax';
  readonly input: Source;
}

/** A node whose accumulators are sums of products with weights. */
export type LinearNode = ConvNode | GemmNode;

export type ModelNode =
  | LinearNode
  | RequantNode
  | TableNode
  | MaxPoolNode
  | AvgPoolNode
  | AddNode
  | ConcatNode
  | ReshapeNode
  | ArgmaxNode;

/** The input of a model: bytes of a chunk, each less 128. */
export interface ModelInput {
  readonly shape: Shape;
  /** The int8 value that stands for 0. */
  readonly zeroPoint: number;
  /** Least and largest int8 value that a cell may have. */
  readonly low: number;
  readonly high: number;
}

/** What integers stand for, for people and tools: nothing that is computed depends on it. */
export interface ModelScales {
  /** A real value is scale·(q − zeroPoint). */
  readonly input: number;
  readonly output: number;
}

/**
 * A quantised network as an integer graph: a directed acyclic graph of nodes in an order in which each comes after its
 * inputs. Exact semantics: docs/protocol/model.md.
 */
export interface Model {
  readonly input: ModelInput;
  readonly nodes: readonly ModelNode[];
  /** The tensor that becomes the output of a row. */
  readonly output: Source;
  readonly scales?: ModelScales;
}
