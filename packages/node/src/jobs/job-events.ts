import type { JobProgress } from './specification.ts';

/** Progress that is kept of a job for whoever follows it: older is forgotten, the state of each batch is not. */
const MAX_EVENTS = 500;

/** Something that has happened to a job. */
export interface JobEvent {
  /** Counts from 1 within this run of the node. */
  readonly sequence: number;
  readonly progress: JobProgress;
}

/** The newest progress of a job, for those who follow it. */
export class JobEvents {
  #events: readonly JobEvent[] = [];
  #last = 0;
  readonly #waiting = new Set<() => void>();

  add(progress: JobProgress): void {
    this.#last += 1;
    this.#events = [...this.#events.slice(1 - MAX_EVENTS), { sequence: this.#last, progress }];
    this.wake();
  }

  /** Lets everybody who waits look again. */
  wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  since(sequence: number): readonly JobEvent[] {
    return this.#events.filter((event) => event.sequence > sequence);
  }

  /** Resolves when something may have happened, or `signal` is aborted. */
  async change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
