import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes } from '@prometheus-compute/protocol';
import { ByteWriter, variableLength } from '../transaction/byte-writer.ts';
import { witnessSize } from '../transaction/serialize.ts';
import type { SignatureChecker } from './checker.ts';
import type { ScriptErrorName } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { ScriptFlag, type ScriptFlags } from './flags.ts';
import { MAX_ELEMENT_SIZE, MAX_STACK_SIZE } from './limits.ts';
import { Machine, type ScriptVersion, type TapscriptContext } from './machine.ts';
import { isTruthy } from './number.ts';
import { isSuccess, OP } from './opcodes.ts';
import { ScriptCursor } from './parse.ts';
import { isAnchorProgram, type WitnessProgram } from './patterns.ts';
import { hasAnnex, leafHash, merkleRoot, parseControlBlock, TAPSCRIPT_LEAF_VERSION } from './taproot.ts';

const KEY_HASH_SIZE = 20;
const SCRIPT_HASH_SIZE = 32;
const TAPROOT_SIZE = 32;
/** BIP342: weight that a tapscript may use for signatures on top of its witness's size: one, in effect. */
const BUDGET_OFFSET = 50;

/** What a witness program is verified with. */
export interface WitnessContext {
  readonly witness: readonly Uint8Array[];
  readonly flags: ScriptFlags;
  readonly checker: SignatureChecker;
  /** Whether the program is a P2SH redeem script. */
  readonly nested: boolean;
}

/** BIP141, BIP341: the error for which a witness does not satisfy a program, if any. */
export function verifyWitnessProgram(
  program: WitnessProgram,
  context: WitnessContext,
): ScriptErrorName | undefined {
  if (program.version === 0) return verifyVersion0(program.program, context);
  // Taproot is not wrapped in P2SH: its program would be as short as a hash that could collide.
  if (program.version === 1 && program.program.length === TAPROOT_SIZE && !context.nested) {
    return verifyTaproot(program.program, context);
  }
  if (!context.nested && isAnchorProgram(program)) return undefined;
  return (context.flags & ScriptFlag.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM) !== 0
    ? 'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM'
    : undefined;
}

function verifyVersion0(program: Uint8Array, context: WitnessContext): ScriptErrorName | undefined {
  const { witness } = context;
  if (program.length === SCRIPT_HASH_SIZE) {
    const script = witness.at(-1);
    if (script === undefined) return 'WITNESS_PROGRAM_WITNESS_EMPTY';
    if (!equalBytes(sha256(script), program)) return 'WITNESS_PROGRAM_MISMATCH';
    return execute(script, witness.slice(0, -1), 'witness-v0', context);
  }
  if (program.length === KEY_HASH_SIZE) {
    if (witness.length !== 2) return 'WITNESS_PROGRAM_MISMATCH';
    return execute(payToKeyHash(program), witness, 'witness-v0', context);
  }
  return 'WITNESS_PROGRAM_WRONG_LENGTH';
}

/** The script that a P2WPKH program stands for. */
function payToKeyHash(hash: Uint8Array): Uint8Array {
  return concatBytes(
    Uint8Array.of(OP.OP_DUP, OP.OP_HASH160, KEY_HASH_SIZE),
    hash,
    Uint8Array.of(OP.OP_EQUALVERIFY, OP.OP_CHECKSIG),
  );
}

function verifyTaproot(outputKey: Uint8Array, context: WitnessContext): ScriptErrorName | undefined {
  const { witness, flags, checker } = context;
  if ((flags & ScriptFlag.TAPROOT) === 0) return undefined;
  if (witness.length === 0) return 'WITNESS_PROGRAM_WITNESS_EMPTY';
  const annexHash = hasAnnex(witness) ? hashAnnex(witness.at(-1)!) : undefined;
  const stack = annexHash === undefined ? witness.slice() : witness.slice(0, -1);
  if (stack.length === 1) return checker.schnorr(stack[0]!, outputKey, { annexHash, leaf: undefined });

  const control = parseControlBlock(stack.pop()!);
  const script = stack.pop()!;
  if (control === undefined) return 'TAPROOT_WRONG_CONTROL_SIZE';
  const leaf = leafHash(control.leafVersion, script);
  const root = merkleRoot(leaf, control.path);
  if (!checker.tweak(outputKey, control.internalKey, root, control.parity)) return 'WITNESS_PROGRAM_MISMATCH';
  if (control.leafVersion !== TAPSCRIPT_LEAF_VERSION) {
    return (flags & ScriptFlag.DISCOURAGE_UPGRADABLE_TAPROOT_VERSION) !== 0
      ? 'DISCOURAGE_UPGRADABLE_TAPROOT_VERSION'
      : undefined;
  }
  const success = scanForSuccess(script, flags);
  if (success !== 'run') return success === 'succeeds' ? undefined : success;
  if (stack.length > MAX_STACK_SIZE) return 'STACK_SIZE';
  // The whole witness counts, with annex and control block.
  const budget = witnessSize(witness) + BUDGET_OFFSET;
  return execute(script, stack, 'tapscript', context, { leafHash: leaf, annexHash, budget });
}

/** BIP342: an OP_SUCCESS anywhere before the first malformed instruction makes everything else void. */
function scanForSuccess(script: Uint8Array, flags: ScriptFlags): 'run' | 'succeeds' | ScriptErrorName {
  const cursor = new ScriptCursor(script);
  while (!cursor.atEnd) {
    if (!cursor.next()) return 'BAD_OPCODE';
    if (isSuccess(cursor.opcode)) {
      return (flags & ScriptFlag.DISCOURAGE_OP_SUCCESS) !== 0 ? 'DISCOURAGE_OP_SUCCESS' : 'succeeds';
    }
  }
  return 'run';
}

function hashAnnex(annex: Uint8Array): Uint8Array {
  const writer = new ByteWriter(variableLength(annex));
  writer.variableBytes(annex);
  return sha256(writer.finish());
}

/** Runs a script on a witness; exactly one true item must be left. */
function execute(
  script: Uint8Array,
  witness: readonly Uint8Array[],
  version: ScriptVersion,
  { flags, checker }: WitnessContext,
  tapscript?: TapscriptContext,
): ScriptErrorName | undefined {
  if (witness.some((item) => item.length > MAX_ELEMENT_SIZE)) return 'PUSH_SIZE';
  const stack = witness.slice();
  const error = evaluate(new Machine(script, { stack, flags, version, checker, tapscript }));
  if (error !== undefined) return error;
  if (stack.length !== 1) return 'CLEANSTACK';
  return isTruthy(stack[0]!) ? undefined : 'EVAL_FALSE';
}
