import { SEQUENCE_LOCKTIME_DISABLE_FLAG } from '../../transaction/transaction.ts';
import { ScriptFlag } from '../flags.ts';
import type { Operation, OperationTable } from '../machine.ts';
import { OP } from '../opcodes.ts';
import { upgradable } from './control.ts';

/** Lock times have 32 bits and no sign, so their operands may have five bytes. */
const LOCK_SIZE = 5;
/** 2³²: what the operand is reduced by before its bits are looked at. */
const UINT32_RANGE = 0x1_0000_0000;

/** ( lock -- lock ) BIP65: fails unless the transaction's lock time has that height or time. */
const checkLockTime: Operation = (machine, opcode) => {
  if (!machine.has(ScriptFlag.CHECKLOCKTIMEVERIFY)) return upgradable(machine, opcode);
  if (machine.lacks(1)) return 'INVALID_STACK_OPERATION';
  const required = machine.number(1, LOCK_SIZE);
  if (required === undefined) return 'SCRIPTNUM';
  if (required < 0) return 'NEGATIVE_LOCKTIME';
  return machine.checker.lockTime(required) ? undefined : 'UNSATISFIED_LOCKTIME';
};

/** ( lock -- lock ) BIP112: fails unless the input's sequence number has that relative lock. */
const checkSequence: Operation = (machine, opcode) => {
  if (!machine.has(ScriptFlag.CHECKSEQUENCEVERIFY)) return upgradable(machine, opcode);
  if (machine.lacks(1)) return 'INVALID_STACK_OPERATION';
  const required = machine.number(1, LOCK_SIZE);
  if (required === undefined) return 'SCRIPTNUM';
  if (required < 0) return 'NEGATIVE_LOCKTIME';
  // Left for soft forks: such an operand asks for nothing.
  if (((required % UINT32_RANGE) & SEQUENCE_LOCKTIME_DISABLE_FLAG) !== 0) return undefined;
  return machine.checker.sequence(required) ? undefined : 'UNSATISFIED_LOCKTIME';
};

/** Absolute and relative locks. */
export const LOCKTIME_OPERATIONS: OperationTable = {
  [OP.OP_CHECKLOCKTIMEVERIFY]: checkLockTime,
  [OP.OP_CHECKSEQUENCEVERIFY]: checkSequence,
};
