import { parentPort } from 'node:worker_threads';
import { SandboxError } from '../errors.ts';
import { MODEL_PROFILE } from '../program/program.ts';
import { loadExamine } from './examination.ts';
import { HostFault } from './execute.ts';
import type { Answer, Request } from './messages.ts';
import { type Loaded, loadModelRunner, loadWasiRunner, type Reply } from './runners.ts';

const programs = new Map<string, Loaded>();

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
  const loaded = programs.get(request.key);
  if (loaded === undefined) return fault('the program is not loaded');
  if (request.type === 'examine') return examine(loaded, request, body);
  try {
    return await loaded.runner({
      input: body,
      seed: Buffer.from(request.seed, 'hex'),
      arguments: request.arguments,
      outputBytes: request.outputBytes,
    });
  } catch (error) {
    if (error instanceof HostFault) return fault(error.message);
    throw error;
  }
}

async function examine(
  { subject }: Loaded,
  { module, request }: Request & { type: 'examine' },
  body: Uint8Array,
): Promise<Reply> {
  if (subject === undefined) return fault('the program is no model');
  try {
    const examined = await (await loadExamine(module))(subject(), request, body);
    return { answer: { type: 'examined', answer: examined.answer }, parts: [examined.body.slice()] };
  } catch (error) {
    return fault(`the examination failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fault(message: string): Reply {
  return { answer: { type: 'fault', message }, parts: [] };
}

async function load(request: Request & { type: 'load' }, body: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const { profile, key, forget, memoryPages, engine } = request;
  if (forget !== undefined) programs.delete(forget);
  try {
    if (profile === MODEL_PROFILE) {
      const loaded = await loadModelRunner(body, memoryPages, engine);
      programs.set(key, loaded);
      return { type: 'loaded', model: loaded.model };
    }
    programs.set(key, { runner: loadWasiRunner(body) });
    return { type: 'loaded' };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const { code, message, evidence } = error;
    return { type: 'refused', code, message, evidence };
  }
}
