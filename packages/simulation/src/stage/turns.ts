import type { EnginePorts, Executor } from '@prometheus-compute/node';

/** Something that was begun, and has not had its effect yet. */
interface Pending {
  /** Settles when the machine is done with it. */
  readonly ready: Promise<unknown>;
  readonly takeEffect: () => void;
}

/**
 * The one line in which everything waits that does not happen at once: messages, blobs of a disk, chunks in other processes. All of it is begun at
 * once, and has its effect in the order in which it was begun, each when everything that follows from the one before has happened. So the order of
 * events hangs on nothing that a busy machine does slower.
 */
export class Turns {
  readonly #line: Pending[] = [];
  #running = false;

  get idle(): boolean {
    return !this.#running;
  }

  later(takeEffect: () => void): void {
    this.#add({ ready: Promise.resolve(), takeEffect });
  }

  /** Work of the machine, whose result comes in its turn. */
  #afterWork<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = work();
    return new Promise((resolve, reject) => {
      this.#add({ ready: done, takeEffect: () => done.then(resolve, reject) });
    });
  }

  /** Blobs whose bytes come in their turn. */
  blobs({ put, get, part }: EnginePorts['blobs']): EnginePorts['blobs'] {
    return {
      put: (hash, bytes) => this.#afterWork(() => put(hash, bytes)),
      get: (hash) => this.#afterWork(() => get(hash)),
      part: (hash, offset, length) => this.#afterWork(() => part(hash, offset, length)),
    };
  }

  /** An executor whose outcomes come in their turn. */
  executor<Outcome>(executor: Executor<Outcome>): Executor<Outcome> {
    return {
      prepare: (...program) => this.#afterWork(() => executor.prepare(...program)),
      run: (...chunk) => this.#afterWork(() => executor.run(...chunk)),
    };
  }

  #add(pending: Pending): void {
    this.#line.push(pending);
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      // Promises that follow from the last effect are all kept before the event loop comes to this.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#line.shift();
      if (next === undefined) break;
      await next.ready.catch(() => {});
      next.takeEffect();
    }
    this.#running = false;
  }
}
