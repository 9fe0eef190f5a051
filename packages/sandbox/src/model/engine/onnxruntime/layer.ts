import type { Block, Kernels } from '@prometheus-compute/kernels';
import type { LinearNode } from '../../graph.ts';
import type { LinearLayer, Tensor } from '../../load/loaded-model.ts';
import { type LayerGraph, layerGraph } from './layer-graph.ts';
import type { OnnxRuntime, RuntimeSession } from './runtime.ts';

/** Bytes of windows that are computed at a time: what stays in the cache of a core while it is multiplied. */
const WINDOWS_BYTES = 1024 * 1024;

/** One thread, since a pool has a process for each core; only errors are told, on standard error. */
const SESSION_OPTIONS = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
} as const;

/** Computes the accumulators of a layer for some rows. */
export type RuntimeLayer = (input: Block<'int8'>, rows: number) => Promise<Block<'int32'>>;

/**
 * Has the runtime make a layer ready. It reads and writes the memory of the kernels itself, which must not grow meanwhile.
 *
 * @throws whatever the runtime says
 */
export async function prepareLayer(
  runtime: OnnxRuntime,
  kernels: Kernels,
  node: LinearNode,
  layer: LinearLayer,
  input: Tensor,
): Promise<RuntimeLayer> {
  const graph = layerGraph(node, layer, input);
  const session = await runtime.InferenceSession.create(graph.file, SESSION_OPTIONS);
  const outputs = layer.positions * layer.N;
  const { memory, layers } = kernels;
  const most = Math.max(1, Math.floor(WINDOWS_BYTES / graph.windowsBytes));
  return async (cells, rows) => {
    const accumulators = memory.allocate('int32', rows * outputs);
    const mark = memory.mark();
    // An int8 less 128, modulo 256, is the same number as an uint8 that is 128 more.
    const bytes = memory.allocate('int8', cells.length);
    layers.recentre(cells, bytes);
    for (let first = 0; first < rows; first += most) {
      const count = Math.min(most, rows - first);
      const from = memory.bytes(bytes).subarray(first * input.length, (first + count) * input.length);
      const to = memory.int32(accumulators).subarray(first * outputs, (first + count) * outputs);
      await multiply(runtime, session, graph, count, from, to);
    }
    memory.release(mark);
    return accumulators;
  };
}

async function multiply(
  { Tensor }: OnnxRuntime,
  session: RuntimeSession,
  { inputDimensions, outputDimensions }: LayerGraph,
  rows: number,
  from: Uint8Array,
  to: Int32Array,
): Promise<void> {
  const x = new Tensor('uint8', from, [rows, ...inputDimensions]);
  const y = new Tensor('int32', to, [rows, ...outputDimensions]);
  await session.run({ x }, { y });
}
