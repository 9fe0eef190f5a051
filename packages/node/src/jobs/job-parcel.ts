import {
  decodeCanonical,
  decodeParameters,
  encodeCanonical,
  encodeParameters,
} from '@prometheus-compute/protocol';
import { MODEL_PROFILE, PROFILE } from '@prometheus-compute/sandbox';
import { z } from 'zod';
import { JobError } from './errors.ts';
import type { JobSpecification } from './specification.ts';

/** Bytes of a job with its program and all inputs; twice of it is in memory while it is read. */
export const MAX_JOB_BYTES = 512 * 1_048_576;
const MAX_SATOSHIS = 2_100_000_000_000_000;
const MAX_BLOCKS = 1_000_000;
const MAX_BATCHES = 1_000;

const bytes = z.instanceof(Uint8Array);
const satoshis = z.int().min(0).max(MAX_SATOSHIS).transform(BigInt);
const blocks = z.int().min(0).max(MAX_BLOCKS);

/** Names of jobs, and of files made of them. */
const jobName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);

const jobSchema = z.strictObject({
  format: z.literal('prometheus/job/1'),
  name: jobName,
  profile: z.enum([PROFILE, MODEL_PROFILE]),
  scheme: z.enum(['replay', 'freivalds']),
  program: bytes,
  arguments: z.array(z.string().max(4_096)).max(256),
  batches: z.array(z.array(bytes).min(1)).min(1).max(MAX_BATCHES),
  sampled: z.int().min(1).max(1_000_000),
  parameters: bytes,
  reward: satoshis,
  settlementFee: satoshis,
  retainer: satoshis,
  bond: satoshis,
  deliveryBlocks: blocks,
  confirmationBlocks: blocks,
  stageBlocks: blocks,
  arbitrationBlocks: blocks,
  relayBlocks: blocks,
  limits: z
    .strictObject({
      memoryPages: z.int().min(1).max(65_536),
      outputBytes: z.int().min(1).max(67_108_864),
      milliseconds: z.int().min(1).max(86_400_000),
    })
    .nullable(),
});

/** A job as it is handed to a daemon: canonical dag-cbor. What is for development networks alone is left out. */
export function encodeJob(job: JobSpecification): Uint8Array {
  const { name, profile, scheme, program, sampled, limits } = job;
  const { deliveryBlocks, confirmationBlocks, stageBlocks, arbitrationBlocks, relayBlocks } = job;
  return encodeCanonical({
    format: 'prometheus/job/1',
    name,
    profile,
    scheme,
    program,
    arguments: job.arguments ?? [],
    batches: job.batches.map(({ inputs }) => inputs),
    sampled,
    parameters: encodeParameters(job.parameters),
    reward: job.reward,
    settlementFee: job.settlementFee,
    retainer: job.retainer,
    bond: job.bond,
    ...{ deliveryBlocks, confirmationBlocks, stageBlocks, arbitrationBlocks, relayBlocks },
    limits: limits === null ? null : { ...limits },
  });
}

/** @throws EncodingError `too-large`, `too-deep`, `not-canonical`; JobError `parcel-malformed` */
export function decodeJob(encoded: Uint8Array): JobSpecification {
  const parsed = jobSchema.safeParse(decodeCanonical(encoded, MAX_JOB_BYTES));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(`${issue!.path.map(String).join('.')}: ${issue!.message}`);
  }
  const { format: _, batches, parameters: announced, ...rest } = parsed.data;
  const parameters = decodeParameters(announced);
  if (parameters === undefined) throw malformed('parameters: not those of a T_P');
  return { ...rest, parameters, batches: batches.map((inputs) => ({ inputs })) };
}

function malformed(reason: string): JobError {
  return new JobError('parcel-malformed', `this is no job: ${reason}`, {
    remedy: 'Submit it with the `prometh` of the version that the daemon has.',
  });
}
