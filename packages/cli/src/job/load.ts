import { basename, dirname, resolve } from 'node:path';
import { DEFAULT_PARAMETERS, type Parameters, satoshi } from '@prometheus-compute/protocol';
import type { JobSpecification } from '../engine.ts';
import { CliError } from '../errors/cli-error.ts';
import { parseJob } from './parse.ts';
import { readUserFile } from './read-file.ts';
import type { JobFile } from './schema.ts';
import { splitInput } from './split.ts';

const MIB = 1_048_576;
/** Most bytes of each file: generous for real jobs, small enough that a wrong name does not fill the memory. */
const MAXIMUM_BYTES = Object.freeze({ job: MIB, program: 64 * MIB, input: 1024 * MIB, labels: 64 * MIB });

/** The right class of every record, in the order of the input. */
export interface Labels {
  readonly classes: Uint8Array;
  /** Names of the classes 0, 1, …; may be shorter than there are classes. */
  readonly names: readonly string[];
  readonly recordsPerChunk: number;
}

/** A job file with everything that it names. */
export interface LoadedJob {
  readonly specification: JobSpecification;
  readonly labels: Labels | undefined;
}

/**
 * Reads a job file, its program, its input and its labels. Reads only; the rules of P and C are the engine's.
 * @throws CliError for whatever the user must correct
 */
export function loadJob(path: string): LoadedJob {
  const text = new TextDecoder().decode(
    readUserFile({ what: 'The job file', path, maximumBytes: MAXIMUM_BYTES.job }),
  );
  const { job, position } = parseJob(text, basename(path));
  const folder = dirname(path);
  const { file, model } = job.program;
  const program = readUserFile({
    what: model === undefined ? 'The program' : 'The model',
    path: resolve(folder, model ?? file!),
    maximumBytes: MAXIMUM_BYTES.program,
    position: position('program', model === undefined ? 'file' : 'model'),
  });
  const input = readUserFile({
    what: 'The input',
    path: resolve(folder, job.input.file),
    maximumBytes: MAXIMUM_BYTES.input,
    gzip: job.input.gzip,
    position: position('input', 'file'),
  });
  const batches = splitInput(input, job.input, position('input')).map((inputs) => ({ inputs }));
  const { development, money, times } = job;
  return {
    specification: {
      name: job.name,
      program,
      arguments: job.program.arguments,
      batches,
      ...verificationOf(job, position('verification')),
      parameters: parametersOf(job.parameters),
      ...(development.arbiterOffers === undefined ? {} : { arbiterCount: development.arbiterOffers }),
      ...(development.clientFunds === undefined ? {} : { clientFunds: BigInt(development.clientFunds) }),
      reward: BigInt(money.reward),
      settlementFee: BigInt(money.settlementFee),
      retainer: BigInt(money.retainer),
      bond: BigInt(money.bond),
      deliveryBlocks: times.delivery,
      confirmationBlocks: times.confirmation,
      stageBlocks: times.stage,
      arbitrationBlocks: times.arbitration,
      relayBlocks: times.relay,
      limits: job.program.limits ?? null,
    },
    labels: loadLabels(job, folder, position('labels', 'file')),
  };
}

/**
 * What the program runs on and how it is checked. A model is checked by projections, all of it, unless the file says otherwise;
 * running a program again costs as much as the first time, so its job has to say how often.
 */
function verificationOf(
  { program, verification, input }: JobFile,
  position: string,
): Pick<JobSpecification, 'profile' | 'scheme' | 'sampled'> {
  if (program.model !== undefined) {
    const { scheme = 'freivalds', sampled = input.chunksPerBatch } = verification;
    return { profile: 'model-1', scheme, sampled };
  }
  if (verification.sampled === undefined) {
    throw new CliError('field-wrong', `${position}\`verification.sampled\` is missing.`, {
      remedy:
        'Say how many chunks of a batch the Verifier runs again: more of them find a cheat more surely.',
    });
  }
  return { profile: 'wasi-0', scheme: verification.scheme ?? 'replay', sampled: verification.sampled };
}

function loadLabels(job: JobFile, folder: string, position: string): Labels | undefined {
  if (job.labels === undefined) return undefined;
  const { file, gzip, headerBytes, names } = job.labels;
  const bytes = readUserFile({
    what: 'The labels',
    path: resolve(folder, file),
    maximumBytes: MAXIMUM_BYTES.labels,
    gzip,
    position,
  });
  const classes = bytes.subarray(headerBytes);
  const { batches, chunksPerBatch, recordsPerChunk } = job.input;
  const records = batches * chunksPerBatch * recordsPerChunk;
  if (classes.length < records) {
    throw new CliError(
      'labels-wrong',
      `${position}${file} has ${classes.length} labels for ${records} records.`,
      {
        remedy: 'Correct `headerBytes` or `gzip` under `labels`, or leave the labels out.',
      },
    );
  }
  return { classes: classes.subarray(0, records), names, recordsPerChunk };
}

/** P with the job file's fields in place of the defaults; fractions become basis points. */
function parametersOf(given: JobFile['parameters']): Parameters {
  const amount = (value: number | undefined, fallback: Parameters['w']) =>
    value === undefined ? fallback : satoshi(BigInt(value));
  const basisPoints = (value: number | undefined, fallback: number) =>
    value === undefined ? fallback : Math.round(value * 10_000);
  const d = DEFAULT_PARAMETERS;
  return {
    w: amount(given.w, d.w),
    v: amount(given.v, d.v),
    a: amount(given.a, d.a),
    n: given.n ?? d.n,
    F: d.F,
    alpha: basisPoints(given.alpha, d.alpha),
    beta: basisPoints(given.beta, d.beta),
    gamma: basisPoints(given.gamma, d.gamma),
    delta: basisPoints(given.delta, d.delta),
    epsilon: basisPoints(given.epsilon, d.epsilon),
    mu: basisPoints(given.mu, d.mu),
    sigma: basisPoints(given.sigma, d.sigma),
    t1: given.t1 ?? d.t1,
    t2: given.t2 ?? d.t2,
    t3: given.t3 ?? d.t3,
    t4: given.t4 ?? d.t4,
  };
}
