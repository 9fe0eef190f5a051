import { OP } from './opcodes.ts';

/** BIP141: an output script that says nothing but a version and 2 to 40 bytes. */
export interface WitnessProgram {
  /** 0 to 16. */
  readonly version: number;
  readonly program: Uint8Array;
}

const PROGRAM_SCRIPT_MIN = 4;
const PROGRAM_SCRIPT_MAX = 42;
/** Program of pay-to-anchor, "Ns": with version 1, the letters of bc1pfeessrawgf. */
const ANCHOR_PROGRAM = [0x4e, 0x73] as const;

/** BIP141: the witness program that a script is, if it is one. */
export function witnessProgram(script: Uint8Array): WitnessProgram | undefined {
  const { length } = script;
  if (length < PROGRAM_SCRIPT_MIN || length > PROGRAM_SCRIPT_MAX || script[1] !== length - 2)
    return undefined;
  const opcode = script[0]!;
  if (opcode !== OP.OP_0 && (opcode < OP.OP_1 || opcode > OP.OP_16)) return undefined;
  return { version: opcode === OP.OP_0 ? 0 : opcode - OP.OP_1 + 1, program: script.subarray(2) };
}

/** BIP16: HASH160, 20 bytes, EQUAL. */
export function isPayToScriptHash(script: Uint8Array): boolean {
  return (
    script.length === 23 && script[0] === OP.OP_HASH160 && script[1] === 20 && script[22] === OP.OP_EQUAL
  );
}

/** Whether a program is pay-to-anchor: anyone may spend it, without a witness, to pay its parent's fee. */
export function isAnchorProgram({ version, program }: WitnessProgram): boolean {
  return (
    version === 1 &&
    program.length === 2 &&
    program[0] === ANCHOR_PROGRAM[0] &&
    program[1] === ANCHOR_PROGRAM[1]
  );
}

/** Whether a script is pay-to-anchor. */
export function isPayToAnchor(script: Uint8Array): boolean {
  const program = witnessProgram(script);
  return program !== undefined && isAnchorProgram(program);
}
