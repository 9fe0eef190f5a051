import { hasKeySize } from '../crypto/secp256k1.ts';
import { MAX_MULTISIG_KEYS } from './limits.ts';
import { decodeScriptNumber } from './number.ts';
import { OP } from './opcodes.ts';
import { isMinimalPush, isPushOnly, ScriptCursor } from './parse.ts';
import { isAnchorProgram, isPayToScriptHash, type WitnessProgram, witnessProgram } from './patterns.ts';

/** What kind of output a script makes, by Bitcoin Core's names, and the data in it. */
export type ScriptSolution =
  | { readonly type: 'nonstandard' }
  | { readonly type: 'nulldata' }
  | { readonly type: 'anchor' }
  | { readonly type: 'pubkey'; readonly key: Uint8Array }
  | { readonly type: 'pubkeyhash'; readonly hash: Uint8Array }
  | { readonly type: 'scripthash'; readonly hash: Uint8Array }
  | { readonly type: 'multisig'; readonly required: number; readonly keys: readonly Uint8Array[] }
  | { readonly type: 'witness_v0_keyhash'; readonly program: Uint8Array }
  | { readonly type: 'witness_v0_scripthash'; readonly program: Uint8Array }
  | { readonly type: 'witness_v1_taproot'; readonly program: Uint8Array }
  | { readonly type: 'witness_unknown'; readonly version: number; readonly program: Uint8Array };

const NONSTANDARD: ScriptSolution = Object.freeze({ type: 'nonstandard' });
/** Bare multisig with more keys is not relayed: outputs with it stay in every node's memory for long. */
const MAX_STANDARD_MULTISIG_KEYS = 3;

/** Classifies an output script. */
export function solve(script: Uint8Array): ScriptSolution {
  if (isPayToScriptHash(script)) return { type: 'scripthash', hash: script.subarray(2, 22) };
  const program = witnessProgram(script);
  if (program !== undefined) return solveProgram(program);
  if (script[0] === OP.OP_RETURN && isPushOnly(script, 1)) return { type: 'nulldata' };
  return solveKey(script) ?? solveKeyHash(script) ?? solveMultisig(script) ?? NONSTANDARD;
}

/** Whether outputs with a script are relayed, the limit on the size of data apart. */
export function isStandardOutput(script: Uint8Array): boolean {
  const solution = solve(script);
  if (solution.type === 'multisig') return solution.keys.length <= MAX_STANDARD_MULTISIG_KEYS;
  return solution.type !== 'nonstandard';
}

function solveProgram(witness: WitnessProgram): ScriptSolution {
  const { version, program } = witness;
  if (version === 0) {
    if (program.length === 20) return { type: 'witness_v0_keyhash', program };
    return program.length === 32 ? { type: 'witness_v0_scripthash', program } : NONSTANDARD;
  }
  if (version === 1 && program.length === 32) return { type: 'witness_v1_taproot', program };
  return isAnchorProgram(witness) ? { type: 'anchor' } : { type: 'witness_unknown', version, program };
}

/** key CHECKSIG */
function solveKey(script: Uint8Array): ScriptSolution | undefined {
  const size = script[0]!;
  if ((size !== 33 && size !== 65) || script.length !== size + 2) return undefined;
  const key = script.subarray(1, size + 1);
  return script[size + 1] === OP.OP_CHECKSIG && hasKeySize(key) ? { type: 'pubkey', key } : undefined;
}

/** DUP HASH160 hash EQUALVERIFY CHECKSIG */
function solveKeyHash(script: Uint8Array): ScriptSolution | undefined {
  const matches =
    script.length === 25 &&
    script[0] === OP.OP_DUP &&
    script[1] === OP.OP_HASH160 &&
    script[2] === 20 &&
    script[23] === OP.OP_EQUALVERIFY &&
    script[24] === OP.OP_CHECKSIG;
  return matches ? { type: 'pubkeyhash', hash: script.subarray(3, 23) } : undefined;
}

/** m key… n CHECKMULTISIG */
function solveMultisig(script: Uint8Array): ScriptSolution | undefined {
  if (script.at(-1) !== OP.OP_CHECKMULTISIG) return undefined;
  const cursor = new ScriptCursor(script);
  if (!cursor.next()) return undefined;
  const required = keyCount(cursor);
  if (required === undefined) return undefined;
  const keys: Uint8Array[] = [];
  while (cursor.next() && hasKeySize(cursor.data)) keys.push(cursor.data);
  const count = keyCount(cursor);
  if (count !== keys.length || count < required || cursor.offset !== script.length - 1) return undefined;
  return { type: 'multisig', required, keys };
}

/** A number from 1 to 20, as its opcode or as the shortest push. */
function keyCount(cursor: ScriptCursor): number | undefined {
  const { opcode, data } = cursor;
  let count: number | undefined;
  if (opcode >= OP.OP_1 && opcode <= OP.OP_16) count = opcode - OP.OP_1 + 1;
  else if (opcode <= OP.OP_PUSHDATA4 && isMinimalPush(data, opcode)) count = decodeScriptNumber(data, true);
  return count !== undefined && count >= 1 && count <= MAX_MULTISIG_KEYS ? count : undefined;
}
