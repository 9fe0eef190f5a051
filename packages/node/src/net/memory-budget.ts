/** Gives bytes back that were taken. */
export type GiveBack = () => void;

/** Bytes of memory that all who share a budget may hold together. Whoever finds it empty waits in turn. */
export class MemoryBudget {
  readonly #capacity: number;
  readonly #places: number;
  readonly #waiting = new Set<{ readonly bytes: number; readonly go: () => void }>();
  #held = 0;

  /**
   * @param capacity - bytes
   * @param places - how many may wait
   */
  constructor(capacity: number, places: number) {
    this.#capacity = capacity;
    this.#places = places;
  }

  /** Bytes that are taken now. */
  get held(): number {
    return this.#held;
  }

  /**
   * Takes bytes, when they are there.
   *
   * @returns undefined when there will never be so many, too many wait already, or `signal` ended the waiting
   */
  async take(bytes: number, signal: AbortSignal): Promise<GiveBack | undefined> {
    if (bytes > this.#capacity || signal.aborted) return undefined;
    if (this.#waiting.size > 0 || this.#held + bytes > this.#capacity) {
      if (this.#waiting.size >= this.#places || !(await this.#wait(bytes, signal))) return undefined;
    } else {
      this.#held += bytes;
    }
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#held -= bytes;
      this.#next();
    };
  }

  #wait(bytes: number, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter = {
      bytes,
      go: () => {
        signal.removeEventListener('abort', ended);
        resolve(true);
      },
    };
    const ended = () => {
      this.#waiting.delete(waiter);
      resolve(false);
      this.#next();
    };
    signal.addEventListener('abort', ended, { once: true });
    this.#waiting.add(waiter);
    return promise;
  }

  /** Lets those go on for whom there is room now; whoever came first goes first. */
  #next(): void {
    for (const waiter of this.#waiting) {
      if (this.#held + waiter.bytes > this.#capacity) return;
      this.#waiting.delete(waiter);
      this.#held += waiter.bytes;
      waiter.go();
    }
  }
}
