import { hasEnded, type RemoteJob, untilText } from '../job/remote.ts';
import { table } from './table.ts';

/** A job of `prometh job list`. */
export interface ListedJob {
  readonly id: string;
  readonly state: string;
  readonly batches: number;
  readonly submitted_height: number;
  readonly ended_height: number | null;
}

/** What `prometh job list` prints. */
export function jobListText(jobs: readonly ListedJob[]): string {
  if (jobs.length === 0) return 'This node has no jobs. `prometh job submit job.yaml` gives it one.';
  const rows = jobs.map(({ id, state, batches, submitted_height, ended_height }) => [
    id,
    state,
    String(batches),
    String(submitted_height),
    ended_height === null ? '' : String(ended_height),
  ]);
  return table(
    [
      { title: 'job', align: 'left' },
      { title: 'state', align: 'left' },
      { title: 'batches', align: 'right' },
      { title: 'since block', align: 'right' },
      { title: 'until block', align: 'right' },
    ],
    rows,
  );
}

/** What `prometh job status` prints. */
export function jobStatusText(job: RemoteJob): string {
  const lines = job.parts.map((part) => `Batch ${part.batch}: ${partText(part, job)}`);
  const { failure } = job;
  const why = failure === null ? [] : [failure.message, ...(failure.remedy === null ? [] : [failure.remedy])];
  const next = hasEnded(job)
    ? `Its results: prometh job result ${job.id} --output FOLDER`
    : `Follow it: prometh job logs -f ${job.id}`;
  return [`${job.id}: ${job.state}, at block ${job.height}`, ...lines, ...why, next].join('\n');
}

function partText(part: RemoteJob['parts'][number], { height, seconds_per_block }: RemoteJob): string {
  if (part.settlement != null) {
    return `settled by ${part.settlement}\n  Tx0 ${part.tx0}\n  ${part.settlement} ${part.settlement_txid}`;
  }
  const doing =
    part.message == null ? '' : `; ${part.message}${untilText(part.until, height, seconds_per_block)}`;
  const partners = part.worker == null ? '' : `\n  Worker ${part.worker}\n  Verifier ${part.verifier}`;
  return `${STATES[part.state] ?? part.state}${doing}${partners}`;
}

const STATES: Readonly<Record<string, string>> = {
  waiting: 'not begun',
  setup: 'being contracted, nothing is paid yet',
  locked: 'contracted, the money is locked',
};
