import { asError } from './errors.ts';

/** Runs pieces of work one after another, and counts what is queued or running. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #busy = 0;
  #closed = false;

  /** Work queued, running, or tracked beside the queue. */
  get busy(): number {
    return this.#busy;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Runs `work` after everything before it. Resolves to undefined when the queue was closed first. */
  run<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    this.#busy += 1;
    const run = this.#tail.then(async () => {
      try {
        return this.#closed ? undefined : await work();
      } finally {
        this.#busy -= 1;
      }
    });
    // One failed piece must not block the following ones; its caller sees the failure.
    this.#tail = run.catch(() => {});
    return run;
  }

  /** Counts work that runs beside the queue, so that whoever waits for quiet waits for it too. */
  async track<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
    }
  }

  /** Like {@link track} for work that nobody waits for: what fails is told to `onFailure`, and ends nothing else. */
  background(work: () => Promise<unknown>, onFailure: (error: Error) => void): void {
    this.track(work).catch((cause: unknown) => onFailure(asError(cause)));
  }

  /** Waits for what runs; what is queued behind it is dropped. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }
}
