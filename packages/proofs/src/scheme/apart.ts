import { hash32, toHex } from '@prometheus-compute/protocol';
import { type Examination, type Examined, SandboxError } from '@prometheus-compute/sandbox';
import type { ProjectionAnswer, ProjectionRequest } from './examine.ts';
import type { FreivaldsCheck } from './freivalds.ts';
import type { ProjectChunk } from './projected.ts';

const MODULE = new URL('./examine.ts', import.meta.url);

/**
 * Checks opened chunks by projections in a child process of the sandbox, so that nothing here waits for it. Where the child has no answer
 * in the contract's time for a chunk, or is killed, the chunk is run again like one whose records nobody serves.
 *
 * @param of.records - as in {@link FreivaldsCheck}; asked once the child knows that it can check the chunk
 * @param of.examine - has a child examine the contract's model, within the contract's limits
 */
export function projectApart(of: {
  readonly records: FreivaldsCheck['records'];
  readonly examine: (examination: Examination) => Promise<Examined>;
}): ProjectChunk {
  return async ({ challenge, chunk, input, outputBytes }) => {
    const { index, scheme } = chunk;
    const request = {
      challenge: toHex(challenge),
      chunk: index,
      records: toHex(scheme),
      inputBytes: input.length,
      outputBytes,
    };
    const ask = async (kind: ProjectionRequest['kind'], ...parts: readonly Uint8Array[]) => {
      const asked: ProjectionRequest = { ...request, kind };
      const { answer, body: output } = await of.examine({ module: MODULE, request: asked, parts });
      return { answer: readAnswer(answer), output };
    };
    try {
      const sized = await ask('size', input);
      if (sized.answer.kind === 'wrong') return 'wrong';
      if (sized.answer.kind !== 'size') return undefined;
      const records = await of.records(index, hash32(scheme), sized.answer.bytes);
      if (records === undefined) return undefined;
      const { answer, output } = await ask('check', input, records);
      if (answer.kind === 'wrong') return 'wrong';
      if (answer.kind !== 'checked') return undefined;
      return { output, trace: fromHex(answer.trace), lock: fromHex(answer.lock) };
    } catch (cause) {
      if (cause instanceof SandboxError && cause.code === 'no-result-yet') return undefined;
      throw cause;
    }
  };
}

const HASH = /^[0-9a-f]{64}$/;
const fromHex = (hex: string) => hash32(new Uint8Array(Buffer.from(hex, 'hex')));

/** What is no answer says nothing. */
function readAnswer(answer: unknown): ProjectionAnswer {
  const { kind, bytes, trace, lock } = { ...(typeof answer === 'object' ? answer : null) } as Record<
    string,
    unknown
  >;
  if (kind === 'wrong') return { kind };
  if (kind === 'size' && typeof bytes === 'number') return { kind, bytes };
  const areHashes = [trace, lock].every((hash) => typeof hash === 'string' && HASH.test(hash));
  if (kind === 'checked' && areHashes) return { kind, trace: String(trace), lock: String(lock) };
  return { kind: 'unchecked' };
}
