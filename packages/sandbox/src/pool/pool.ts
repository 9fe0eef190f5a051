import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { SandboxError } from '../errors.ts';
import { checkLimits, type ProgramLimits } from '../limits.ts';
import type { ChunkOutcome } from '../outcome/outcome.ts';
import { capModule } from '../program/cap.ts';
import { type Inspection, inspectProgram } from '../program/inspect.ts';
import { checkArguments, type Program } from '../program/program.ts';
import { Child } from './child.ts';

interface Prepared {
  readonly key: string;
  readonly wasm: Uint8Array;
}

interface Job {
  readonly work: (child: Child) => Promise<void>;
  readonly cancel: (reason: SandboxError) => void;
}

/**
 * Runs programs of profile `wasi-0` on chunks, in child processes that are started when they are first needed and
 * reused. A chunk gets a fresh instance of its program; a child that overran the clock or died is replaced.
 *
 * @example
 * await using pool = new SandboxPool({ processes: 2 });
 * const outcome = await pool.run({ profile: 'wasi-0', code, arguments: [] }, chunk, limits, chunkSeed(chunk));
 */
export class SandboxPool {
  readonly #processes: number;
  readonly #idle: Child[] = [];
  readonly #children = new Set<Child>();
  readonly #queue: Job[] = [];
  readonly #prepared = new WeakMap<Uint8Array, Map<number, Prepared>>();
  #closed = false;

  /** @param options.processes - how many chunks run at a time; by default one for each core */
  constructor(options: { readonly processes?: number } = {}) {
    this.#processes = Math.max(1, options.processes ?? availableParallelism());
  }

  /**
   * Runs `program` on one chunk.
   *
   * @param input - the chunk, for standard input
   * @param limits - of the contract
   * @param seed - 32 bytes that seed the program's randomness: the hash of the chunk
   * @returns what everybody gets who runs the chunk, also where the program fails
   * @throws SandboxError for a program that is refused; `no-result-yet` when the wall clock or the machine ended the run; `closed`
   */
  async run(
    program: Program,
    input: Uint8Array,
    limits: ProgramLimits,
    seed: Uint8Array,
  ): Promise<ChunkOutcome> {
    checkLimits(limits);
    checkArguments(program);
    const { key, wasm } = this.#prepare(program.code, limits.memoryPages);
    return this.#schedule(async (child) => {
      await child.load(key, wasm);
      return child.run(
        {
          type: 'run',
          key,
          seed: Buffer.from(seed).toString('hex'),
          arguments: program.arguments,
          outputBytes: limits.outputBytes,
        },
        input,
        limits.milliseconds,
      );
    });
  }

  /**
   * Inspects a program and has the engine validate and compile all of it, in a child process.
   * @throws SandboxError as for {@link run}; `module-invalid` when the engine refuses it
   */
  async prepare(program: Program, limits: ProgramLimits): Promise<Inspection> {
    checkLimits(limits);
    checkArguments(program);
    const inspection = inspectProgram(program.code);
    const { key, wasm } = this.#prepare(program.code, limits.memoryPages);
    await this.#schedule((child) => child.load(key, wasm));
    return inspection;
  }

  /** Ids of the processes that exist now, for those who supervise them. */
  get processIds(): readonly number[] {
    return [...this.#children].flatMap((child) => child.id ?? []);
  }

  /** Ends all processes; what was queued or running is rejected with `closed`. Waits until no process is left. */
  async close(): Promise<void> {
    this.#closed = true;
    const reason = new SandboxError('closed', 'the sandbox was closed');
    for (const job of this.#queue.splice(0)) job.cancel(reason);
    const children = [...this.#children];
    for (const child of children) child.kill(reason);
    await Promise.all(children.map((child) => child.ended));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Inspection, capping and hashing happen once for an array of bytes and a limit. */
  #prepare(wasm: Uint8Array, memoryPages: number): Prepared {
    let byPages = this.#prepared.get(wasm);
    if (byPages === undefined) {
      byPages = new Map();
      this.#prepared.set(wasm, byPages);
    }
    let prepared = byPages.get(memoryPages);
    if (prepared === undefined) {
      const capped = capModule(wasm, memoryPages);
      prepared = { key: createHash('sha256').update(capped).digest('hex'), wasm: capped };
      byPages.set(memoryPages, prepared);
    }
    return prepared;
  }

  #schedule<Result>(task: (child: Child) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new SandboxError('closed', 'the sandbox was closed'));
        return;
      }
      this.#queue.push({ work: (child) => task(child).then(resolve, reject), cancel: reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const child = this.#take();
      if (child === undefined) return;
      const job = this.#queue.shift()!;
      job.work(child).finally(() => {
        if (!child.dead) this.#idle.push(child);
        this.#next();
      });
    }
  }

  #take(): Child | undefined {
    for (let child = this.#idle.pop(); child !== undefined; child = this.#idle.pop()) {
      if (!child.dead) return child;
    }
    if (this.#children.size >= this.#processes) return undefined;
    const child = new Child();
    this.#children.add(child);
    child.ended.then(() => {
      this.#children.delete(child);
      this.#next();
    });
    return child;
  }
}
