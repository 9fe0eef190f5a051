import type { Hash32, ProgramLimits } from '@prometheus-compute/protocol';
import type { ChunkOutcome, Inspection, Program } from '@prometheus-compute/sandbox';

/** Port that runs chunks of programs. Same program, input and limits give the same outcome on every machine. */
export interface Executor {
  /** Whether a program may run at all. Rejects with the reason when it is refused. */
  prepare(program: Program, limits: ProgramLimits): Promise<Inspection>;
  /** Rejects when there is no result yet; a program that fails is a result. */
  run(program: Program, input: Uint8Array, limits: ProgramLimits, seed: Hash32): Promise<ChunkOutcome>;
}
