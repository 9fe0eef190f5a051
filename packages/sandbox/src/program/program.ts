import { SandboxError } from '../errors.ts';

/** What a contract runs on every chunk. */
export interface Program {
  /** A WASI preview-1 command, as a binary WebAssembly module. */
  readonly wasm: Uint8Array;
  /** Arguments after the program's name (which is always `program`); the same for every chunk. */
  readonly arguments: readonly string[];
}

/** Bytes of all arguments together, so that they stay a small part of a job. */
const MAX_ARGUMENT_BYTES = 64 * 1024;

/** @throws SandboxError `arguments-malformed` when an argument holds a NUL or a lone surrogate, or they are too long */
export function checkArguments(program: Program): void {
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
