import type { ModelEngine } from '../model/engine/engine.ts';
import type { LoadedModel } from '../model/load/loaded-model.ts';

/** A model that is ready in a child process. */
export interface Subject {
  readonly model: LoadedModel;
  readonly engine: ModelEngine;
}

/** What a module answers, and bytes beside it. */
export interface Examined {
  /** What JSON can say. */
  readonly answer: unknown;
  readonly body: Uint8Array;
}

/**
 * What a module of ours exports as `examine`, to be run in a child process: for work on a model that takes long and is no run of a
 * chunk. Nothing is known about which child gets the next request.
 *
 * @param request - as its caller sent it
 */
export type Examine = (subject: Subject, request: unknown, body: Uint8Array) => Promise<Examined>;

/** Work for {@link Examine}. */
export interface Examination {
  /** The module. */
  readonly module: URL;
  /** What JSON can say. */
  readonly request: unknown;
  /** The body, in parts one after the other. */
  readonly parts: readonly Uint8Array[];
}

/** The `examine` of a module. @throws TypeError where it has none */
export async function loadExamine(module: string): Promise<Examine> {
  const loaded: { readonly examine?: Examine } = await import(module);
  if (typeof loaded.examine !== 'function') throw new TypeError(`${module} exports no examine`);
  return loaded.examine;
}
