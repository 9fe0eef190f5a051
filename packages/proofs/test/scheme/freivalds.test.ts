import { hash32, publicKey, toHex } from '@prometheus-compute/protocol';
import { type Failure, type Model, type ModelOutcome, plainEngine } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { openingChallenge } from '../../src/batch/opened-chunk.ts';
import { canBeChecked, type FreivaldsCheck, verifiedOutcome } from '../../src/scheme/freivalds.ts';
import { Projector } from '../../src/scheme/projection.ts';
import { lockDigest, traceCommitment } from '../../src/scheme/trace.ts';
import { withheldRows } from '../../src/scheme/withheld.ts';
import { named, secretOf } from '../build/batch.ts';
import { judge, type ModelBatch, modelBatch, runModel, verify } from '../build/model-batch.ts';
import { numbers } from '../build/numbers.ts';
import { ORACLE_KERNELS } from '../build/oracle-kernels.ts';

const ROWS = [3, 1, 4];
const FEATURES = 40;

/** 40 features, a checked layer of 40, ReLU, a layer of 3 that costs less to compute than to check. */
const network = (seed: number): Model => ({
  input: { shape: { height: 1, width: 1, channels: FEATURES }, zeroPoint: -128, low: -128, high: 127 },
  nodes: [
    {
      op: 'gemm',
      input: 0,
      weights: Int8Array.from(numbers(FEATURES * 40, seed, -127, 127)),
      bias: Int32Array.from(numbers(40, seed + 1, -9_000, 9_000)),
    },
    {
      op: 'requant',
      input: 1,
      multipliers: new Int32Array(40).fill(900_000_000),
      negative: null,
      shift: 40,
      zeroPoint: -128,
      low: -128,
      high: 127,
    },
    {
      op: 'gemm',
      input: 2,
      weights: Int8Array.from(numbers(120, seed + 2, -127, 127)),
      bias: Int32Array.from([1, 2, 3]),
    },
    { op: 'argmax', input: 3 },
  ],
  output: 4,
});

const MODEL = network(1);
const INPUTS = ROWS.map((rows, chunk) => Uint8Array.from(numbers(rows * FEATURES, chunk + 7, 0, 255)));
const honest = modelBatch(MODEL, INPUTS);
const { rowTraceBytes } = honest.model;

const withRecords = (outcome: ModelOutcome, records: Uint8Array): ModelOutcome => ({
  ...outcome,
  trace: { ...outcome.trace, records },
});
/** An outcome with `add` on one accumulator of its records. */
function withAccumulator(outcome: ModelOutcome, place: number, add: number): ModelOutcome {
  const { accBytes } = honest.model.linear[0]!;
  const records = outcome.trace.records.slice();
  let carry = add;
  for (let byte = 0; byte < accBytes; byte++) {
    const sum = records[place * accBytes + byte]! + carry;
    records[place * accBytes + byte] = sum & 0xff;
    carry = sum >> 8;
  }
  return withRecords(outcome, records);
}

/** V names this chunk, and an arbiter who runs it again confirms. */
async function expectFound(
  batch: ModelBatch,
  chunk: number,
  serves?: (chunk: number) => boolean,
  records?: FreivaldsCheck['records'],
) {
  const { verdict } = await verify(batch, serves, records);
  expect(verdict).toEqual({ r: 0, claim: { chunk, kind: 'output' } });
  expect(await judge(batch, verdict)).toBe(1);
}

