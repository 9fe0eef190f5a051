import { isAbsolute } from 'node:path';
import { contractHash, toHex, txidFromDisplay } from '@prometheus-compute/protocol';
import { z } from 'zod';
import type { Json } from '../control/json.ts';
import { type ControlMethod, controlMethod } from '../control/methods.ts';
import { contractOf } from '../engine/addressing.ts';
import type { Node } from '../node/node.ts';
import { decodeJob, MAX_JOB_BYTES } from './job-parcel.ts';
import type { JobEntry, JobRunner } from './job-runner.ts';
import { readParcel, writeParcel } from './parcel-file.ts';
import { encodeResults } from './results-parcel.ts';
import type { JobProgress } from './specification.ts';

/** Milliseconds after which whoever follows a job gets an answer although nothing has happened. */
const FOLLOW_MILLISECONDS = 20_000;

const jobId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens');
/** Files of the user whose daemon this is: whoever can call it can read them as well. */
const absolutePath = z.string().min(1).max(4_096).refine(isAbsolute, 'must be an absolute path');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const one = z.strictObject({ id: jobId });

/** What the methods need of a daemon. */
export interface JobControl {
  readonly node: Node;
  readonly runner: JobRunner;
  /** Seconds between two blocks on average, for estimates; null: blocks come when they are asked for. */
  readonly secondsPerBlock: number | null;
  /** Told that something can begin before the next block. */
  readonly onChange: () => void;
}

/**
 * The control methods of a Client's jobs (docs/node.md). A job and its results are too large for the socket: they travel as files that the daemon reads
 * and writes as its own user, announced by length and SHA-256.
 */
export function jobMethods(control: JobControl): readonly ControlMethod[] {
  const { runner } = control;
  // Names this run of the daemon: the numbers of events begin anew with it.
  const run = toHex(control.node.ports.entropy(8));
  const submission = z.strictObject({
    id: jobId,
    file: absolutePath,
    bytes: z.int().min(1).max(MAX_JOB_BYTES),
    sha256,
    parameters_txid: sha256,
  });
  const following = z.strictObject({ id: jobId, run: z.string().max(16), after: z.int().min(0) });
  return [
    controlMethod('job.submit', submission, async ({ id, file, bytes, sha256: digest, parameters_txid }) => {
      const specification = decodeJob(await readParcel(file, { bytes, sha256: digest }, MAX_JOB_BYTES));
      await runner.submit({ id, specification, parametersTxid: txidFromDisplay(parameters_txid) });
      control.onChange();
      return { id, batches: specification.batches.length };
    }),
    controlMethod('job.list', z.strictObject({}), async () => ({ jobs: runner.jobs.map(summary) })),
    controlMethod('job.status', one, async ({ id }) => statusOf(runner.job(id), control)),
    controlMethod('job.follow', following, async ({ id, run: known, after }, { signal }) => {
      const { events } = runner.job(id);
      const from = known === run ? after : 0;
      const patience = AbortSignal.any([signal, AbortSignal.timeout(FOLLOW_MILLISECONDS)]);
      if (events.since(from).length === 0 && runner.job(id).running !== undefined)
        await events.change(patience);
      const news = events.since(from);
      return {
        run,
        after: news.at(-1)?.sequence ?? from,
        events: news.map(({ progress }) => progressJson(progress)),
        job: await statusOf(runner.job(id), control),
      };
    }),
    controlMethod('job.result', z.strictObject({ id: jobId, file: absolutePath }), async ({ id, file }) => ({
      ...(await writeParcel(file, encodeResults(await runner.report(id)))),
    })),
    controlMethod('job.cancel', one, async ({ id }) => {
      await runner.cancel(id);
      const goingOn =
        runner.job(id).running?.standings.filter(({ is }) => is === 'setup' || is === 'locked') ?? [];
      control.onChange();
      return { cancelled: true, going_on: goingOn.map(({ place, is }) => ({ batch: place, state: is })) };
    }),
  ];
}

/** `running` until it has ended; `failed` also where this run of the node cannot go on with it. */
const stateOf = ({ stored, trouble }: JobEntry): string => {
  if (trouble !== null) return 'failed';
  return stored.end?.how ?? (stored.cancelled ? 'cancelling' : 'running');
};

function summary(entry: JobEntry): { readonly [name: string]: Json } {
  const { id, terms, height, batches, end } = entry.stored;
  return {
    id,
    name: terms.name,
    state: stateOf(entry),
    submitted_height: height,
    ended_height: end?.height ?? null,
    batches: batches.length,
  };
}

async function statusOf(entry: JobEntry, control: JobControl): Promise<Json> {
  const { stored, running } = entry;
  const { node, secondsPerBlock } = control;
  const ended = new Map(stored.end?.batches.map(({ report }) => [report.batch, report]));
  const failure = stored.end?.failure ?? entry.trouble;
  return {
    ...summary(entry),
    height: node.watcher.height,
    seconds_per_block: secondsPerBlock,
    failure: failure === null ? null : { ...failure },
    parts: stored.batches.map(({ number }, i) => {
      const report = ended.get(i + 1);
      if (report !== undefined) {
        const { settlement, scheme, contractHash: hash, tx0, tx4 } = report;
        const txids = { tx0: tx0.txid, settlement_txid: tx4.txid };
        return { batch: i + 1, state: 'settled', settlement, scheme, contract: hash, ...txids };
      }
      return runningPart(running, node, number, i + 1);
    }),
  };
}

function runningPart(running: JobEntry['running'], node: Node, number: number, place: number): Json {
  const standing = running?.standings.find(({ batch }) => batch === number)?.is ?? 'failed';
  const wait = running?.observer.waitOf(number);
  const record = node.channels.findLast(({ batch }) => batch === number);
  const contract = record && contractOf(record.state);
  return {
    batch: place,
    state: standing,
    stage: wait?.stage ?? null,
    message: wait?.message ?? null,
    until: wait?.until ?? null,
    worker: record?.peers.worker ?? null,
    verifier: record?.peers.verifier ?? null,
    contract: contract === undefined ? null : toHex(contractHash(contract)),
  };
}

function progressJson({ batch, stage, message, done, total, until, height }: JobProgress): Json {
  return { batch, stage, message, done, total, until, height };
}
