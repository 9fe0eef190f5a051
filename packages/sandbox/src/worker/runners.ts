import { SandboxError } from '../errors.ts';
import { Engine, type EngineModule } from '../host/engine.ts';
import type { RunInput } from '../host/wasi.ts';
import { inspectModel, type ModelInspection, runChunk } from '../model/chunk.ts';
import type { EngineChoice, ModelEngine, RowEngine } from '../model/engine/engine.ts';
import { kernelEngine } from '../model/engine/kernel.ts';
import { onnxruntimeEngine } from '../model/engine/onnxruntime/engine.ts';
import { loadRuntime } from '../model/engine/onnxruntime/runtime.ts';
import { loadModel } from '../model/load/load.ts';
import type { LoadedModel } from '../model/load/loaded-model.ts';
import type { ModelOutcome } from '../outcome/outcome.ts';
import type { Subject } from './examination.ts';
import { execute, HostFault } from './execute.ts';
import type { Answer } from './messages.ts';

/** An answer and the parts of its body; the buffers of the parts go to another thread, so each is a part's own. */
export interface Reply {
  readonly answer: Answer;
  readonly parts: readonly Uint8Array[];
}

/** Runs a loaded program on one chunk. @throws HostFault */
export type Runner = (run: RunInput) => Reply | Promise<Reply>;

/** A program that is ready. */
export interface Loaded {
  readonly runner: Runner;
  /** A model, for what is no run of a chunk. */
  readonly subject?: () => Subject;
}

/** @throws SandboxError `module-invalid` where the engine refuses the module */
export function loadWasiRunner(wasm: Uint8Array<ArrayBuffer>): Runner {
  const module = compiled(wasm);
  return (run) => {
    const outcome = execute(module, run);
    const { memoryPages, memoryDigest } = outcome.trace;
    const globals = Uint8Array.from(outcome.trace.globals);
    return {
      answer: {
        type: 'outcome',
        failure: outcome.kind === 'failed' ? outcome.failure.kind : undefined,
        exitCode: outcome.kind === 'failed' ? outcome.failure.exitCode : 0,
        memoryPages,
        memoryDigest: Buffer.from(memoryDigest).toString('hex'),
        globalsBytes: globals.length,
      },
      parts: outcome.kind === 'done' ? [globals, outcome.output] : [globals],
    };
  };
}

/**
 * @param memoryPages - the contract's limit
 * @throws SandboxError of the loader or of the engine, or `memory-too-large` where the model needs more than the limit
 */
export async function loadModelRunner(
  file: Uint8Array,
  memoryPages: number,
  choice: EngineChoice,
): Promise<Loaded & { readonly model: ModelInspection }> {
  const model = loadModel(file);
  if (model.memoryPages > memoryPages) {
    throw new SandboxError(
      'memory-too-large',
      `the model needs ${model.memoryPages} pages of memory where ${memoryPages} are allowed`,
      { pages: model.memoryPages, limit: memoryPages },
    );
  }
  const engine = await chosenEngine(model, choice);
  const runner: Runner = async ({ input, outputBytes }) => {
    const outcome = await ran(runChunk(model, engine, input, outputBytes));
    const { rows, records } = outcome.trace;
    const failure = outcome.kind === 'failed' ? outcome.failure.kind : undefined;
    return {
      answer: { type: 'rows', failure, rows, recordsBytes: records.length },
      parts: outcome.kind === 'done' ? [records, outcome.output] : [records],
    };
  };
  let subject: Subject | undefined;
  return {
    runner,
    model: inspectModel(model),
    subject: () => {
      subject ??= { model, engine: 'fold' in engine ? engine : kernelEngine(model) };
      return subject;
    },
  };
}

async function chosenEngine(model: LoadedModel, choice: EngineChoice): Promise<RowEngine | ModelEngine> {
  if (choice.name === 'kernels') return kernelEngine(model);
  return onnxruntimeEngine(model, await loadRuntime(choice.folder));
}

/** An engine fails where the machine does not have what it needs: no result. */
async function ran(outcome: Promise<ModelOutcome>): Promise<ModelOutcome> {
  try {
    return await outcome;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new HostFault(`the engine failed: ${said}`, { cause });
  }
}

function compiled(wasm: Uint8Array): EngineModule {
  try {
    return new Engine.Module(wasm);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new SandboxError('module-invalid', `the engine refuses the program: ${said}`);
  }
}