describe('F §Schemes: an honest opening under freivalds', () => {
  it('gives u_p without running a chunk again', async () => {
    const { verdict, reruns } = await verify(honest);
    expect(verdict.r).toBe(1);
    expect(verdict.r === 1 && publicKey(verdict.lockSecret)).toEqual(honest.terms.verificationLock);
    expect(reruns).toBe(0);
  });

  it('shows the records of all rows, with zeros for the withheld ones', () => {
    const challenge = openingChallenge(honest.opening);
    for (const { index, scheme } of honest.opening.chunks) {
      const shown = honest.served.get(toHex(scheme))!;
      const { trace } = runModel(honest.model, INPUTS[index]!);
      const withheld = withheldRows(challenge, index, ROWS[index]!);
      expect(shown).toHaveLength(trace.records.length);
      for (let row = 0; row < ROWS[index]!; row++) {
        const place = [row * rowTraceBytes, (row + 1) * rowTraceBytes] as const;
        const expected = withheld.includes(row)
          ? new Uint8Array(rowTraceBytes)
          : trace.records.subarray(...place);
        expect(shown.subarray(...place)).toEqual(expected);
      }
    }
  });

  it('also of two chunks of one row: their opened records are one content, all of it zeros', async () => {
    const single = [0, 1].map((chunk) => INPUTS[chunk]!.slice(0, FEATURES));
    const batch = modelBatch(MODEL, single);
    expect(batch.served.size).toBe(1);
    const { verdict, reruns } = await verify(batch);
    expect(verdict.r).toBe(1);
    expect(reruns).toBe(0);
    for (const bytes of batch.served.values()) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('D39: records that nobody serves are no fault: V runs the chunk again', async () => {
    const { verdict, reruns } = await verify(honest, (chunk) => chunk !== 0);
    expect(verdict.r).toBe(1);
    expect(reruns).toBe(1);
  });

  it('with a chunk that is no row of the model: its failure is its result', async () => {
    const batch = modelBatch(MODEL, [INPUTS[0]!, new Uint8Array(7)]);
    const { verdict, reruns } = await verify(batch);
    expect(verdict.r).toBe(1);
    expect(reruns).toBe(1);
  });
});

describe('what a Worker makes wrong before it commits', () => {
  it.each([1, -1, 1 << 15, -(1 << 15)])('an accumulator that is off by %i, in any row', async (add) => {
    for (const row of [0, 1, 2, 3]) {
      const place = row * 40 + ((row * 13) % 40);
      const batch = modelBatch(MODEL, INPUTS, {
        outcome: (outcome, chunk) => (chunk === 2 ? withAccumulator(outcome, place, add) : outcome),
      });
      await expectFound(batch, 2);
      // Whoever has the records needs no run to see it.
      expect(await verify(batch)).toMatchObject({ reruns: 0 });
    }
  });

  it('an accumulator larger than any input gives, whatever it is modulo p', async () => {
    const { accBytes, bound } = honest.model.linear[0]!;
    const most = 2 ** (8 * accBytes - 1) - 1;
    expect(bound).toBeLessThan(most);
    const batch = modelBatch(MODEL, INPUTS, {
      outcome: (outcome, chunk) => {
        const records = outcome.trace.records.slice();
        if (chunk === 0)
          for (let byte = 0; byte < accBytes; byte++) records[byte] = (most >> (8 * byte)) & 0xff;
        return withRecords(outcome, records);
      },
    });
    await expectFound(batch, 0);
  });

  it('one flipped bit of an output', async () => {
    const batch = modelBatch(MODEL, INPUTS, {
      outcome: (outcome, chunk) =>
        chunk === 1 ? { ...outcome, output: outcome.output.map((byte) => byte ^ 1) } : outcome,
    });
    await expectFound(batch, 1);
  });

  it('another input’s results', async () => {
    const other = runModel(honest.model, Uint8Array.from(numbers(4 * FEATURES, 99, 0, 255)));
    const batch = modelBatch(MODEL, INPUTS, {
      outcome: (outcome, chunk) => (chunk === 2 ? other : outcome),
    });
    await expectFound(batch, 2);
  });

  it('weights of another model', async () => {
    const another = modelBatch(network(2), INPUTS);
    const batch = modelBatch(MODEL, INPUTS, {
      outcome: (_, chunk) => runModel(another.model, INPUTS[chunk]!),
    });
    const { verdict } = await verify(batch);
    expect(verdict).toMatchObject({ r: 0, claim: { kind: 'output' } });
    expect(await judge(batch, verdict)).toBe(1);
  });
});

const isZeroRow = (records: Uint8Array, place: number): boolean => {
  const start = place - (place % rowTraceBytes);
  return records.subarray(start, start + rowTraceBytes).every((byte) => byte === 0);
};

describe('what a Worker makes wrong when it opens', () => {
  const flip = (records: Uint8Array) => records.map((byte, place) => (place === 0 ? byte ^ 1 : byte));

  it('other records than those that it has committed to', async () => {
    await expectFound(
      modelBatch(MODEL, INPUTS, { shown: (records, chunk) => (chunk === 2 ? flip(records) : records) }),
      2,
    );
  });

  it('D39: it names other records and serves none: who runs the chunk again sees it too', async () => {
    const batch = modelBatch(MODEL, INPUTS, {
      shown: (records, chunk) => (chunk === 2 ? flip(records) : records),
    });
    await expectFound(batch, 2, () => false);
  });

  it('D39: records with bytes behind the last row are not those that a run gives: V runs the chunk again', async () => {
    const batch = modelBatch(MODEL, INPUTS, {
      shown: (records, chunk) => (chunk === 0 ? Uint8Array.from([...records, 0]) : records),
    });
    const served = async (_: number, hash: Uint8Array) => batch.served.get(toHex(hash));
    await expectFound(batch, 0, () => true, served);
  });

  it('anything in the place of the withheld rows, be it what a run gives', async () => {
    for (const fill of [1, 'own'] as const) {
      const batch = modelBatch(MODEL, INPUTS, {
        shown: (records, chunk) => {
          if (chunk !== 2) return records;
          return fill === 'own'
            ? runModel(honest.model, INPUTS[chunk]!).trace.records
            : records.map((byte, place) => (isZeroRow(records, place) ? fill : byte));
        },
      });
      await expectFound(batch, 2);
    }
  });

  it('D4: a share that the withheld rows do not unmask: V sees it without a run, and an arbiter confirms', async () => {
    const { opening } = honest;
    const chunks = opening.chunks.map((chunk) =>
      chunk.index === 2 ? { ...chunk, maskedShare: chunk.maskedShare.map((byte) => byte ^ 1) } : chunk,
    );
    const batch = { ...honest, opening: { ...opening, chunks } };
    const { verdict, reruns } = await verify(batch);
    expect(verdict).toEqual({ r: 0, claim: { chunk: 2, kind: 'lock' } });
    expect(reruns).toBe(0);
    expect(await judge(batch, verdict)).toBe(1);
  });

  it('records of too few rows', async () => {
    const batch = modelBatch(MODEL, INPUTS, {
      shown: (records, chunk) => (chunk === 0 ? records.subarray(rowTraceBytes) : records),
    });
    await expectFound(batch, 0);
  });
});

describe('what is too much to check where the node runs', () => {
  it('work of a row that no record spares, times the rows: the chunk is run in the sandbox', () => {
    const { model } = honest;
    const { rowBytes, steps } = model;
    const recomputed = 40 * 3;
    const most = Math.floor(2 ** 33 / (steps / 100 + recomputed + rowBytes)) - 100;
    expect(canBeChecked(model, most)).toBe(true);
    expect(canBeChecked(model, most + 200)).toBe(false);
  });

  it('layers whose sums would not fit beside a row', () => {
    const [gemm] = MODEL.nodes;
    const tensors = honest.model.tensors.map((tensor, source) =>
      source === 0 ? { ...tensor, length: 2 ** 25 - 40 } : tensor,
    );
    const model = { ...honest.model, model: { ...MODEL, nodes: [gemm!] }, tensors };
    expect(canBeChecked(model, 1)).toBe(true);
    const larger = tensors.map((tensor, source) =>
      source === 0 ? { ...tensor, length: 2 ** 25 - 39 } : tensor,
    );
    expect(canBeChecked({ ...model, tensors: larger }, 1)).toBe(false);
  });

  it('no records are asked for then', async () => {
    let asked = 0;
    const model = { ...honest.model, rowBytes: 2 ** 32 };
    const check = {
      model,
      engine: plainEngine(honest.model),
      kernels: ORACLE_KERNELS,
      records: async () => {
        asked += 1;
        return undefined;
      },
    };
    const challenge = named('challenge');
    const projector = new Projector({ ...check, challenge });
    const [chunk] = honest.opening.chunks;
    const input = INPUTS[0]!;
    const opened = { challenge, chunk: chunk!, input, outputBytes: 4096 };
    expect(await verifiedOutcome(check, projector, opened)).toBeUndefined();
    expect(asked).toBe(0);
    const small = { ...check, model: honest.model };
    expect(await verifiedOutcome(small, projector, opened)).toBeUndefined();
    expect(asked).toBe(1);
  });
});

it('τ_i and D_i say how a chunk ended, not only which rows it had', () => {
  const of = (kind: Failure['kind']): ModelOutcome => ({
    ...{ kind: 'failed', failure: { kind, exitCode: 0 }, output: new Uint8Array(0) },
    trace: { kind: 'model', rows: 0, records: new Uint8Array(0) },
  });
  const challenge = named('challenge');
  expect(traceCommitment(of('input'))).not.toEqual(traceCommitment(of('output-limit')));
  expect(lockDigest(of('input'), challenge, 0)).not.toEqual(lockDigest(of('output-limit'), challenge, 0));
});

describe('D4: rows that are withheld', () => {
  const challenges = Array.from({ length: 50 }, (_, i) => named(`challenge ${i}`));

  it.each([
    [1, 1],
    [99, 1],
    [100, 1],
    [101, 2],
    [1_000, 10],
  ])('of %i rows %i, distinct and in order', (rows, count) => {
    for (const challenge of challenges) {
      const drawn = withheldRows(challenge, 3, rows);
      expect(drawn).toHaveLength(count);
      expect([...new Set(drawn)].sort((a, b) => a - b)).toEqual(drawn);
      for (const row of drawn) expect(row).toBeLessThan(rows);
    }
  });

  it('depend on challenge and chunk, and can be any row', () => {
    const seen = new Set(challenges.flatMap((challenge) => withheldRows(challenge, 0, 8)));
    expect(seen.size).toBe(8);
    const chunks = Array.from({ length: 50 }, (_, chunk) => withheldRows(challenges[0]!, chunk, 8)[0]);
    expect(new Set(chunks).size).toBeGreaterThan(1);
  });

  it('no row of a chunk that failed', () => {
    expect(withheldRows(hash32(secretOf('any')), 0, 0)).toEqual([]);
  });
});
