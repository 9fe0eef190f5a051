/** Bytes of a model file, as of any program: bounds what reading it can be made to do. */
export const MAX_MODEL_BYTES = 16 * 1024 * 1024;

/** Nodes of a model. The largest networks that fit into a file have some hundred. */
export const MAX_NODES = 1024;

/** Bytes of one tensor of one row (an int32 counts four). */
export const MAX_TENSOR_BYTES = 16 * 1024 * 1024;

/** Bytes of all tensors of one row together: what an engine holds at least. */
export const MAX_ROW_BYTES = 256 * 1024 * 1024;

/** Products of weights and activations for one row, and cells that pooling looks at: minutes on the slowest engine. */
export const MAX_ROW_STEPS = 2 ** 33;

/** Cells on a side of a kernel, of a stride, and of what is added on one side. */
export const MAX_WINDOW = 1024;

/** Inputs of one `concat`. */
export const MAX_CONCAT = 256;

/** Channels among which `argmax` chooses: what two bytes can name. */
export const MAX_CLASSES = 65_536;

/** Bytes of the row records of a chunk, so that an outcome fits into memory and into a frame between two processes. */
export const MAX_RECORDS_BYTES = 1024 * 1024 * 1024;

/** Largest accumulator, in absolute value: what an int32 of either sign holds. */
export const MAX_ACCUMULATOR = 2 ** 31 - 1;
