import type { Writable } from 'node:stream';
import progress from 'cli-progress';
import type { JobProgress } from '../engine.ts';
import { STAGES, stagesDone } from './stages.ts';
import type { ProgressView } from './view.ts';

/** Stages that come before those of a batch: the bar without a batch ends there. */
const SHARED_STAGES = STAGES.indexOf('terms');

/** One bar for each batch, and one for what all of them need first. */
export class BarView implements ProgressView {
  readonly #bars: progress.MultiBar;
  readonly #byBatch = new Map<number | null, progress.SingleBar>();
  readonly #stream: Writable;
  #stopped = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    this.#bars = new progress.MultiBar(
      {
        stream: stream as NodeJS.WritableStream,
        format: '{label} [{bar}] {message}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        hideCursor: true,
        linewrap: false,
        emptyOnZero: true,
        // Notes are written over the bars, so all of them are drawn again.
        forceRedraw: true,
        // Ctrl-C is handled once, by the command.
        gracefulExit: false,
      },
      progress.Presets.shades_classic,
    );
  }

  update({ batch, stage, message, done, total }: JobProgress): void {
    if (this.#stopped) return;
    const label = batch === null ? 'set-up ' : `batch ${batch}`;
    const count = done === undefined || total === undefined ? '' : ` (${done} of ${total})`;
    const payload = { label, message: `${stage}: ${message}${count}` };
    const value = stagesDone(stage, done, total);
    const bar = this.#byBatch.get(batch);
    if (bar === undefined) {
      const stages = batch === null ? SHARED_STAGES : STAGES.length;
      this.#byBatch.set(batch, this.#bars.create(stages, value, payload));
      if (batch !== null) this.#byBatch.get(null)?.update(SHARED_STAGES, { message: 'done' });
    } else {
      bar.update(value, payload);
    }
  }

  note(text: string): void {
    if (this.#byBatch.size === 0 || this.#stopped) {
      this.#stream.write(`${text}\n`);
      return;
    }
    // Each line is cleared first, for it may be written over a bar. (Clearing after it would take its last character
    // where it is as wide as the terminal.)
    this.#bars.log(`${text}\n`.replace(/^(?=.|\n)/gm, '\u001b[K'));
    // At once: the bars would lose what they have not shown when they stop.
    this.#bars.update();
  }

  stop(finished: boolean): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#byBatch.size === 0) return;
    if (finished) for (const bar of this.#byBatch.values()) bar.update(bar.getTotal(), { message: 'done' });
    this.#bars.stop();
  }
}
