import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../scripts/train/checkpoint.ts';
import { dataSetOf } from '../../scripts/train/pictures.ts';
import type { Recipe } from '../../scripts/train/recipes.ts';
import { openTraining, type Score, type TrainingState } from '../../scripts/train/training.ts';
import { BARS, bars, SMALL } from './build/shapes.ts';

interface Trained {
  readonly state: TrainingState;
  readonly scores: readonly Score[];
  readonly test: Score;
  readonly steps: readonly number[];
}

/** Trains until `epochs` epochs are done. */
async function trained(
  epochs: number,
  threads: number,
  seed: number,
  from?: TrainingState,
): Promise<Trained> {
  const training = await openTraining({
    ...{ recipe: SMALL, seed, data: BARS, threads },
    ...(from === undefined ? {} : { from }),
  });
  try {
    const scores: Score[] = [];
    const steps: number[] = [];
    for (let epoch = from?.epoch ?? 0; epoch < epochs; epoch++)
      scores.push(await training.epoch(({ step }) => steps.push(step)));
    return { state: training.state(), scores, test: await training.measure('test'), steps };
  } finally {
    await training.close();
  }
}

describe('a training', () => {
  let alone: Trained;

  it('learns: pictures that it has not seen come out right', async () => {
    alone = await trained(SMALL.epochs, 1, 1);
    expect(alone.scores.at(-1)!.loss).toBeLessThan(alone.scores[0]!.loss / 2);
    expect(alone.test.accuracy).toBeGreaterThan(0.95);
  });

  it('reports every step of an epoch', () => {
    const steps = Array.from({ length: Math.floor(430 / 32) }, (_, at) => at + 1);
    expect(alone.steps.slice(0, steps.length + 1)).toEqual([...steps, 1]);
  });

  it('gives the same bits with three threads, and goes on from a checkpoint as if it had never stopped', async () => {
    const { state, scores, test } = await trained(2, 3, 1);
    expect(scores).toEqual(alone.scores.slice(0, 2));
    const path = join(mkdtempSync(join(tmpdir(), 'training-')), 'bars.checkpoint');
    const history = [{ training: scores[0]!, test }];
    writeCheckpoint(path, { recipe: SMALL, seed: 1, data: BARS.sha256, history, state });
    const { state: from, ...rest } = readCheckpoint(path);
    expect(rest).toEqual({ recipe: SMALL, seed: 1, data: BARS.sha256, history });
    const resumed = await trained(SMALL.epochs, 2, 1, from);
    expect(resumed.state).toEqual(alone.state);
    expect(resumed.test).toEqual(alone.test);
  });

  it('gives other parameters with another seed', async () => {
    const other = await trained(1, 1, 2);
    expect(other.scores[0]).not.toEqual(alone.scores[0]);
  });

  it('refuses a recipe that does not fit the data or the state', async () => {
    const open = (recipe: Recipe, data = BARS, from?: TrainingState) =>
      openTraining({ ...{ recipe, seed: 1, data, threads: 1 }, ...(from === undefined ? {} : { from }) });
    await expect(open({ ...SMALL, slice: 5 })).rejects.toThrow(/divide/);
    await expect(open(SMALL, dataSetOf(bars(31, 1), bars(3, 2)))).rejects.toThrow(/fewer/);
    const none = new Float32Array(4);
    const foreign = { epoch: 1, parameters: none, means: none, squares: none };
    await expect(open(SMALL, BARS, foreign)).rejects.toThrow(/not one of this network/);
  });
});

describe('a checkpoint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  const floats = Float32Array.of(1, 2, 3, 4);
  const state = { epoch: 1, parameters: floats, means: floats, squares: floats };
  const path = join(folder, 'whole.checkpoint');
  writeCheckpoint(path, { recipe: SMALL, seed: 1, data: '', history: [], state });
  const whole = readFileSync(path);

  it.each([
    ['cut off in its numbers', whole.subarray(0, -1), /cut off/],
    ['cut off in its header', whole.subarray(0, 50), /no checkpoint/],
    ['empty', new Uint8Array(), /no checkpoint/],
    [
      'of another format',
      Buffer.from(whole.toString('latin1').replace('training/1', 'training/2'), 'latin1'),
      /no checkpoint/,
    ],
  ])('is refused when it is %s', (_, bytes, message) => {
    const broken = join(folder, 'broken.checkpoint');
    writeFileSync(broken, bytes);
    expect(() => readCheckpoint(broken)).toThrow(message);
  });
});
