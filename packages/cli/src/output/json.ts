import { join } from 'node:path';
import type { CeremonyFile, JobPlan, JobReport, SettledTransaction } from '../engine.ts';
import type { Failure } from '../errors/describe.ts';
import { type Accuracy, totalAccuracy } from '../result/accuracy.ts';
import type { ResultFile } from '../result/result-file.ts';
import { jsonSatoshis } from './satoshis.ts';

/** Values that JSON has. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** One document and a line feed. */
export function jsonText(document: Json): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The same of what a node has answered, which came as JSON. A bigint in it throws. */
export function answeredText(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** What {@link reportJson} adds to the engine's report. */
export interface ReportFacts {
  readonly accuracy: readonly Accuracy[] | undefined;
  readonly result: ResultFile;
  readonly resultPath: string;
  readonly dataFolder: string | null;
  /** Files of the draws, and the folder that they are in. */
  readonly ceremonies: readonly (CeremonyFile & { readonly name: string })[];
  readonly output: string;
}

/** The report of a job (docs/job-report.md): field names are stable. */
export function reportJson(report: JobReport, facts: ReportFacts): Json {
  const { accuracy, result } = facts;
  return {
    format: 'prometheus/job-report/1',
    name: report.name,
    network: report.network,
    height: report.height,
    batches: report.batches.map((batch, index) => ({
      batch: batch.batch,
      scheme: batch.scheme,
      settlement: batch.settlement,
      contractHash: batch.contractHash,
      tx0: transaction(batch.tx0),
      tx4: transaction(batch.tx4),
      released: batch.released.map((one) => ({ party: one.party, ...transaction(one) })),
      changes: amounts(batch.changes),
      chunks: batch.chunks,
      sampled: batch.sampled,
      detection: batch.detection.map(({ badChunks, probability }) => ({ badChunks, probability })),
      accuracy: accuracyJson(accuracy?.[index]),
    })),
    balances: report.balances.map(({ party, before, after }) => ({
      party,
      before: jsonSatoshis(before),
      after: jsonSatoshis(after),
    })),
    accuracy: accuracyJson(accuracy === undefined ? undefined : totalAccuracy(accuracy)),
    result: {
      file: facts.resultPath,
      bytes: result.contents.length,
      sha256: result.sha256,
      chunks: result.chunks.map(({ batch, chunk, offset, bytes, failure }) => ({
        batch,
        chunk,
        offset,
        bytes,
        failure: failure ?? null,
      })),
    },
    ceremonies: facts.ceremonies.map(({ batch, attempt, complete, name }) => ({
      batch,
      attempt,
      complete,
      file: join(facts.output, name),
    })),
    dataFolder: facts.dataFolder,
  };
}

/** The plan of a job, as `--dry-run --json` prints it (docs/job-report.md). */
export function planJson(plan: JobPlan, name: string): Json {
  const { reward, settlementFee, retainers, bond, tx0FeeEstimate } = plan.cost.perBatch;
  return {
    format: 'prometheus/job-plan/1',
    name,
    arbiters: plan.parameters.n,
    quorum: plan.quorum,
    batches: plan.batches.map(({ chunks, sampled, detection, projection }) => ({
      chunks,
      sampled,
      detection: detection.map(({ badChunks, probability }) => ({ badChunks, probability })),
      projection: projection && {
        rows: projection.rows,
        withheld: projection.withheld,
        enforced: projection.enforced.map(({ badRows, probability }) => ({ badRows, probability })),
      },
    })),
    cost: {
      perBatch: amounts({ reward, settlementFee, retainers, bond, tx0FeeEstimate }),
      total: jsonSatoshis(plan.cost.total),
    },
    exits: plan.exits.map(({ scheme, transaction, after, blocks, changes }) => ({
      scheme,
      transaction,
      after,
      blocks,
      changes: amounts(changes),
    })),
    locked: plan.locked.map(({ party, amount, blocks, note }) => ({
      party,
      amount: jsonSatoshis(amount),
      blocks,
      note,
    })),
    feeReserve: { amount: jsonSatoshis(plan.feeReserve.amount), reason: plan.feeReserve.reason },
    disclosure: plan.disclosure,
  };
}

/** A failure, as `--json` prints it instead of a report (docs/job-report.md). */
export function failureJson(failure: Failure): Json {
  return {
    format: 'prometheus/error/1',
    code: failure.code,
    message: failure.message,
    rule: failure.rule ?? null,
    remedy: failure.remedy ?? null,
    exitCode: failure.exitCode,
  };
}

function transaction({ txid, height, vsize, fee }: SettledTransaction) {
  return { txid, height, vsize, fee: jsonSatoshis(fee) };
}

function amounts(values: Readonly<Record<string, bigint>>): Json {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, jsonSatoshis(value)]));
}

function accuracyJson(accuracy: Accuracy | undefined): Json {
  if (accuracy === undefined) return null;
  const { right, records } = accuracy;
  return { right, records, share: right / records };
}
