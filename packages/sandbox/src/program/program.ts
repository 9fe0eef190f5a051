import { SandboxError } from '../errors.ts';

/**
 * Name of the profile of WASI programs. `wasi-0` neither counts gas nor canonicalises NaN: for development chains only.
 */
export const PROFILE = 'wasi-0' as const;

/** Name of the profile of quantised networks (docs/protocol/model.md). */
export const MODEL_PROFILE = 'model-1' as const;

/** What a program is, and how it is run. */
export type Profile = typeof PROFILE | typeof MODEL_PROFILE;

/** What a contract runs on every chunk. */
export interface Program {
  readonly profile: Profile;
  /** `wasi-0`: a WASI preview-1 command, as a binary WebAssembly module. `model-1`: a model file. */
  readonly code: Uint8Array;
  /** Arguments after the program's name (which is always `program`); the same for every chunk. A model has none. */
  readonly arguments: readonly string[];
}

/** Bytes of all arguments together, so that they stay a small part of a job. */
const MAX_ARGUMENT_BYTES = 64 * 1024;

/** @throws SandboxError `arguments-malformed` when an argument holds a NUL or a lone surrogate, they are too long, or a model has some */
export function checkArguments(program: Program): void {
  if (program.profile === MODEL_PROFILE && program.arguments.length > 0) {
    throw new SandboxError('arguments-malformed', 'a model takes no arguments', {
      arguments: program.arguments.length,
    });
  }
  let bytes = 0;
  for (const argument of program.arguments) {
    if (argument.includes('\0') || !argument.isWellFormed()) {
      throw new SandboxError('arguments-malformed', 'an argument holds a NUL character or is not Unicode');
    }
    bytes += Buffer.byteLength(argument) + 1;
  }
  if (bytes > MAX_ARGUMENT_BYTES) {
    throw new SandboxError('arguments-malformed', `arguments have at most ${MAX_ARGUMENT_BYTES} bytes`, {
      bytes,
    });
  }
}
