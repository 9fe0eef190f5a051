import type { SignatureChecker } from './checker.ts';
import { Conditions } from './conditions.ts';
import type { ScriptErrorName } from './errors.ts';
import { ScriptFlag, type ScriptFlags } from './flags.ts';
import { decodeScriptNumber, EMPTY, encodeScriptNumber, ONE } from './number.ts';
import { ScriptCursor } from './parse.ts';
import { NO_CODE_SEPARATOR } from './sighash-taproot.ts';

/** Which rules a script runs under: legacy and P2SH, BIP141 version 0, or BIP342. */
export type ScriptVersion = 'legacy' | 'witness-v0' | 'tapscript';

/** What a tapscript's signatures commit to, and what they may cost. */
export interface TapscriptContext {
  readonly leafHash: Uint8Array;
  readonly annexHash: Uint8Array | undefined;
  /** BIP342: weight that signature checks may still use up; bounds their number by the witness's size. */
  budget: number;
}

/** Everything that instructions work on. Items are shared between places and never changed. */
export class Machine {
  readonly stack: Uint8Array[];
  readonly alternative: Uint8Array[] = [];
  readonly conditions = new Conditions();
  readonly cursor: ScriptCursor;
  readonly flags: ScriptFlags;
  readonly version: ScriptVersion;
  readonly checker: SignatureChecker;
  /** Undefined but in tapscript. */
  readonly tapscript: TapscriptContext | undefined;
  /** BIP62: numbers must be minimal. */
  readonly minimal: boolean;
  /** Operations so far that count towards the limit. */
  operations = 0;
  /** Index of the instruction being run. */
  position = 0;
  /** BIP342: index of the last executed OP_CODESEPARATOR. */
  codeSeparator = NO_CODE_SEPARATOR;
  #scriptCode: Uint8Array;

  constructor(
    script: Uint8Array,
    options: {
      readonly stack: Uint8Array[];
      readonly flags: ScriptFlags;
      readonly version: ScriptVersion;
      readonly checker: SignatureChecker;
      readonly tapscript?: TapscriptContext | undefined;
    },
  ) {
    this.cursor = new ScriptCursor(script);
    this.stack = options.stack;
    this.flags = options.flags;
    this.version = options.version;
    this.checker = options.checker;
    this.tapscript = options.tapscript;
    this.minimal = (options.flags & ScriptFlag.MINIMALDATA) !== 0;
    this.#scriptCode = script;
  }

  /** The script from the last executed OP_CODESEPARATOR on; the same array until there is another. */
  get scriptCode(): Uint8Array {
    return this.#scriptCode;
  }

  has(flag: ScriptFlags): boolean {
    return (this.flags & flag) !== 0;
  }

  /** Whether fewer than `count` items are on the stack. */
  lacks(count: number): boolean {
    return this.stack.length < count;
  }

  /** Item at `depth`, 1 being the top. The caller knows that it is there. */
  peek(depth: number): Uint8Array {
    return this.stack[this.stack.length - depth]!;
  }

  /** Number at `depth`; undefined when the item is none, which is the error SCRIPTNUM. */
  number(depth: number, maxSize?: number): number | undefined {
    return decodeScriptNumber(this.peek(depth), this.minimal, maxSize);
  }

  push(item: Uint8Array): void {
    this.stack.push(item);
  }

  pushNumber(value: number): void {
    this.stack.push(encodeScriptNumber(value));
  }

  pushBoolean(value: boolean): void {
    this.stack.push(value ? ONE : EMPTY);
  }

  drop(count: number): void {
    this.stack.length -= count;
  }

  /** Replaces the operands of an operation by its truth; a VERIFY form leaves nothing, or fails with its own error. */
  settle(
    operands: number,
    truth: boolean,
    failure: ScriptErrorName | undefined,
  ): ScriptErrorName | undefined {
    this.drop(operands);
    if (failure === undefined) this.pushBoolean(truth);
    else if (!truth) return failure;
    return undefined;
  }

  /** OP_CODESEPARATOR: later signatures commit to what follows only. */
  separateCode(): void {
    this.codeSeparator = this.position;
    this.#scriptCode = this.cursor.script.subarray(this.cursor.offset);
  }
}

/** Runs one instruction; returns the error that fails the script, if any. */
export type Operation = (machine: Machine, opcode: number) => ScriptErrorName | undefined;
/** What opcodes of one family do. */
export type OperationTable = Readonly<Record<number, Operation>>;
