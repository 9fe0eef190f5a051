import {
  concatBytes,
  equalBytes,
  type OpenedChunk,
  taggedHash,
  text,
  u8,
  u32,
  variable,
} from '@prometheus-compute/protocol';
import { encodeModel, loadModel, type Model, type ModelOutcome } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { type ChunkClaim, openingChallenge } from '../../src/batch/opened-chunk.ts';
import { contentHash } from '../../src/index.ts';
import { recoverShare } from '../../src/lock/shares.ts';
import { lockDigest, traceCommitment } from '../../src/scheme/trace.ts';
import { withheldRows } from '../../src/scheme/withheld.ts';
import { named } from '../build/batch.ts';
import { type Cheat, judge, type ModelBatch, modelBatch, runModel, verify } from '../build/model-batch.ts';
import { numbers } from '../build/numbers.ts';

const FEATURES = 40;
/** One checked layer of 40 × 40, and the class. */
const MODEL: Model = {
  input: { shape: { height: 1, width: 1, channels: FEATURES }, zeroPoint: 0, low: -128, high: 127 },
  nodes: [
    {
      op: 'gemm',
      input: 0,
      weights: Int8Array.from(numbers(FEATURES * 40, 3, -127, 127)),
      bias: new Int32Array(40),
    },
    { op: 'argmax', input: 1 },
  ],
  output: 2,
};
const INPUTS = [150, 2].map((rows, chunk) => Uint8Array.from(numbers(rows * FEATURES, chunk, 0, 255)));
const CHUNK = 1;

/** V names chunk 1 without running anything again, and an arbiter who runs it confirms. */
async function expectFound(batch: ModelBatch, kind: ChunkClaim['kind']): Promise<void> {
  const found = await verify(batch);
  expect(found).toEqual({ verdict: { r: 0, claim: { chunk: CHUNK, kind } }, reruns: 0 });
  expect(await judge(batch, found.verdict)).toBe(1);
}

describe('D4: what D_i is made of under freivalds', () => {
  const outcome = runModel(loadModel(encodeModel(MODEL)), INPUTS[0]!);
  const challenge = named('challenge');
  const withheld = withheldRows(challenge, 0, 150);
  const recordOf = (row: number) => {
    const { rows, records } = outcome.trace;
    const bytes = records.length / rows;
    return records.subarray(row * bytes, (row + 1) * bytes);
  };
  /** B §Trace of model-1, over the hashes of rows under a tag. */
  const digest = (name: 'lock' | 'model-trace', rowTag: 'lock-row' | 'model-row', rows: readonly number[]) =>
    taggedHash(
      name,
      text('model-1'),
      u8(0),
      u32(150),
      variable(concatBytes(...rows.map((row) => contentHash(rowTag, recordOf(row))))),
    );
  const all = Array.from({ length: 150 }, (_, row) => row);

  it('of the withheld rows’ own hashes: those in τ_i, which a Worker may show to prove a row, give no share', () => {
    expect(withheld).toHaveLength(2);
    expect(traceCommitment(outcome)).toEqual(digest('model-trace', 'model-row', all));
    expect(lockDigest(outcome, challenge, 0)).toEqual(digest('lock', 'lock-row', withheld));
    for (const rows of [withheld, all]) {
      expect(lockDigest(outcome, challenge, 0)).not.toEqual(digest('lock', 'model-row', rows));
    }
  });

  it('so who has every row hash of τ_i, and nothing else, cannot take the share of a chunk', () => {
    const batch = modelBatch(MODEL, INPUTS);
    const { index, maskedShare, lockShare } = batch.opening.chunks.find((of) => of.index === 0)!;
    const drawn = withheldRows(openingChallenge(batch.opening), 0, 150);
    const recovered = (tag: 'lock-row' | 'model-row') =>
      recoverShare(maskedShare, batch.terms.contractHash, index, digest('lock', tag, drawn), lockShare);
    expect(recovered('model-row')).toBeUndefined();
    expect(recovered('lock-row')).toBeDefined();
  });
});

describe('D9: a Worker that commits to one output and encrypts another, under freivalds', () => {
  const other = (output: Uint8Array, chunk: number) =>
    chunk === CHUNK ? output.map((byte) => byte ^ 1) : output;
  const cheats: readonly (readonly [string, ChunkClaim['kind'], Cheat])[] = [
    ['and opens the one that it has encrypted', 'output', { encrypted: other, opened: other }],
    ['and opens the one that it has committed to', 'ciphertext', { encrypted: other }],
    ['or encrypts what it has committed to, and opens another', 'ciphertext', { opened: other }],
  ];

  it.each(cheats)('%s: %s', async (_, kind, cheat) => {
    const batch = modelBatch(MODEL, INPUTS, cheat);
    const honest = modelBatch(MODEL, INPUTS);
    expect(equalBytes(batch.delivery.chunks[CHUNK]!.inner, honest.delivery.chunks[CHUNK]!.inner)).toBe(true);
    await expectFound(batch, kind);
  });
});

describe('what an opened chunk holds for its scheme under freivalds', () => {
  it.each([0, 31, 33, 64])(
    'is a hash: %i bytes are malformed, named before anything runs',
    async (length) => {
      const honest = modelBatch(MODEL, INPUTS);
      const changed = (chunk: OpenedChunk): OpenedChunk => {
        const scheme = new Uint8Array(length);
        scheme.set(chunk.scheme.subarray(0, length));
        return chunk.index === CHUNK ? { ...chunk, scheme } : chunk;
      };
      const opening = { ...honest.opening, chunks: honest.opening.chunks.map(changed) };
      await expectFound({ ...honest, opening }, 'malformed');
    },
  );
});

describe('a chunk of more rows than a call takes arguments', () => {
  it('is committed to and opened like any other: one hash a row', () => {
    const rows = 200_000;
    const outcome: ModelOutcome = {
      kind: 'done',
      output: new Uint8Array(rows),
      trace: { kind: 'model', rows, records: new Uint8Array(0) },
    };
    const each = contentHash('model-row', new Uint8Array(0));
    const hashes = Buffer.alloc(rows * 32, each);
    expect(traceCommitment(outcome)).toEqual(
      taggedHash('model-trace', text('model-1'), u8(0), u32(rows), variable(hashes)),
    );
  });
});
