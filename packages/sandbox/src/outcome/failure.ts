/**
 * Ways in which a chunk fails, each a defined outcome and not an error of the protocol:
 * - `trap`: an instruction trapped (unreachable, division by zero, access out of bounds, …). When it happened while data
 *   segments were laid out, there is no instance yet, and the trace has neither memory nor globals;
 * - `stack`: the call stack ran out. At which depth depends on the machine, so the trace has neither memory nor globals;
 * - `exit`: the program called `proc_exit` with a code other than 0;
 * - `output-limit`: it wrote more to standard output than the contract allows;
 * - `reserved-output`: its output begins with the mark of a failure record, which only the sandbox may write;
 * - `input`: the chunk is no whole number of rows of the model, or holds a value that the model does not take.
 */
export type FailureKind = 'trap' | 'stack' | 'exit' | 'output-limit' | 'reserved-output' | 'input';

/** Why a chunk failed. */
export interface Failure {
  readonly kind: FailureKind;
  /** Code of `exit`, as an unsigned 32-bit number; 0 for the other kinds. */
  readonly exitCode: number;
}

/** Codes of the kinds in a failure record, and of outcomes in a trace (where 0 means done). */
export const FAILURE_CODES: Readonly<Record<FailureKind, number>> = {
  trap: 1,
  stack: 2,
  exit: 3,
  'output-limit': 4,
  'reserved-output': 5,
  input: 6,
};

/** A NUL and `prometheus/fail`: no output of a program begins with it, so a failure record cannot be forged. */
const MARK = Uint8Array.of(0, ...new TextEncoder().encode('prometheus/fail'));

const VERSION = 1;
const RECORD_BYTES = MARK.length + 6;

/**
 * The output y_i of a failed chunk, 22 bytes: mark 16 ‖ version `01` ‖ code of the kind, u8 ‖ exit code, u32
 * little-endian. It says nothing that depends on the engine.
 */
export function encodeFailure(failure: Failure): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES);
  record.set(MARK);
  record[16] = VERSION;
  record[17] = FAILURE_CODES[failure.kind];
  new DataView(record.buffer).setUint32(18, failure.exitCode, true);
  return record;
}

/** The failure that an output y_i records, or undefined where it is what a program wrote. */
export function decodeFailure(output: Uint8Array): Failure | undefined {
  if (!isReserved(output) || output.length !== RECORD_BYTES || output[16] !== VERSION) return undefined;
  const kind = (Object.keys(FAILURE_CODES) as FailureKind[]).find(
    (name) => FAILURE_CODES[name] === output[17],
  );
  const exitCode = new DataView(output.buffer, output.byteOffset).getUint32(18, true);
  if (kind === undefined || (kind === 'exit') !== (exitCode !== 0)) return undefined;
  return { kind, exitCode };
}

/** Whether an output begins with the mark of failure records. */
export function isReserved(output: Uint8Array): boolean {
  return output.length >= MARK.length && MARK.every((byte, place) => output[place] === byte);
}
