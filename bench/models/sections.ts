import {
  type BatchTerms,
  chunkResult,
  commitBatch,
  inputHash,
  inputTree,
  Projector,
  projectionKernels,
  shownRecords,
  verifiedOutcome,
} from '@prometheus-compute/proofs';
import { hash32, type OpenedChunk, pointOf, publicKey, secretScalar } from '@prometheus-compute/protocol';
import { type ModelOutcome, rowsOutcome } from '@prometheus-compute/sandbox';
import { BenchError } from '../bench-error.ts';
import { compareOnThread } from '../measure.ts';
import type { Section } from '../report/section.ts';
import { onnxruntimeSection } from './onnxruntime.ts';
import { example, product, type Subject } from './subjects.ts';

const CHALLENGE = hash32(new Uint8Array(32).fill(7));
const KERNELS = projectionKernels();

/** Inference, checking it by projections, and what committing to it costs, each on one core. */
export async function modelSections(): Promise<readonly Section[]> {
  const subjects = [
    product(1_024),
    example('MLP 784-512-256-10', 'fashion-mlp/fashion-mlp.pmodel', 1, 1_000),
    example('CNN of the demo', 'fashion-cnn/fashion-cnn.pmodel', 1, 250),
  ];
  const checks: (readonly (string | number)[])[] = [];
  for (const subject of subjects) checks.push(await checkRow(subject));
  const batches = [[4, 250] as const, [1, 1_000] as const, [1, 4_000] as const].map(([chunks, rows]) =>
    example('CNN of the demo', 'fashion-cnn/fashion-cnn.pmodel', chunks, rows),
  );
  return [
    {
      title: 'Models: checking against running again',
      notes: [
        'Aims: a product of 1024×1024 matrices at least 20 times cheaper to check than to run on the same engine, the MLP and the CNN at least 10 times. The check infers the withheld rows (1 %), computes everything between the checked layers, and projects these.',
        'Processor time of one thread, the best of several turns.',
        'Whoever runs a chunk again, and whoever checks it, also has to hash the accumulators row by row, to compare them with the commitment: it costs both the same. The columns "with hashes" include it.',
      ],
      table: {
        columns: [
          { name: 'work' },
          { name: 'million products a row', digits: 2 },
          { name: 'run, ms', digits: 2 },
          { name: 'check, ms', digits: 2 },
          { name: 'run / check', digits: 1 },
          { name: 'run with hashes, ms', digits: 2 },
          { name: 'check with hashes, ms', digits: 2 },
          { name: 'ratio', digits: 1 },
        ],
        rows: checks,
      },
    },
    await overheadSection(batches),
    await onnxruntimeSection(subjects, (subject) => {
      const checkAll = checker(subject);
      return () => checkAll(false);
    }),
  ];
}

/** What a chunk gives, computed. */
function run({ model, engine }: Subject, chunk: Uint8Array): ModelOutcome {
  const { output, trace } = engine.run(chunk);
  return rowsOutcome(output, chunk.length / model.inputBytes, trace);
}

/** Checks all chunks by projections, as a Verifier does. */
function checker(subject: Subject): (withHashes: boolean) => Promise<void> {
  const { model, engine, chunks } = subject;
  const outcomes = chunks.map((chunk) => run(subject, chunk));
  const shown = outcomes.map((outcome, chunk) => shownRecords(outcome, CHALLENGE, chunk));
  const check = {
    model,
    engine,
    kernels: KERNELS,
    records: async (chunk: number) => shown[chunk],
  };
  return async (withHashes) => {
    const projector = new Projector({ ...check, challenge: CHALLENGE });
    for (const [index, input] of chunks.entries()) {
      const opened = { index, scheme: new Uint8Array(32) } as OpenedChunk;
      const outputBytes = Number.MAX_SAFE_INTEGER;
      const outcome = await verifiedOutcome(check, projector, {
        challenge: CHALLENGE,
        chunk: opened,
        input,
        outputBytes,
      });
      if (outcome === 'wrong' || outcome === undefined) throw new BenchError('honest records were refused');
      if (withHashes) chunkResult(outcome);
    }
  };
}

async function checkRow(subject: Subject): Promise<readonly (string | number)[]> {
  const { name, model, chunks } = subject;
  const checkAll = checker(subject);
  const times = await compareOnThread({
    run: () => chunks.map((chunk) => run(subject, chunk)),
    check: () => checkAll(false),
    runHashed: () => chunks.map((chunk) => chunkResult(run(subject, chunk))),
    checkHashed: () => checkAll(true),
  });
  return [
    name,
    model.macs / 1e6,
    times.run,
    times.check,
    times.run / times.check,
    times.runHashed,
    times.checkHashed,
    times.runHashed / times.checkHashed,
  ];
}

/** Chunks of few rows and of many: a key and a point of the curve belong to each chunk. */
async function overheadSection(batches: readonly Subject[]): Promise<Section> {
  const rows: (readonly (string | number)[])[] = [];
  for (const batch of batches) rows.push(...(await overheadRows(batch)));
  return {
    title: 'Models: what the Worker does besides running',
    notes: [
      'CNN of the demo. Aim: commitment, encryption and Merkle tree together at most 10 % of running the model.',
    ],
    table: {
      columns: [
        { name: 'chunks' },
        { name: 'rows of each' },
        { name: 'work' },
        { name: 'ms a batch', digits: 1 },
        { name: '% of running', digits: 1 },
      ],
      rows,
    },
  };
}

async function overheadRows(subject: Subject): Promise<readonly (readonly (string | number)[])[]> {
  const { chunks } = subject;
  const inputHashes = chunks.map(inputHash);
  const pointSecret = secretScalar(new Uint8Array(32).fill(9));
  const terms: BatchTerms = {
    limits: { memoryPages: subject.model.memoryPages, outputBytes: 4_096, milliseconds: 60_000 },
    scheme: 'freivalds',
    chunks: chunks.length,
    sampled: chunks.length,
    inputRoot: inputTree(inputHashes).root,
    pointLock: pointOf(pointSecret),
    verificationLock: publicKey(secretScalar(new Uint8Array(32).fill(5))),
    contractHash: hash32(new Uint8Array(32).fill(4)),
  };
  const outcomes = chunks.map((chunk) => run(subject, chunk));
  const results = outcomes.map(chunkResult);
  const times = await compareOnThread({
    run: () => chunks.map((chunk) => run(subject, chunk)),
    commit: () => outcomes.map(chunkResult),
    encrypt: () => commitBatch({ terms, pointSecret, inputHashes, results }),
  });
  const rows = chunks[0]!.length / subject.model.inputBytes;
  const row = (work: string, ms: number) => [chunks.length, rows, work, ms, (100 * ms) / times.run];
  return [
    row('run the model', times.run),
    row('commit to the accumulators, row by row', times.commit),
    row('encrypt the results, Merkle tree', times.encrypt),
    row('commitment, encryption and tree together', times.commit + times.encrypt),
  ];
}
