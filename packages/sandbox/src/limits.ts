import { SandboxError } from './errors.ts';

/** What one chunk of a program may use. Part of the contract, so the same for everybody who runs it. */
export interface ProgramLimits {
  /** Linear memory in pages of 64 KiB, 1..65,536; `memory.grow` beyond it gives −1. */
  readonly memoryPages: number;
  /** Bytes on standard output; more is the defined failure `output-limit`. */
  readonly outputBytes: number;
  /** Wall clock for one chunk; an overrun means "no result yet", never a result. */
  readonly milliseconds: number;
}

/** Bytes of a module: bounds what inspection and compilation can be made to do. */
export const MAX_MODULE_BYTES = 16 * 1024 * 1024;

/**
 * Types, imports, functions or exports of a module. Large compilers' output has tens of thousands; millions of empty ones
 * would take the inspecting process's memory.
 */
export const MAX_MODULE_ENTRIES = 100_000;

/** Entries of a table: a table that grows to V8's own maximum would take hundreds of megabytes outside the memory cap. */
export const MAX_TABLE_ENTRIES = 100_000;

/** Tables of a module; with {@link MAX_TABLE_ENTRIES} it bounds what they take in all. */
export const MAX_TABLES = 8;

/**
 * Bytes that the exported globals take in a trace: names and values travel with every outcome, and a program with
 * megabytes of them would never have a result.
 */
export const MAX_GLOBALS_BYTES = 64 * 1024;

/** Bytes of standard output that a limit may allow, so that a result fits into one frame between two processes. */
const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

/** Largest delay of a timer in milliseconds; a longer one would fire at once. */
const MAX_MILLISECONDS = 0x7fff_ffff;

/** @throws SandboxError `limits-malformed` */
export function checkLimits(limits: ProgramLimits): void {
  const bounds = [
    ['memoryPages', 1, 65_536],
    ['outputBytes', 0, MAX_OUTPUT_BYTES],
    ['milliseconds', 1, MAX_MILLISECONDS],
  ] as const;
  for (const [name, least, most] of bounds) {
    const value = limits[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new SandboxError(
        'limits-malformed',
        `${name} is an integer from ${least} to ${most}, not ${value}`,
        {
          limit: name,
          value,
        },
      );
    }
  }
}
