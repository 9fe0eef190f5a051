import { equalBytes } from '@prometheus-compute/protocol';
import type { Operation, OperationTable } from '../machine.ts';
import { OP } from '../opcodes.ts';

/** ( a -- f(a) ) */
function unary(compute: (a: number) => number): Operation {
  return (machine) => {
    if (machine.lacks(1)) return 'INVALID_STACK_OPERATION';
    const a = machine.number(1);
    if (a === undefined) return 'SCRIPTNUM';
    machine.drop(1);
    machine.pushNumber(compute(a));
    return undefined;
  };
}

/** ( a b -- f(a, b) ) */
function binary(compute: (a: number, b: number) => number): Operation {
  return (machine) => {
    if (machine.lacks(2)) return 'INVALID_STACK_OPERATION';
    const a = machine.number(2);
    const b = machine.number(1);
    if (a === undefined || b === undefined) return 'SCRIPTNUM';
    machine.drop(2);
    machine.pushNumber(compute(a, b));
    return undefined;
  };
}

const truth = (value: boolean): number => (value ? 1 : 0);

/** ( a b -- a = b ), as numbers; the VERIFY form leaves nothing. */
const numericallyEqual: Operation = (machine, opcode) => {
  if (machine.lacks(2)) return 'INVALID_STACK_OPERATION';
  const a = machine.number(2);
  const b = machine.number(1);
  if (a === undefined || b === undefined) return 'SCRIPTNUM';
  return machine.settle(2, a === b, opcode === OP.OP_NUMEQUALVERIFY ? 'NUMEQUALVERIFY' : undefined);
};

/** ( a b -- a = b ), as bytes; the VERIFY form leaves nothing. */
const equal: Operation = (machine, opcode) => {
  if (machine.lacks(2)) return 'INVALID_STACK_OPERATION';
  const same = equalBytes(machine.peek(2), machine.peek(1));
  return machine.settle(2, same, opcode === OP.OP_EQUALVERIFY ? 'EQUALVERIFY' : undefined);
};

/** ( x least above -- least ≤ x < above ) */
const within: Operation = (machine) => {
  if (machine.lacks(3)) return 'INVALID_STACK_OPERATION';
  const x = machine.number(3);
  const least = machine.number(2);
  const above = machine.number(1);
  if (x === undefined || least === undefined || above === undefined) return 'SCRIPTNUM';
  return machine.settle(3, least <= x && x < above, undefined);
};

/** Operations on numbers, and equality of bytes. Operands have 4 bytes; results may have 5. */
export const ARITHMETIC_OPERATIONS: OperationTable = {
  [OP.OP_EQUAL]: equal,
  [OP.OP_EQUALVERIFY]: equal,
  [OP.OP_1ADD]: unary((a) => a + 1),
  [OP.OP_1SUB]: unary((a) => a - 1),
  [OP.OP_NEGATE]: unary((a) => -a),
  [OP.OP_ABS]: unary(Math.abs),
  [OP.OP_NOT]: unary((a) => truth(a === 0)),
  [OP.OP_0NOTEQUAL]: unary((a) => truth(a !== 0)),
  [OP.OP_ADD]: binary((a, b) => a + b),
  [OP.OP_SUB]: binary((a, b) => a - b),
  [OP.OP_BOOLAND]: binary((a, b) => truth(a !== 0 && b !== 0)),
  [OP.OP_BOOLOR]: binary((a, b) => truth(a !== 0 || b !== 0)),
  [OP.OP_NUMEQUAL]: numericallyEqual,
  [OP.OP_NUMEQUALVERIFY]: numericallyEqual,
  [OP.OP_NUMNOTEQUAL]: binary((a, b) => truth(a !== b)),
  [OP.OP_LESSTHAN]: binary((a, b) => truth(a < b)),
  [OP.OP_GREATERTHAN]: binary((a, b) => truth(a > b)),
  [OP.OP_LESSTHANOREQUAL]: binary((a, b) => truth(a <= b)),
  [OP.OP_GREATERTHANOREQUAL]: binary((a, b) => truth(a >= b)),
  [OP.OP_MIN]: binary(Math.min),
  [OP.OP_MAX]: binary(Math.max),
  [OP.OP_WITHIN]: within,
};
