import { type Hash32, hash32, toHex } from '@prometheus-compute/protocol';
import type { Examine } from '@prometheus-compute/sandbox';
import { verifiedOutcome } from './freivalds.ts';
import { projectionKernels } from './kernel-projections.ts';
import { type ProjectChunk, projectHere } from './projected.ts';

/** What is asked of {@link examine}. The body holds the input, and then the opened records where the request is `check`. */
export interface ProjectionRequest {
  readonly kind: 'size' | 'check';
  /** Hexadecimal. */
  readonly challenge: string;
  readonly chunk: number;
  /** The opened records' hash, hexadecimal. */
  readonly records: string;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** What it answers: bytes of the records that it needs; or what they say, hashes hexadecimal, the output in the body. */
export type ProjectionAnswer =
  | { readonly kind: 'size'; readonly bytes: number }
  /** The chunk has to be run again. */
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'checked'; readonly trace: string; readonly lock: string };

/** What was last checked: the chunks of an opening come one after the other. */
let last: { readonly subject: unknown; readonly challenge: string; readonly by: Projection } | undefined;

interface Projection {
  readonly challenge: Hash32;
  readonly project: ProjectChunk;
  /** The records of the chunk that is checked, and how many bytes of them were asked for. */
  records: Uint8Array | undefined;
  asked: number | undefined;
}

/** Runs in a child process of the sandbox: checks a chunk by projections ({@link verifiedOutcome}). */
export const examine: Examine = async (subject, asked, body) => {
  const request = asked as ProjectionRequest;
  const { kind, chunk: index, inputBytes, outputBytes } = request;
  if (last?.subject !== subject || last.challenge !== request.challenge) {
    const by: Projection = {
      challenge: hash32(Buffer.from(request.challenge, 'hex')),
      project: projectHere({
        ...subject,
        kernels: projectionKernels(),
        records: async (_, __, size) => {
          by.asked = size;
          return by.records;
        },
      }),
      records: undefined,
      asked: undefined,
    };
    last = { subject, challenge: request.challenge, by };
  }
  const { by } = last;
  by.records = kind === 'check' ? body.subarray(inputBytes) : undefined;
  by.asked = undefined;
  const found = await by.project({
    challenge: by.challenge,
    chunk: { index, scheme: Buffer.from(request.records, 'hex') },
    input: body.subarray(0, inputBytes),
    outputBytes,
  });
  by.records = undefined;
  const answered = (answer: ProjectionAnswer, output: Uint8Array = new Uint8Array(0)) => ({
    answer,
    body: output,
  });
  if (found === 'wrong') return answered({ kind: 'wrong' });
  if (found !== undefined) {
    const { trace, lock, output } = found;
    return answered({ kind: 'checked', trace: toHex(trace), lock: toHex(lock) }, output);
  }
  if (kind === 'check' || by.asked === undefined) return answered({ kind: 'unchecked' });
  return answered({ kind: 'size', bytes: by.asked });
};
