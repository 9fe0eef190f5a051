import type { JobReport } from '../engine.ts';
import { type Accuracy, totalAccuracy } from '../result/accuracy.ts';
import type { ResultChunk } from '../result/result-file.ts';
import { grouped, percent, signed } from './satoshis.ts';
import { fittedTable } from './table.ts';
import { WIDEST_PROSE, wrapped } from './wrap.ts';

/** What the report says besides the engine's own report. */
export interface ReportExtras {
  readonly accuracy: readonly Accuracy[] | undefined;
  readonly chunks: readonly ResultChunk[];
  /** Path of the result file, and of the report beside it. */
  readonly resultPath: string;
  readonly reportPath: string;
  /** Records of this run: wallets, contracts and messages of every party; null: they are gone. */
  readonly dataFolder: string | null;
  /** Files of the draws, for `prometh ceremony verify`. */
  readonly ceremonyPaths: readonly string[];
  /** Columns of the terminal. */
  readonly columns: number;
}

/** The tables that `prometh run` prints when a job is done. */
export function reportText(report: JobReport, extras: ReportExtras): string {
  return [batches(report, extras), transactions(report, extras), endings(extras)].join('\n\n');
}

function batches(report: JobReport, { accuracy, columns }: ReportExtras): string {
  const rows = report.batches.map((batch, index) => {
    const measured = accuracy?.[index];
    return [
      String(batch.batch),
      batch.scheme,
      `${batch.sampled} of ${batch.chunks}`,
      batch.detection
        .map(({ badChunks, probability }) => `${badChunks}: ${percent(probability)}`)
        .slice(0, 3)
        .join(', '),
      ...(accuracy === undefined ? [] : [measured === undefined ? '' : share(measured)]),
      signed(batch.changes.client),
      signed(batch.changes.worker),
      signed(batch.changes.verifier),
      signed(batch.changes.arbiters),
      signed(batch.changes.fund),
      signed(batch.changes.miners),
    ];
  });
  const money = ['client', 'worker', 'verifier', 'arbiters', 'fund', 'miners'];
  const body = fittedTable(
    [
      { title: 'batch', align: 'right' },
      { title: 'scheme', align: 'left' },
      { title: 'checked', align: 'right' },
      { title: 'wrong chunks: caught', align: 'left' },
      ...(accuracy === undefined ? [] : [{ title: 'accuracy', align: 'right' } as const]),
      ...money.map((title) => ({ title, align: 'right' }) as const),
    ],
    rows,
    1,
    columns,
  );
  const legend =
    'client … miners: satoshis gained (+) or paid (−) in that batch. checked: chunks. wrong chunks: caught: the probability of catching a cheat with so many wrong chunks.';
  return `${body}\n${wrapped(legend, Math.min(columns, WIDEST_PROSE))}`;
}

function transactions(report: JobReport, { columns }: ReportExtras): string {
  const rows = report.batches.flatMap(({ batch, settlement, tx0, tx4, released }) =>
    [
      { name: 'Tx0', ...tx0 },
      { name: settlement, ...tx4 },
      ...released.map((one) => ({ name: 'release', ...one })),
    ].map(({ name, txid, height, vsize, fee }) => [
      String(batch),
      name,
      txid,
      grouped(height),
      grouped(vsize),
      grouped(fee),
    ]),
  );
  return fittedTable(
    [
      { title: 'batch', align: 'right' },
      { title: 'tx', align: 'left' },
      { title: 'txid', align: 'left' },
      { title: 'block', align: 'right' },
      { title: 'vB', align: 'right' },
      { title: 'fee', align: 'right' },
    ],
    rows,
    2,
    columns,
  );
}

function endings({
  accuracy,
  chunks,
  resultPath,
  reportPath,
  ceremonyPaths,
  dataFolder,
}: ReportExtras): string {
  const failed = chunks.filter((chunk) => chunk.failure !== undefined);
  const lines = failed.map(
    ({ batch, chunk, failure }) => `Batch ${batch}, chunk ${chunk} failed: ${failure}. That is its result.`,
  );
  if (accuracy !== undefined) {
    const total = totalAccuracy(accuracy);
    lines.push(
      `Accuracy against the labels: ${share(total)} (${grouped(total.right)} of ${grouped(total.records)}).`,
    );
  }
  lines.push(`Result: ${resultPath}`, `Report: ${reportPath}`);
  const [first, ...others] = ceremonyPaths;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    lines.push(`Draw of the arbiters: ${first}${more}`);
  }
  if (dataFolder !== null) lines.push(`Records of this run: ${dataFolder}`);
  return lines.join('\n');
}

/** Records that are right, in per cent. */
function share({ right, records }: Accuracy): string {
  return `${((100 * right) / records).toFixed(2)} %`;
}
