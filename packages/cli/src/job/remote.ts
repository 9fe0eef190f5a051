import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { JobReport, JobSpecification, JobStage } from '../engine.ts';
import { loadNode } from '../node-package.ts';
import { blocksText } from '../output/satoshis.ts';
import { plainText } from '../output/terminal.ts';
import { STAGES } from '../progress/stages.ts';
import type { ProgressView } from '../progress/view.ts';

/** How folders begin in which a job or its results lie for a moment. */
const PARCEL = 'parcel-';
/** Milliseconds after which nobody works in one any more. A day. */
const LEFT_BEHIND = 86_400_000;

/** What a command needs of a daemon's control socket. */
export interface Caller {
  call(method: string, params?: Readonly<Record<string, string | number>>): Promise<unknown>;
}

/** A sentence, in which a partner may have put its own words. */
const sentence = z.string().transform(plainText);

const partSchema = z.object({
  batch: z.int(),
  state: z.string(),
  message: sentence.nullish(),
  until: z.int().nullish(),
  worker: z.string().nullish(),
  verifier: z.string().nullish(),
  settlement: z.string().nullish(),
  tx0: z.string().nullish(),
  settlement_txid: z.string().nullish(),
});

const jobSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['running', 'cancelling', 'done', 'failed', 'cancelled']),
  submitted_height: z.int(),
  ended_height: z.int().nullable(),
  height: z.int(),
  seconds_per_block: z.int().nullable(),
  failure: z
    .object({
      code: z.string(),
      message: sentence,
      rule: z.string().nullable(),
      remedy: sentence.nullable(),
    })
    .nullable(),
  parts: z.array(partSchema),
});

/** How a job of a daemon stands (docs/node.md). */
export type RemoteJob = z.infer<typeof jobSchema>;

const followSchema = z.object({
  run: z.string(),
  after: z.int(),
  events: z.array(
    z.object({
      batch: z.int().nullable(),
      stage: z.enum(STAGES as [JobStage, ...JobStage[]]),
      message: sentence,
      done: z.int().optional(),
      total: z.int().optional(),
      until: z.int().optional(),
      height: z.int().optional(),
    }),
  ),
  job: jobSchema,
});

/** @throws ControlError, ZodError when the daemon is of another version */
export async function jobStatus(caller: Caller, id: string): Promise<RemoteJob> {
  return jobSchema.parse(await caller.call('job.status', { id }));
}

/** Whether nothing more happens to a job. */
export function hasEnded({ state }: RemoteJob): boolean {
  return state !== 'running' && state !== 'cancelling';
}

/**
 * Shows what happens to a job until it has ended, or only what is known now.
 *
 * @param follow - wait for more
 */
export async function watchJob(
  caller: Caller,
  id: string,
  view: ProgressView,
  follow: boolean,
): Promise<RemoteJob> {
  for (let run = '', after = 0; ; ) {
    const answer = followSchema.parse(await caller.call('job.follow', { id, run, after }));
    for (const { done, total, until, height, ...event } of answer.events) {
      view.update({
        kind: 'stage',
        ...event,
        message: `${event.message}${untilText(until, height, answer.job.seconds_per_block)}`,
        ...(done === undefined || total === undefined ? {} : { done, total }),
      });
    }
    ({ run, after } = answer);
    if (!follow || hasEnded(answer.job)) return answer.job;
  }
}

/** ` (at the latest block 812, in 5 blocks (about 50 minutes))`, or nothing where there is no such block. */
export function untilText(
  until: number | null | undefined,
  height: number | undefined,
  secondsPerBlock: number | null,
): string {
  if (until == null) return '';
  const left = until - (height ?? until);
  const estimate = secondsPerBlock === null || left <= 0 ? '' : `, in ${blocksText(left)}`;
  return ` (at the latest block ${until}${estimate})`;
}

/**
 * Hands a job to a daemon: as a file of the daemon's own folder that is gone afterwards, since both are the same user's.
 *
 * @param folder - of the node
 */
export async function submitJob(
  caller: Caller,
  job: { readonly id: string; readonly specification: JobSpecification; readonly parametersTxid: string },
  folder: string,
): Promise<void> {
  const { encodeJob, writeParcel } = await loadNode();
  await withFolder(folder, async (place) => {
    const file = join(place, 'job');
    const facts = await writeParcel(file, encodeJob(job.specification));
    await caller.call('job.submit', { id: job.id, file, ...facts, parameters_txid: job.parametersTxid });
  });
}

/** The report of a job that has ended, with its results. @param folder - of the node */
export async function fetchReport(caller: Caller, id: string, folder: string): Promise<JobReport> {
  const { decodeResults, readParcel, MAX_RESULTS_BYTES } = await loadNode();
  return withFolder(folder, async (place) => {
    const file = join(place, 'results');
    const facts = z
      .object({ bytes: z.int(), sha256: z.string() })
      .parse(await caller.call('job.result', { id, file }));
    return decodeResults(await readParcel(file, facts, MAX_RESULTS_BYTES));
  });
}

/** A new folder, for its owner alone, that is gone afterwards. What a command that was killed has left there goes with it. */
async function withFolder<Result>(folder: string, work: (place: string) => Promise<Result>): Promise<Result> {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(PARCEL))) {
    const { mtimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > LEFT_BEHIND) rmSync(join(folder, name), { recursive: true, force: true });
  }
  const place = mkdtempSync(join(folder, PARCEL));
  try {
    return await work(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
