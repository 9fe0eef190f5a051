import { parentPort } from 'node:worker_threads';
import { Engine, type EngineModule } from '../host/engine.ts';
import { execute, HostFault } from './execute.ts';
import type { Answer, Request } from './messages.ts';

const modules = new Map<string, EngineModule>();

/** Runs in a thread of the child process, so that the process itself can notice that its parent is gone. */
parentPort?.on('message', ({ header, body }: { header: Request; body: Uint8Array<ArrayBuffer> }) => {
  const { answer, parts } = handle(header, body);
  parentPort?.postMessage(
    { header: answer, parts },
    parts.map((part) => part.buffer as ArrayBuffer),
  );
});
parentPort?.postMessage({ header: { type: 'ready' } satisfies Answer, parts: [] });

function handle(
  request: Request,
  body: Uint8Array<ArrayBuffer>,
): { answer: Answer; parts: readonly Uint8Array[] } {
  if (request.type === 'load') return { answer: load(request.key, request.forget, body), parts: [] };
  const module = modules.get(request.key);
  if (module === undefined)
    return { answer: { type: 'fault', message: 'the module is not loaded' }, parts: [] };
  try {
    const outcome = execute(module, {
      input: body,
      seed: Buffer.from(request.seed, 'hex'),
      arguments: request.arguments,
      outputBytes: request.outputBytes,
    });
    const globals = Uint8Array.from(outcome.trace.globals);
    return {
      answer: {
        type: 'outcome',
        failure: outcome.kind === 'failed' ? outcome.failure.kind : undefined,
        exitCode: outcome.kind === 'failed' ? outcome.failure.exitCode : 0,
        memoryPages: outcome.trace.memoryPages,
        memoryDigest: Buffer.from(outcome.trace.memoryDigest).toString('hex'),
        globalsBytes: globals.length,
      },
      parts: outcome.kind === 'done' ? [globals, outcome.output] : [globals],
    };
  } catch (error) {
    if (error instanceof HostFault) return { answer: { type: 'fault', message: error.message }, parts: [] };
    throw error;
  }
}

function load(key: string, forget: string | undefined, wasm: Uint8Array<ArrayBuffer>): Answer {
  if (forget !== undefined) modules.delete(forget);
  try {
    modules.set(key, new Engine.Module(wasm));
    return { type: 'loaded' };
  } catch (error) {
    return { type: 'refused', message: error instanceof Error ? error.message : String(error) };
  }
}
