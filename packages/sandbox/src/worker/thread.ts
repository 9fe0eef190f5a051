import { parentPort } from 'node:worker_threads';
import { SandboxError } from '../errors.ts';
import { MODEL_PROFILE } from '../program/program.ts';
import { HostFault } from './execute.ts';
import type { Answer, Request } from './messages.ts';
import { loadModelRunner, loadWasiRunner, type Reply, type Runner } from './runners.ts';

const runners = new Map<string, Runner>();

/** Runs in a thread of the child process, so that the process itself can notice that its parent is gone. */
parentPort?.on('message', async ({ header, body }: { header: Request; body: Uint8Array<ArrayBuffer> }) => {
  const { answer, parts } = await handle(header, body);
  parentPort?.postMessage(
    { header: answer, parts },
    parts.map((part) => part.buffer as ArrayBuffer),
  );
});
parentPort?.postMessage({ header: { type: 'ready' } satisfies Answer, parts: [] });

async function handle(request: Request, body: Uint8Array<ArrayBuffer>): Promise<Reply> {
  if (request.type === 'load') return { answer: await load(request, body), parts: [] };
  const runner = runners.get(request.key);
  if (runner === undefined)
    return { answer: { type: 'fault', message: 'the program is not loaded' }, parts: [] };
  try {
    return await runner({
      input: body,
      seed: Buffer.from(request.seed, 'hex'),
      arguments: request.arguments,
      outputBytes: request.outputBytes,
    });
  } catch (error) {
    if (error instanceof HostFault) return { answer: { type: 'fault', message: error.message }, parts: [] };
    throw error;
  }
}

async function load(request: Request & { type: 'load' }, body: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const { profile, key, forget, memoryPages, engine } = request;
  if (forget !== undefined) runners.delete(forget);
  try {
    if (profile === MODEL_PROFILE) {
      const { runner, model } = await loadModelRunner(body, memoryPages, engine);
      runners.set(key, runner);
      return { type: 'loaded', model };
    }
    runners.set(key, loadWasiRunner(body));
    return { type: 'loaded' };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const { code, message, evidence } = error;
    return { type: 'refused', code, message, evidence };
  }
}
