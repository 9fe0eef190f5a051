import type { ScriptErrorName } from '../errors.ts';
import { ScriptFlag } from '../flags.ts';
import type { Machine, Operation, OperationTable } from '../machine.ts';
import { isTruthy } from '../number.ts';
import { OP } from '../opcodes.ts';

const nothing: Operation = () => undefined;

/** NOPs that a soft fork may redefine, or has redefined where its flag is off. */
export const upgradable: Operation = (machine) =>
  machine.has(ScriptFlag.DISCOURAGE_UPGRADABLE_NOPS) ? 'DISCOURAGE_UPGRADABLE_NOPS' : undefined;

/** ( condition -- ) when it runs; in a branch not taken it only counts the nesting. */
const branch: Operation = (machine, opcode) => {
  let taken = false;
  if (machine.conditions.allTaken) {
    if (machine.lacks(1)) return 'INVALID_STACK_OPERATION';
    const condition = machine.peek(1);
    const fault = conditionFault(machine, condition);
    if (fault !== undefined) return fault;
    taken = isTruthy(condition) === (opcode === OP.OP_IF);
    machine.drop(1);
  }
  machine.conditions.open(taken);
  return undefined;
};

/** Many values are true, so third parties could swap one for another; tapscript allows one of each. */
function conditionFault(machine: Machine, condition: Uint8Array): ScriptErrorName | undefined {
  if (condition.length === 0 || (condition.length === 1 && condition[0] === 1)) return undefined;
  if (machine.version === 'tapscript') return 'TAPSCRIPT_MINIMALIF';
  return machine.version === 'witness-v0' && machine.has(ScriptFlag.MINIMALIF) ? 'MINIMALIF' : undefined;
}

const otherwise: Operation = (machine) => {
  if (machine.conditions.none) return 'UNBALANCED_CONDITIONAL';
  machine.conditions.toggle();
  return undefined;
};

const endIf: Operation = (machine) => {
  if (machine.conditions.none) return 'UNBALANCED_CONDITIONAL';
  machine.conditions.close();
  return undefined;
};

/** ( true -- ) */
const verify: Operation = (machine) => {
  if (machine.lacks(1)) return 'INVALID_STACK_OPERATION';
  if (!isTruthy(machine.peek(1))) return 'VERIFY';
  machine.drop(1);
  return undefined;
};

/** NOPs, conditions, and what ends a script. */
export const CONTROL_OPERATIONS: OperationTable = {
  [OP.OP_NOP]: nothing,
  [OP.OP_NOP1]: upgradable,
  [OP.OP_NOP4]: upgradable,
  [OP.OP_NOP5]: upgradable,
  [OP.OP_NOP6]: upgradable,
  [OP.OP_NOP7]: upgradable,
  [OP.OP_NOP8]: upgradable,
  [OP.OP_NOP9]: upgradable,
  [OP.OP_NOP10]: upgradable,
  [OP.OP_IF]: branch,
  [OP.OP_NOTIF]: branch,
  [OP.OP_ELSE]: otherwise,
  [OP.OP_ENDIF]: endIf,
  [OP.OP_VERIFY]: verify,
  [OP.OP_RETURN]: () => 'OP_RETURN',
};
