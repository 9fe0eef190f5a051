import type { Hash32, ProgramLimits } from '@prometheus-compute/protocol';

/** A program and its arguments, the same for every chunk. */
export interface ExecutableProgram {
  /** What it runs on. */
  readonly profile: 'wasi-0' | 'model-1';
  readonly code: Uint8Array;
  readonly arguments: readonly string[];
}

/** Work on a model that takes long and is no run of a chunk. */
export interface Examination {
  /** Exports `examine`. */
  readonly module: URL;
  /** What JSON can say. */
  readonly request: unknown;
  /** Bytes beside it. */
  readonly parts: readonly Uint8Array[];
}

/** What a module answers. */
export interface Examined {
  readonly answer: unknown;
  readonly body: Uint8Array;
}

/**
 * Port that runs chunks of programs. Same program, input and limits give the same outcome on every machine.
 *
 * @typeParam Outcome - what running a chunk gives: its output y_i and the trace that the scheme commits to
 */
export interface Executor<Outcome> {
  /** Whether a program may run at all. Rejects with the reason when it is refused. */
  prepare(program: ExecutableProgram, limits: ProgramLimits): Promise<unknown>;
  /**
   * Has a module of ours examine a model apart from this process, within the limits. Rejects when there is no result yet. Who has no such
   * place leaves it out: the module's work is then done here.
   */
  examine?(program: ExecutableProgram, limits: ProgramLimits, examination: Examination): Promise<Examined>;
  /** Rejects when there is no result yet; a program that fails is a result. */
  run(program: ExecutableProgram, input: Uint8Array, limits: ProgramLimits, seed: Hash32): Promise<Outcome>;
}
