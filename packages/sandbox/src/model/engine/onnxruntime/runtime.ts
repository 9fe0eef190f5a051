import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SandboxError } from '../../../errors.ts';

/** Name of the package. It is no dependency of ours: whoever wants it installs it. */
const PACKAGE = 'onnxruntime-node';

/** A tensor of the runtime, over memory that it does not own. */
export type RuntimeTensor = object;

/** A graph that the runtime has made ready. */
export interface RuntimeSession {
  /** Writes the outputs to the memory of the tensors in `fetches`. */
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Readonly<Record<string, RuntimeTensor>>,
  ): Promise<unknown>;
}

/** What we use of `onnxruntime-node` (https://onnxruntime.ai/docs/api/js/). */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(file: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<RuntimeSession>;
  };
  readonly Tensor: new (
    type: 'uint8' | 'int32' | 'float32',
    data: Uint8Array | Int32Array | Float32Array,
    dimensions: readonly number[],
  ) => RuntimeTensor;
}

/**
 * Loads `onnxruntime-node`.
 *
 * @param folder - where it is installed, or its own folder; by default where this package finds its dependencies
 * @throws SandboxError `engine-missing`
 */
export async function loadRuntime(folder: string | undefined): Promise<OnnxRuntime> {
  const place = folder === undefined ? import.meta.filename : join(resolve(folder), 'package.json');
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(createRequire(place).resolve(PACKAGE)).href);
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw missing(folder, said);
  }
  const runtime = isRuntime(loaded) ? loaded : fieldOf(loaded, 'default');
  if (!isRuntime(runtime)) throw missing(folder, `it has no InferenceSession`);
  return runtime;
}

function isRuntime(value: unknown): value is OnnxRuntime {
  return (
    typeof fieldOf(fieldOf(value, 'InferenceSession'), 'create') === 'function' &&
    typeof fieldOf(value, 'Tensor') === 'function'
  );
}

function fieldOf(value: unknown, name: string): unknown {
  const holdsFields = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return holdsFields ? Reflect.get(value, name) : undefined;
}

function missing(folder: string | undefined, said: string): SandboxError {
  const where = folder === undefined ? 'where Prometheus is installed' : `from ${folder}`;
  return new SandboxError('engine-missing', `${PACKAGE} cannot be loaded ${where}: ${said}`, { said });
}
