import type { Writable } from 'node:stream';
import type { JobProgress } from '../engine.ts';
import type { ProgressView } from './view.ts';

/** One line for every new stage or new thing that is waited for; counts only when they are complete. */
export class LineView implements ProgressView {
  readonly #stream: Writable;
  readonly #last = new Map<number | null, string>();

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  update({ batch, stage, message, done, total }: JobProgress): void {
    const counting = done !== undefined && total !== undefined && done > 0 && done < total;
    const line = `${batch === null ? '' : `batch ${batch}, `}${stage}: ${message}`;
    const key = `${stage} ${message}`;
    if (counting || this.#last.get(batch) === key) return;
    this.#last.set(batch, key);
    this.#stream.write(`${line}\n`);
  }

  note(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  stop(_finished: boolean): void {
    this.#last.clear();
  }
}
