/**
 * Bytes of an ONNX file: the weights of the largest model file in float32, with room for the rest. A file is read
 * as a whole.
 */
export const MAX_ONNX_BYTES = 80 * 1024 * 1024;

/** Nodes of a graph: four times as many as a model has, since many of them vanish (Constant, Dropout, QuantizeLinear). */
export const MAX_ONNX_NODES = 4096;

/** Constant tensors of a graph. */
export const MAX_ONNX_TENSORS = 8192;

/** Names that one node takes or gives. */
export const MAX_NAMES = 512;

/** Attributes of one node; the operators of the standard have some ten. */
export const MAX_ATTRIBUTES = 64;

/** Dimensions of a tensor, and numbers in one attribute. */
export const MAX_NUMBERS = 64;

/** Bytes of a name. */
export const MAX_NAME_BYTES = 1024;
