import type { Pictures } from '../pictures.ts';
import type { Recipe } from '../recipes.ts';
import type { Layout } from './layout.ts';

/** What a thread is started with. */
export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly layout: Layout;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly training: Pictures;
  readonly test: Pictures;
  /** Number of this thread, from 0, and of all. */
  readonly thread: number;
  readonly threads: number;
  /** Results of the slices of a pass, in its order. */
  readonly losses: Float64Array<SharedArrayBuffer>;
  readonly hits: Int32Array<SharedArrayBuffer>;
}

/** What the main thread asks for: epoch `epoch` (from 0), or the results on one set without learning. */
export type Task = { kind: 'epoch'; epoch: number } | { kind: 'measure'; set: 'training' | 'test' };

/** What a thread answers: `step` steps are done (thread 0 only, in an epoch), or all of its task. */
export type Answer = { kind: 'step'; step: number } | { kind: 'done' };
