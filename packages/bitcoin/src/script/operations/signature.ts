import type { ScriptErrorName } from '../errors.ts';
import { findAndDelete } from '../find-and-delete.ts';
import { ScriptFlag } from '../flags.ts';
import type { Machine, Operation, OperationTable, TapscriptContext } from '../machine.ts';
import { OP } from '../opcodes.ts';
import { pushOf } from '../parse.ts';
import { publicKeyFault, signatureFault } from '../signature-encoding.ts';

/** BIP342: weight that one signature check uses up. */
const SIGNATURE_WEIGHT = 50;
const TAPSCRIPT_KEY_SIZE = 32;

/** Whether a signature is valid, or the error that fails the whole script. */
type Outcome = boolean | ScriptErrorName;

function checkSignature(machine: Machine, signature: Uint8Array, publicKey: Uint8Array): Outcome {
  const { tapscript } = machine;
  return tapscript === undefined
    ? checkEcdsa(machine, signature, publicKey)
    : checkTapscript(machine, tapscript, signature, publicKey);
}

function checkEcdsa(machine: Machine, signature: Uint8Array, publicKey: Uint8Array): Outcome {
  const code = signedCode(machine, [signature]);
  if (code === undefined) return 'SIG_FINDANDDELETE';
  const fault = encodingFault(machine, signature, publicKey);
  if (fault !== undefined) return fault;
  const valid = machine.checker.ecdsa(signature, publicKey, code, machine.version === 'witness-v0');
  if (!valid && signature.length > 0 && machine.has(ScriptFlag.NULLFAIL)) return 'SIG_NULLFAIL';
  return valid;
}

/**
 * BIP342, in this order: the budget counts every signature that is not empty; an empty key fails; a key of unknown
 * size accepts any signature, for soft forks; an invalid signature fails unless it is empty.
 */
function checkTapscript(
  machine: Machine,
  tapscript: TapscriptContext,
  signature: Uint8Array,
  publicKey: Uint8Array,
): Outcome {
  const present = signature.length > 0;
  if (present) {
    tapscript.budget -= SIGNATURE_WEIGHT;
    if (tapscript.budget < 0) return 'TAPSCRIPT_VALIDATION_WEIGHT';
  }
  if (publicKey.length === 0) return 'TAPSCRIPT_EMPTY_PUBKEY';
  if (publicKey.length !== TAPSCRIPT_KEY_SIZE) {
    return machine.has(ScriptFlag.DISCOURAGE_UPGRADABLE_PUBKEYTYPE)
      ? 'DISCOURAGE_UPGRADABLE_PUBKEYTYPE'
      : present;
  }
  if (!present) return false;
  const fault = machine.checker.schnorr(signature, publicKey, {
    annexHash: tapscript.annexHash,
    leaf: { hash: tapscript.leafHash, codeSeparator: machine.codeSeparator },
  });
  return fault ?? true;
}

/** The first rule that a signature's or a key's form breaks. */
export function encodingFault(
  machine: Machine,
  signature: Uint8Array,
  publicKey: Uint8Array,
): ScriptErrorName | undefined {
  return (
    signatureFault(signature, machine.flags) ??
    publicKeyFault(publicKey, machine.flags, machine.version === 'witness-v0')
  );
}

/**
 * What ECDSA signatures commit to: the script from the last OP_CODESEPARATOR on, in legacy scripts without the
 * signatures themselves. Undefined where there was one to delete and that is not allowed.
 */
export function signedCode(machine: Machine, signatures: readonly Uint8Array[]): Uint8Array | undefined {
  let code = machine.scriptCode;
  if (machine.version !== 'legacy') return code;
  for (const signature of signatures) {
    const { script, found } = findAndDelete(code, pushOf(signature));
    if (found > 0 && machine.has(ScriptFlag.CONST_SCRIPTCODE)) return undefined;
    code = script;
  }
  return code;
}

/** ( signature key -- valid ); the VERIFY form leaves nothing. */
const checkSig: Operation = (machine, opcode) => {
  if (machine.lacks(2)) return 'INVALID_STACK_OPERATION';
  const valid = checkSignature(machine, machine.peek(2), machine.peek(1));
  if (typeof valid === 'string') return valid;
  return machine.settle(2, valid, opcode === OP.OP_CHECKSIGVERIFY ? 'CHECKSIGVERIFY' : undefined);
};

/** ( signature n key -- n or n+1 ) BIP342: takes the place of CHECKMULTISIG, and each key is checked once. */
const checkSigAdd: Operation = (machine) => {
  if (machine.version !== 'tapscript') return 'BAD_OPCODE';
  if (machine.lacks(3)) return 'INVALID_STACK_OPERATION';
  const count = machine.number(2);
  if (count === undefined) return 'SCRIPTNUM';
  const valid = checkSignature(machine, machine.peek(3), machine.peek(1));
  if (typeof valid === 'string') return valid;
  machine.drop(3);
  machine.pushNumber(count + (valid ? 1 : 0));
  return undefined;
};

const codeSeparator: Operation = (machine) => {
  machine.separateCode();
  return undefined;
};

/** One signature at a time. */
export const SIGNATURE_OPERATIONS: OperationTable = {
  [OP.OP_CODESEPARATOR]: codeSeparator,
  [OP.OP_CHECKSIG]: checkSig,
  [OP.OP_CHECKSIGVERIFY]: checkSig,
  [OP.OP_CHECKSIGADD]: checkSigAdd,
};
