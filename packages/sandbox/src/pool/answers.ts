import { SandboxError } from '../errors.ts';
import { encodeFailure, FAILURE_CODES, type FailureKind } from '../outcome/failure.ts';
import type { ChunkOutcome, Outcome } from '../outcome/outcome.ts';
import type { Answer } from '../worker/messages.ts';

/**
 * The outcome that an answer tells.
 * @returns undefined where the answer is none, or contradicts its body
 * @throws SandboxError `no-result-yet` where the failure is none
 */
export function outcomeOf(answer: Answer, body: Uint8Array): ChunkOutcome | undefined {
  if (answer.type === 'rows') {
    const { failure, rows, recordsBytes } = answer;
    if (recordsBytes > body.length) return undefined;
    const records = body.subarray(0, recordsBytes);
    return withTrace(failure, 0, body.subarray(recordsBytes), { kind: 'model', rows, records });
  }
  if (answer.type !== 'outcome') return undefined;
  const { failure, exitCode, memoryPages, globalsBytes } = answer;
  const memoryDigest = new Uint8Array(Buffer.from(answer.memoryDigest, 'hex'));
  if (memoryDigest.length !== 32 || globalsBytes > body.length) return undefined;
  const globals = body.slice(0, globalsBytes);
  const output = body.subarray(globalsBytes);
  return withTrace(failure, exitCode, output, { kind: 'wasi', memoryPages, memoryDigest, globals });
}

/** That the machine had no result, which says nothing about the program. */
export function noResult(
  reason: string,
  message: string,
  evidence: Readonly<Record<string, string | number>> = {},
): SandboxError {
  return new SandboxError('no-result-yet', message, { reason, ...evidence });
}

function withTrace<Trace>(
  kind: FailureKind | undefined,
  exitCode: number,
  output: Uint8Array,
  trace: Trace,
): Outcome<Trace> {
  if (kind === undefined) return { kind: 'done', output, trace };
  if (!Object.hasOwn(FAILURE_CODES, kind)) throw noResult('protocol', 'the process answered nonsense');
  const failure = { kind, exitCode };
  return { kind: 'failed', failure, output: encodeFailure(failure), trace };
}
