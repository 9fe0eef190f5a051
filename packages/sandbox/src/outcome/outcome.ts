import type { Failure } from './failure.ts';

/**
 * What a run leaves behind besides its output; together with the outcome it is the *trace* of profile `wasi-0`. Only
 * a digest of the memory leaves the child process.
 */
export interface WasiTrace {
  readonly kind: 'wasi';
  /** Pages of the exported memory at the end; 0 where the trace has no memory (see {@link Failure}). */
  readonly memoryPages: number;
  /** SHA-256 of the whole exported memory at the end. */
  readonly memoryDigest: Uint8Array;
  /**
   * The exported globals of number types at the end, ordered by the UTF-8 bytes of their names: for each one the
   * length of the name (u32 little-endian), the name, and `01` and the value as binary64 (i32, f32, f64; NaN as
   * 7ff8000000000000) or `02` and the value as a 64-bit integer (i64), both little-endian.
   */
  readonly globals: Uint8Array;
}

/**
 * The trace of profile `model-1`: the accumulators of the checked layers. A chunk whose rows were not computed has no rows.
 */
export interface ModelTrace {
  readonly kind: 'model';
  /** Rows that were computed. */
  readonly rows: number;
  /** Row records of all of them, one after the other (docs/protocol/model.md). */
  readonly records: Uint8Array;
  /** Records that stand in the place of those above, by row: a Verifier's own, where an opening withholds them. */
  readonly own?: ReadonlyMap<number, Uint8Array>;
}

/** A result with the trace of its profile. */
export type Outcome<Trace> =
  | { readonly kind: 'done'; readonly output: Uint8Array; readonly trace: Trace }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly output: Uint8Array;
      readonly trace: Trace;
    };

/** The result of one chunk under `wasi-0`. */
export type WasiOutcome = Outcome<WasiTrace>;

/** The result of one chunk under `model-1`. */
export type ModelOutcome = Outcome<ModelTrace>;

/**
 * The result of one chunk, the same for everybody who runs it. `output` is y_i: what the program gave, or the failure record of
 * a program that failed.
 */
export type ChunkOutcome = WasiOutcome | ModelOutcome;
