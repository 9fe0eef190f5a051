import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { SandboxError } from '../errors.ts';
import { checkLimits, type ProgramLimits } from '../limits.ts';
import type { ModelInspection } from '../model/chunk.ts';
import type { EngineChoice } from '../model/engine/engine.ts';
import type { ChunkOutcome } from '../outcome/outcome.ts';
import { capModule } from '../program/cap.ts';
import { type Inspection, inspectProgram } from '../program/inspect.ts';
import { checkArguments, MODEL_PROFILE, type Program } from '../program/program.ts';
import type { Examination, Examined } from '../worker/examination.ts';
import { Child, type PreparedProgram } from './child.ts';

interface Job {
  readonly work: (child: Child) => Promise<void>;
  readonly cancel: (reason: SandboxError) => void;
}

/**
 * Runs programs and models on chunks, in child processes that are started when they are first needed and reused. A chunk gets
 * a fresh instance of its program; a child that overran the clock or died is replaced.
 *
 * @example
 * await using pool = new SandboxPool({ processes: 2 });
 * const outcome = await pool.run({ profile: 'wasi-0', code, arguments: [] }, chunk, limits, chunkSeed(chunk));
 */
export class SandboxPool {
  readonly #engine: EngineChoice;
  readonly #processes: number;
  readonly #idle: Child[] = [];
  readonly #children = new Set<Child>();
  readonly #queue: Job[] = [];
  readonly #prepared = new WeakMap<Uint8Array, Map<string, PreparedProgram>>();
  #closed = false;

  /**
   * @param options.processes - how many chunks run at a time; by default one for each core
   * @param options.engine - what runs models, with the same bits; by default our kernels
   */
  constructor(options: { readonly processes?: number; readonly engine?: EngineChoice } = {}) {
    this.#engine = options.engine ?? { name: 'kernels' };
    this.#processes = Math.max(1, options.processes ?? availableParallelism());
  }

  /**
   * Runs `program` on one chunk.
   *
   * @param input - the chunk: for standard input, or rows of a model
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
    const prepared = this.#prepare(program, limits.memoryPages);
    return this.#schedule(async (child) => {
      await child.load(prepared);
      return child.run({ ...prepared, arguments: program.arguments }, input, seed, limits);
    });
  }

  /**
   * Has a program inspected, and compiled by the engine or read by the loader of models, in a child process.
   * @throws SandboxError as for {@link run}; `module-invalid` when the engine refuses it
   */
  async prepare(program: Program, limits: ProgramLimits): Promise<Inspection | ModelInspection> {
    checkLimits(limits);
    checkArguments(program);
    const inspection = program.profile === MODEL_PROFILE ? undefined : inspectProgram(program.code);
    const prepared = this.#prepare(program, limits.memoryPages);
    const model = await this.#schedule((child) => child.load(prepared));
    return (inspection ?? model)!;
  }

  /**
   * Has a module of ours examine a model in a child process: for work that takes long and is no run of a chunk.
   *
   * @param limits - memory for the model, bytes of the answer's body, time
   * @throws SandboxError as for {@link run}; `no-result-yet` also where the module fails
   */
  async examine(program: Program, limits: ProgramLimits, examination: Examination): Promise<Examined> {
    checkLimits(limits);
    checkArguments(program);
    const prepared = this.#prepare(program, limits.memoryPages);
    return this.#schedule(async (child) => {
      await child.load(prepared);
      return child.examine(prepared, examination, limits);
    });
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

  /** Inspection, capping and hashing happen once for an array of bytes, a profile and a limit. */
  #prepare({ profile, code }: Program, memoryPages: number): PreparedProgram {
    let ready = this.#prepared.get(code);
    if (ready === undefined) {
      ready = new Map();
      this.#prepared.set(code, ready);
    }
    const variant = `${profile} ${memoryPages}`;
    let prepared = ready.get(variant);
    if (prepared === undefined) {
      const given = profile === MODEL_PROFILE ? code : capModule(code, memoryPages);
      const key = `${variant} ${createHash('sha256').update(given).digest('hex')}`;
      prepared = { profile, key, code: given, memoryPages };
      ready.set(variant, prepared);
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
    const child = new Child(this.#engine);
    this.#children.add(child);
    child.ended.then(() => {
      this.#children.delete(child);
      this.#next();
    });
    return child;
  }
}
