import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { narrator } from '../../src/demo/narrator.ts';
import type { JobProgress } from '../../src/engine.ts';
import { STAGES, stagesDone } from '../../src/progress/stages.ts';
import { progressView } from '../../src/progress/view.ts';

/** A stream that keeps what is written to it. */
function recorder(isTTY: boolean) {
  let text = '';
  const stream = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        text += String(chunk);
        done();
      },
    }),
    { isTTY, columns: 120 },
  );
  return { stream, text: () => text };
}

const progress = (
  batch: number | null,
  stage: JobProgress['stage'],
  message: string,
  done?: number,
  total?: number,
) =>
  ({
    kind: 'stage',
    batch,
    stage,
    message,
    ...(done === undefined ? {} : { done }),
    ...(total === undefined ? {} : { total }),
  }) as JobProgress;

describe('progress', () => {
  it('without a terminal: one line for each thing that is waited for, no escape sequences', () => {
    const { stream, text } = recorder(false);
    const view = progressView(stream);
    view.update(progress(null, 'chain', 'a chain starts'));
    for (const done of [0, 1, 2, 3]) view.update(progress(1, 'computing', 'running chunks', done, 3));
    view.update(progress(1, 'payment', 'waiting until block 130'));
    view.stop(true);
    expect(text()).toBe(
      [
        'chain: a chain starts',
        'batch 1, computing: running chunks',
        'batch 1, payment: waiting until block 130',
        '',
      ].join('\n'),
    );
  });

  it('on a terminal: a bar for each batch, full only when the job is done', () => {
    for (const finished of [true, false]) {
      const { stream, text } = recorder(true);
      const view = progressView(stream, 'xterm');
      view.update(progress(1, 'computing', 'running chunks', 1, 2));
      view.stop(finished);
      expect(text()).toContain(finished ? '] done' : 'computing: running chunks (1 of 2)');
      expect(text().includes('█'.repeat(24))).toBe(finished);
    }
  });

  it('on a terminal that cannot move its cursor: plain lines', () => {
    const { stream, text } = recorder(true);
    const view = progressView(stream, 'dumb');
    view.update(progress(1, 'computing', 'running chunks', 1, 2));
    view.update(progress(1, 'delivery', 'waiting'));
    view.stop(true);
    expect(text()).toBe('batch 1, delivery: waiting\n');
  });

  it('counts a stage in part', () => {
    expect(stagesDone('chain', undefined, undefined)).toBe(0);
    expect(stagesDone('funding', 5, 10)).toBe(1.5);
    expect(stagesDone('decrypting', 3, 0)).toBe(STAGES.length - 1);
  });

  it('the demo explains every stage once and in order, in lines that fit', () => {
    const { stream, text } = recorder(false);
    const view = narrator(60)(progressView(stream));
    // `release` passes too fast to be seen; batch 2 is behind batch 1.
    const seen = STAGES.filter((stage) => stage !== 'release');
    for (const batch of [1, 2]) for (const stage of seen) view.update(progress(batch, stage, 'x'));
    const lines = text().split('\n');
    const numbers = lines.flatMap((line) => /^(\d+)\. /.exec(line)?.[1] ?? []);
    expect(numbers).toEqual(STAGES.map((_, index) => String(index + 1)));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});
