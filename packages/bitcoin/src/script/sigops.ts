import { MAX_MULTISIG_KEYS } from './limits.ts';
import { OP } from './opcodes.ts';
import { lastPush, ScriptCursor } from './parse.ts';
import { isPayToScriptHash, type WitnessProgram, witnessProgram } from './patterns.ts';

/**
 * Signature checks that a script may cost, by its text alone. Counting ends at the first malformed push.
 *
 * @param accurate - take the number of keys of a CHECKMULTISIG from the number before it (BIP16) instead of the most
 * that there can be
 */
export function countSigOps(script: Uint8Array, accurate: boolean): number {
  const cursor = new ScriptCursor(script);
  let count = 0;
  let previous = OP.OP_0 as number;
  while (cursor.next()) {
    const { opcode } = cursor;
    if (opcode === OP.OP_CHECKSIG || opcode === OP.OP_CHECKSIGVERIFY) {
      count++;
    } else if (opcode === OP.OP_CHECKMULTISIG || opcode === OP.OP_CHECKMULTISIGVERIFY) {
      const known = accurate && previous >= OP.OP_1 && previous <= OP.OP_16;
      count += known ? previous - OP.OP_1 + 1 : MAX_MULTISIG_KEYS;
    }
    previous = opcode;
  }
  return count;
}

/** BIP16: signature checks of the redeem script; 0 for outputs of other kinds and for a scriptSig that not only pushes. */
export function countP2shSigOps(scriptSig: Uint8Array, scriptPubKey: Uint8Array): number {
  if (!isPayToScriptHash(scriptPubKey)) return 0;
  const redeemScript = lastPush(scriptSig);
  return redeemScript === undefined ? 0 : countSigOps(redeemScript, true);
}

/** BIP141: signature checks of a witness program, bare or in P2SH. Tapscript has a budget of its own and counts 0. */
export function countWitnessSigOps(
  scriptSig: Uint8Array,
  scriptPubKey: Uint8Array,
  witness: readonly Uint8Array[],
): number {
  const script = isPayToScriptHash(scriptPubKey) ? lastPush(scriptSig) : scriptPubKey;
  const program = script === undefined ? undefined : witnessProgram(script);
  return program === undefined ? 0 : programSigOps(program, witness);
}

function programSigOps({ version, program }: WitnessProgram, witness: readonly Uint8Array[]): number {
  if (version !== 0) return 0;
  if (program.length === 20) return 1;
  const script = witness.at(-1);
  return program.length === 32 && script !== undefined ? countSigOps(script, true) : 0;
}
