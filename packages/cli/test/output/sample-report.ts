import { DEFAULT_PARAMETERS } from '@prometheus-compute/protocol';
import type { BatchReport, JobPlan, JobReport } from '../../src/engine.ts';

const detection = [
  { badChunks: 1, probability: 0.5 },
  { badChunks: 2, probability: 0.763157 },
];

function batch(number: number): BatchReport {
  const digit = String(number);
  return {
    batch: number,
    scheme: '#3',
    settlement: 'Tx4',
    contractHash: digit.repeat(64),
    tx0: { txid: `a${digit}`.repeat(32), height: 120, vsize: 917, fee: 1834n },
    tx4: { txid: `b${digit}`.repeat(32), height: 124, vsize: 283, fee: 3000n },
    released:
      number === 2 ? [{ party: 'arbiter:1', txid: 'c2'.repeat(32), height: 130, vsize: 187, fee: 374n }] : [],
    changes: {
      client: -109_834n,
      worker: 90_000n,
      verifier: 10_000n,
      arbiters: 5000n,
      fund: 0n,
      miners: 4834n,
    },
    chunks: 3,
    sampled: 2,
    detection,
    failedChunks: number === 2 ? [1] : [],
  };
}

/** Two batches of three chunks of two records; chunk 1 of batch 2 failed. */
export const SAMPLE_REPORT: JobReport = {
  name: 'sample',
  network: 'devchain',
  height: 130,
  batches: [batch(1), batch(2)],
  results: [
    [Uint8Array.of(0, 1), Uint8Array.of(2, 3), Uint8Array.of(4, 5)],
    [Uint8Array.of(6, 7), Uint8Array.of(0xff, 0xff, 0xff), Uint8Array.of(8, 9)],
  ],
  outcomes: [
    [{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }],
    [{ kind: 'done' }, { kind: 'failed', reason: 'trap' }, { kind: 'done' }],
  ],
  ceremonies: [
    { batch: 1, attempt: 1, complete: true, file: Uint8Array.of(1) },
    { batch: 2, attempt: 1, complete: false, file: Uint8Array.of(2) },
    { batch: 2, attempt: 2, complete: true, file: Uint8Array.of(3) },
  ],
  balances: [{ party: 'client', before: 1_000_000n, after: 780_332n }],
};

/** Labels of which the report above has 9 of 12 right. */
export const SAMPLE_LABELS = {
  classes: Uint8Array.of(0, 1, 2, 3, 4, 4, 6, 7, 0xff, 0xff, 8, 9),
  names: ['zero', 'one'],
  recordsPerChunk: 2,
};

/** A plan of the same job. */
export const SAMPLE_PLAN: JobPlan = {
  parameters: DEFAULT_PARAMETERS,
  quorum: 4,
  batches: [
    { chunks: 3, sampled: 2, detection, projection: null },
    { chunks: 3, sampled: 2, detection, projection: null },
  ],
  cost: {
    perBatch: {
      reward: 100_000n,
      settlementFee: 3000n,
      retainers: 5000n,
      bond: 20_000n,
      tx0FeeEstimate: 1834n,
    },
    total: 219_668n,
  },
  exits: [
    {
      scheme: '#3',
      transaction: 'Tx4',
      after: 'verdict and release',
      blocks: null,
      changes: { client: -108_000n, worker: 90_000n, verifier: 10_000n, arbiters: 5000n, fund: 0n },
    },
    {
      scheme: '#4',
      transaction: 'Tx5',
      after: 'TxV0 + 144 blocks',
      blocks: 312,
      changes: { client: -8000n, worker: -290_000n, verifier: 10_000n, arbiters: 5000n, fund: 280_000n },
    },
  ],
  disclosure: ['The Verifier sees all inputs.'],
  locked: [{ party: 'client', amount: 128_000n, blocks: 1152, note: 'payment and bond' }],
  feeReserve: { amount: 10_000n, reason: 'a challenge' },
};
