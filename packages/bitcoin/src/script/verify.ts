import { equalBytes } from '@prometheus-compute/protocol';
import type { SignatureChecker } from './checker.ts';
import { type ScriptErrorName, ScriptUsageError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { ScriptFlag, type ScriptFlags } from './flags.ts';
import { Machine } from './machine.ts';
import { isTruthy } from './number.ts';
import { isPushOnly, pushOf } from './parse.ts';
import { isPayToScriptHash, type WitnessProgram, witnessProgram } from './patterns.ts';
import { verifyWitnessProgram } from './witness-program.ts';

/** Whether an input may spend an output, and if not, why. */
export type ScriptVerdict = { readonly ok: true } | { readonly ok: false; readonly error: ScriptErrorName };

const OK: ScriptVerdict = Object.freeze({ ok: true });

/** Both scripts of a spend, its witness, the rules, and what is known about the transaction. */
export interface ScriptSpend {
  readonly scriptSig: Uint8Array;
  readonly scriptPubKey: Uint8Array;
  readonly witness: readonly Uint8Array[];
  readonly flags: ScriptFlags;
  readonly checker: SignatureChecker;
}

/**
 * Verifies one input as Bitcoin Core does, rule by rule in its order, so that the error is the same too.
 *
 * @throws ScriptUsageError `flags-inconsistent` for WITNESS without P2SH and for CLEANSTACK without WITNESS, which no
 * soft fork could have brought
 */
export function verifyScript(spend: ScriptSpend): ScriptVerdict {
  checkFlags(spend.flags);
  const error = scriptFault(spend);
  return error === undefined ? OK : { ok: false, error };
}

function checkFlags(flags: ScriptFlags): void {
  const has = (flag: ScriptFlags) => (flags & flag) !== 0;
  if (
    (has(ScriptFlag.WITNESS) && !has(ScriptFlag.P2SH)) ||
    (has(ScriptFlag.CLEANSTACK) && !has(ScriptFlag.WITNESS))
  ) {
    throw new ScriptUsageError('flags-inconsistent', 'CLEANSTACK needs WITNESS and WITNESS needs P2SH', {
      evidence: { flags },
    });
  }
}

function scriptFault(spend: ScriptSpend): ScriptErrorName | undefined {
  const { scriptSig, scriptPubKey, flags } = spend;
  if ((flags & ScriptFlag.SIGPUSHONLY) !== 0 && !isPushOnly(scriptSig)) return 'SIG_PUSHONLY';

  // One script after the other on the same stack: joined, the first could hide the second (CVE-2010-5141).
  let stack: Uint8Array[] = [];
  const signatureError = runLegacy(spend, scriptSig, stack);
  if (signatureError !== undefined) return signatureError;
  const pushed = stack.slice();
  const outputError = runLegacy(spend, scriptPubKey, stack) ?? falseTop(stack);
  if (outputError !== undefined) return outputError;

  const usesWitness = (flags & ScriptFlag.WITNESS) !== 0;
  let program = usesWitness ? witnessProgram(scriptPubKey) : undefined;
  if (program !== undefined) {
    // Anything in the scriptSig could be changed by third parties.
    if (scriptSig.length > 0) return 'WITNESS_MALLEATED';
    const error = runProgram(spend, program, false);
    if (error !== undefined) return error;
    stack.length = 1;
  }

  if ((flags & ScriptFlag.P2SH) !== 0 && isPayToScriptHash(scriptPubKey)) {
    if (!isPushOnly(scriptSig)) return 'SIG_PUSHONLY';
    stack = pushed;
    const redeemScript = stack.pop()!;
    const error = runLegacy(spend, redeemScript, stack) ?? falseTop(stack);
    if (error !== undefined) return error;
    program = usesWitness ? witnessProgram(redeemScript) : undefined;
    if (program !== undefined) {
      if (!equalBytes(scriptSig, pushOf(redeemScript))) return 'WITNESS_MALLEATED_P2SH';
      const nestedError = runProgram(spend, program, true);
      if (nestedError !== undefined) return nestedError;
      stack.length = 1;
    }
  }

  if ((flags & ScriptFlag.CLEANSTACK) !== 0 && stack.length !== 1) return 'CLEANSTACK';
  return usesWitness && program === undefined && spend.witness.length > 0 ? 'WITNESS_UNEXPECTED' : undefined;
}

function runLegacy(spend: ScriptSpend, script: Uint8Array, stack: Uint8Array[]): ScriptErrorName | undefined {
  const { flags, checker } = spend;
  return evaluate(new Machine(script, { stack, flags, version: 'legacy', checker }));
}

function runProgram(
  { witness, flags, checker }: ScriptSpend,
  program: WitnessProgram,
  nested: boolean,
): ScriptErrorName | undefined {
  return verifyWitnessProgram(program, { witness, flags, checker, nested });
}

function falseTop(stack: readonly Uint8Array[]): ScriptErrorName | undefined {
  const top = stack.at(-1);
  return top !== undefined && isTruthy(top) ? undefined : 'EVAL_FALSE';
}
