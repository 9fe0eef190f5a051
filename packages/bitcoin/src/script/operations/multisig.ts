import type { ScriptErrorName } from '../errors.ts';
import { ScriptFlag } from '../flags.ts';
import { MAX_MULTISIG_KEYS, MAX_OPERATIONS } from '../limits.ts';
import type { Machine, Operation, OperationTable } from '../machine.ts';
import { OP } from '../opcodes.ts';
import { encodingFault, signedCode } from './signature.ts';

/** Operands of CHECKMULTISIG, each list from the top of the stack down. */
interface Operands {
  readonly keys: readonly Uint8Array[];
  readonly signatures: readonly Uint8Array[];
  /** Items on the stack, without the extra one. */
  readonly count: number;
}

/** ( extra signatures… m keys… n -- valid ); the VERIFY form leaves nothing. */
const checkMultisig: Operation = (machine, opcode) => {
  if (machine.version === 'tapscript') return 'TAPSCRIPT_CHECKMULTISIG';
  const operands = readOperands(machine);
  if (typeof operands === 'string') return operands;
  const code = signedCode(machine, operands.signatures);
  if (code === undefined) return 'SIG_FINDANDDELETE';
  const valid = matchSignatures(machine, operands, code);
  if (typeof valid === 'string') return valid;
  if (!valid && machine.has(ScriptFlag.NULLFAIL) && operands.signatures.some((s) => s.length > 0)) {
    return 'SIG_NULLFAIL';
  }
  // The first implementation popped one item too many, and so must every other.
  if (machine.lacks(operands.count + 1)) return 'INVALID_STACK_OPERATION';
  if (machine.has(ScriptFlag.NULLDUMMY) && machine.peek(operands.count + 1).length > 0) {
    return 'SIG_NULLDUMMY';
  }
  return machine.settle(
    operands.count + 1,
    valid,
    opcode === OP.OP_CHECKMULTISIGVERIFY ? 'CHECKMULTISIGVERIFY' : undefined,
  );
};

function readOperands(machine: Machine): Operands | ScriptErrorName {
  if (machine.lacks(1)) return 'INVALID_STACK_OPERATION';
  const keyCount = machine.number(1);
  if (keyCount === undefined) return 'SCRIPTNUM';
  if (keyCount < 0 || keyCount > MAX_MULTISIG_KEYS) return 'PUBKEY_COUNT';
  machine.operations += keyCount;
  if (machine.operations > MAX_OPERATIONS) return 'OP_COUNT';
  if (machine.lacks(keyCount + 2)) return 'INVALID_STACK_OPERATION';
  const signatureCount = machine.number(keyCount + 2);
  if (signatureCount === undefined) return 'SCRIPTNUM';
  if (signatureCount < 0 || signatureCount > keyCount) return 'SIG_COUNT';
  const count = keyCount + signatureCount + 2;
  if (machine.lacks(count)) return 'INVALID_STACK_OPERATION';
  const { stack } = machine;
  const keysEnd = stack.length - 1;
  const signaturesEnd = keysEnd - keyCount - 1;
  return {
    keys: stack.slice(keysEnd - keyCount, keysEnd).reverse(),
    signatures: stack.slice(signaturesEnd - signatureCount, signaturesEnd).reverse(),
    count,
  };
}

/** Signatures must come in the order of their keys, so each key is tried at most once. */
function matchSignatures(machine: Machine, operands: Operands, code: Uint8Array): boolean | ScriptErrorName {
  const { keys, signatures } = operands;
  let matched = 0;
  for (let tried = 0; matched < signatures.length; tried++) {
    if (signatures.length - matched > keys.length - tried) return false;
    const signature = signatures[matched]!;
    const key = keys[tried]!;
    const fault = encodingFault(machine, signature, key);
    if (fault !== undefined) return fault;
    if (machine.checker.ecdsa(signature, key, code, machine.version === 'witness-v0')) matched++;
  }
  return true;
}

/** Several signatures at once, before tapscript. */
export const MULTISIG_OPERATIONS: OperationTable = {
  [OP.OP_CHECKMULTISIG]: checkMultisig,
  [OP.OP_CHECKMULTISIGVERIFY]: checkMultisig,
};
