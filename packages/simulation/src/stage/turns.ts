import type { Chain, EnginePorts, Executor } from '@prometheus-compute/node';

type Draft = Awaited<ReturnType<EnginePorts['blobs']['draft']>>;

/** Something that waits in the line. */
interface Pending {
  /** Settles when the machine is done with it; asked for in its turn. */
  readonly ready: () => Promise<unknown>;
  readonly takeEffect: () => void;
}

/**
 * The one line in which everything waits that does not happen at once: messages, blobs of a disk, chunks in other processes. All of it has its
 * effect in the order in which it was asked for, each when everything that follows from the one before has happened. So the order of events hangs
 * on nothing that a busy machine does slower.
 */
export class Turns {
  readonly #line: Pending[] = [];
  #running = false;

  get idle(): boolean {
    return !this.#running;
  }

  later(takeEffect: () => void): void {
    this.#add({ ready: () => Promise.resolve(), takeEffect });
  }

  /** Work that nothing else changes: it is begun at once, and its result comes in its turn. */
  #afterWork<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = work();
    // A failure counts in its turn, too.
    done.catch(() => {});
    return this.#inTurn(() => done);
  }

  /** Work that is begun in its turn: who reads while another writes would get what the disk has by then. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      let done: Promise<Result> | undefined;
      const once = () => (done ??= work());
      this.#add({ ready: once, takeEffect: () => once().then(resolve, reject) });
    });
  }

  /** Blobs whose bytes come in their turn. */
  blobs({ put, get, part, draft }: EnginePorts['blobs']): EnginePorts['blobs'] {
    return {
      put: (hash, bytes) => this.#inTurn(() => put(hash, bytes)),
      get: (hash) => this.#inTurn(() => get(hash)),
      part: (hash, offset, length) => this.#inTurn(() => part(hash, offset, length)),
      draft: async (hash, source) => this.#draft(await this.#inTurn(() => draft(hash, source))),
    };
  }

  /** A chain in another process, whose answers come in their turn. */
  chain(chain: Chain): Chain {
    return {
      tip: () => this.#inTurn(() => chain.tip()),
      blockAt: (height) => this.#inTurn(() => chain.blockAt(height)),
      output: (outpoint) => this.#inTurn(() => chain.output(outpoint)),
      transaction: (txid, near) => this.#inTurn(() => chain.transaction(txid, near)),
      waiting: (txid) => this.#inTurn(() => chain.waiting(txid)),
      spender: (outpoint) => this.#inTurn(() => chain.spender(outpoint)),
      feeRate: () => this.#inTurn(() => chain.feeRate()),
      submit: (bytes) => this.#inTurn(() => chain.submit(bytes)),
      submitPackage: (list) => this.#inTurn(() => chain.submitPackage(list)),
    };
  }

  #draft(draft: Draft): Draft {
    return {
      get length() {
        return draft.length;
      },
      append: (bytes) => this.#inTurn(() => draft.append(bytes)),
      write: (offset, bytes) => this.#inTurn(() => draft.write(offset, bytes)),
      part: (offset, length) => this.#inTurn(() => draft.part(offset, length)),
      read: () => this.#inTurn(() => draft.read()),
      keep: () => this.#inTurn(() => draft.keep()),
      discard: () => this.#inTurn(() => draft.discard()),
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
      await next.ready().catch(() => {});
      next.takeEffect();
    }
    this.#running = false;
  }
}
