import type { ScriptErrorName } from './errors.ts';
import { ScriptFlag } from './flags.ts';
import { MAX_ELEMENT_SIZE, MAX_OPERATIONS, MAX_SCRIPT_SIZE, MAX_STACK_SIZE } from './limits.ts';
import type { Machine } from './machine.ts';
import { isDisabled, OP } from './opcodes.ts';
import { OPERATIONS } from './operations/table.ts';
import { isMinimalPush } from './parse.ts';

/**
 * Runs a machine's script to its end. What is on the stack then says whether the script allows the spend.
 *
 * @returns the error that stopped it, if any
 */
export function evaluate(machine: Machine): ScriptErrorName | undefined {
  const { cursor } = machine;
  if (machine.version !== 'tapscript' && cursor.script.length > MAX_SCRIPT_SIZE) return 'SCRIPT_SIZE';
  while (!cursor.atEnd) {
    const error = step(machine);
    if (error !== undefined) return error;
    machine.position++;
  }
  return machine.conditions.none ? undefined : 'UNBALANCED_CONDITIONAL';
}

function step(machine: Machine): ScriptErrorName | undefined {
  const { cursor, conditions } = machine;
  const runs = conditions.allTaken;
  if (!cursor.next()) return 'BAD_OPCODE';
  const { opcode } = cursor;
  const fault = presenceFault(machine, opcode);
  if (fault !== undefined) return fault;
  if (opcode <= OP.OP_PUSHDATA4) {
    if (!runs) return undefined;
    if (machine.minimal && !isMinimalPush(cursor.data, opcode)) return 'MINIMALDATA';
    machine.push(cursor.data);
  } else if (runs || (opcode >= OP.OP_IF && opcode <= OP.OP_ENDIF)) {
    const operation = OPERATIONS[opcode];
    const error = operation === undefined ? 'BAD_OPCODE' : operation(machine, opcode);
    if (error !== undefined) return error;
  }
  return machine.stack.length + machine.alternative.length > MAX_STACK_SIZE ? 'STACK_SIZE' : undefined;
}

/** Rules that an instruction can break even in a branch that is not taken. */
function presenceFault(machine: Machine, opcode: number): ScriptErrorName | undefined {
  if (machine.cursor.dataLength > MAX_ELEMENT_SIZE) return 'PUSH_SIZE';
  if (opcode > OP.OP_16 && machine.version !== 'tapscript' && ++machine.operations > MAX_OPERATIONS) {
    return 'OP_COUNT';
  }
  if (isDisabled(opcode)) return 'DISABLED_OPCODE';
  if (
    opcode === OP.OP_CODESEPARATOR &&
    machine.version === 'legacy' &&
    machine.has(ScriptFlag.CONST_SCRIPTCODE)
  ) {
    return 'OP_CODESEPARATOR';
  }
  return undefined;
}
