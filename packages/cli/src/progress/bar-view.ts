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
      const shared = this.#byBatch.get(null);
      if (batch !== null) shared?.update(SHARED_STAGES);
    } else {
      bar.update(value, payload);
    }
  }

  note(text: string): void {
    if (this.#byBatch.size === 0 || this.#stopped) {
      this.#stream.write(`${text}\n`);
      return;
    }
    // Each line is cleared to its end, for it may be written over a bar.
    this.#bars.log(`${text}\n`.replaceAll('\n', '\u001b[K\n'));
  }

  stop(finished: boolean): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#byBatch.size === 0) return;
    if (finished) for (const bar of this.#byBatch.values()) bar.update(bar.getTotal());
    this.#bars.stop();
  }
}
