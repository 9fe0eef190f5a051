import type { Operation, OperationTable } from '../machine.ts';
import { OP } from '../opcodes.ts';
import { ARITHMETIC_OPERATIONS } from './arithmetic.ts';
import { CONTROL_OPERATIONS } from './control.ts';
import { HASHING_OPERATIONS } from './hashing.ts';
import { LOCKTIME_OPERATIONS } from './locktime.ts';
import { MULTISIG_OPERATIONS } from './multisig.ts';
import { SIGNATURE_OPERATIONS } from './signature.ts';
import { STACK_OPERATIONS } from './stack.ts';

/** OP_1NEGATE and OP_1 to OP_16 push the number that they are named after. */
const smallNumber: Operation = (machine, opcode) => {
  machine.pushNumber(opcode - (OP.OP_1 - 1));
  return undefined;
};

const SMALL_NUMBERS: OperationTable = Object.fromEntries(
  [OP.OP_1NEGATE, ...Array.from({ length: 16 }, (_, i) => OP.OP_1 + i)].map((op) => [op, smallNumber]),
);

const FAMILIES: OperationTable = {
  ...SMALL_NUMBERS,
  ...CONTROL_OPERATIONS,
  ...LOCKTIME_OPERATIONS,
  ...STACK_OPERATIONS,
  ...ARITHMETIC_OPERATIONS,
  ...HASHING_OPERATIONS,
  ...SIGNATURE_OPERATIONS,
  ...MULTISIG_OPERATIONS,
};

/** What each opcode does when it runs, by its byte; a hole is an opcode that fails the script. */
export const OPERATIONS: readonly (Operation | undefined)[] = Array.from(
  { length: 256 },
  (_, opcode) => FAMILIES[opcode],
);
