import type { Machine, Operation, OperationTable } from '../machine.ts';
import { isTruthy } from '../number.ts';
import { OP } from '../opcodes.ts';

/** An operation on items that must be there. */
function needing(items: number, run: (machine: Machine) => void): Operation {
  return (machine) => {
    if (machine.lacks(items)) return 'INVALID_STACK_OPERATION';
    run(machine);
    return undefined;
  };
}

/** Copies the item at `depth`, 1 being the top, `count` times, each time with what came on top. */
function copy(depth: number, count: number): Operation {
  return needing(Math.max(depth, count), (machine) => {
    for (let i = 0; i < count; i++) machine.push(machine.peek(depth));
  });
}

/** Moves `count` items from `depth` down to the top, in their order. */
function raise(depth: number, count: number): Operation {
  return needing(depth, ({ stack }) => {
    stack.push(...stack.splice(stack.length - depth, count));
  });
}

function remove(depth: number, count: number): Operation {
  return needing(depth, ({ stack }) => {
    stack.splice(stack.length - depth, count);
  });
}

const toAlternative = needing(1, (machine) => {
  machine.alternative.push(machine.peek(1));
  machine.drop(1);
});

const fromAlternative: Operation = (machine) => {
  const item = machine.alternative.pop();
  if (item === undefined) return 'INVALID_ALTSTACK_OPERATION';
  machine.push(item);
  return undefined;
};

const duplicateIfTrue = needing(1, (machine) => {
  if (isTruthy(machine.peek(1))) machine.push(machine.peek(1));
});

const depth: Operation = (machine) => {
  machine.pushNumber(machine.stack.length);
  return undefined;
};

/** ( xn … x0 n -- xn … x0 xn ); OP_ROLL takes the original away. */
const pickOrRoll: Operation = (machine, opcode) => {
  if (machine.lacks(2)) return 'INVALID_STACK_OPERATION';
  const n = machine.number(1);
  if (n === undefined) return 'SCRIPTNUM';
  machine.drop(1);
  if (n < 0 || n >= machine.stack.length) return 'INVALID_STACK_OPERATION';
  const item = machine.peek(n + 1);
  if (opcode === OP.OP_ROLL) machine.stack.splice(machine.stack.length - n - 1, 1);
  machine.push(item);
  return undefined;
};

const tuck = needing(2, ({ stack }) => {
  stack.splice(stack.length - 2, 0, stack[stack.length - 1]!);
});

const size = needing(1, (machine) => machine.pushNumber(machine.peek(1).length));

/** Operations that move items, and OP_SIZE. */
export const STACK_OPERATIONS: OperationTable = {
  [OP.OP_TOALTSTACK]: toAlternative,
  [OP.OP_FROMALTSTACK]: fromAlternative,
  [OP.OP_2DROP]: remove(2, 2),
  [OP.OP_2DUP]: copy(2, 2),
  [OP.OP_3DUP]: copy(3, 3),
  [OP.OP_2OVER]: copy(4, 2),
  [OP.OP_2ROT]: raise(6, 2),
  [OP.OP_2SWAP]: raise(4, 2),
  [OP.OP_IFDUP]: duplicateIfTrue,
  [OP.OP_DEPTH]: depth,
  [OP.OP_DROP]: remove(1, 1),
  [OP.OP_DUP]: copy(1, 1),
  [OP.OP_NIP]: remove(2, 1),
  [OP.OP_OVER]: copy(2, 1),
  [OP.OP_PICK]: pickOrRoll,
  [OP.OP_ROLL]: pickOrRoll,
  [OP.OP_ROT]: raise(3, 1),
  [OP.OP_SWAP]: raise(2, 1),
  [OP.OP_TUCK]: tuck,
  [OP.OP_SIZE]: size,
};
