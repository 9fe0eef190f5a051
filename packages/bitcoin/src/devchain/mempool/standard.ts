import { SCRIPT_ERROR_MESSAGES, type ScriptErrorName } from '../../script/errors.ts';
import { evaluate } from '../../script/evaluate.ts';
import type { ScriptFlags } from '../../script/flags.ts';
import { countP2shSigOps, countSigOps, isStandardOutput, solve } from '../../script/index.ts';
import { Machine } from '../../script/machine.ts';
import { isPushOnly, lastPush } from '../../script/parse.ts';
import { isPayToAnchor, isPayToScriptHash, witnessProgram } from '../../script/patterns.ts';
import { hasAnnex, TAPSCRIPT_LEAF_VERSION } from '../../script/taproot.ts';
import { TransactionChecker } from '../../script/transaction-checker.ts';
import { precompute } from '../../script/verify-transaction.ts';
import type { Transaction } from '../../transaction/index.ts';
import type { UnspentOutput } from '../consensus/coins.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { dustOutputs } from './ephemeral.ts';
import {
  MAX_DATA_CARRIER_BYTES,
  MAX_DUST_OUTPUTS,
  MAX_LEGACY_SIGOPS,
  MAX_P2SH_SIGOPS,
  MAX_P2WSH_SCRIPT_SIZE,
  MAX_P2WSH_STACK_ITEM_SIZE,
  MAX_P2WSH_STACK_ITEMS,
  MAX_STANDARD_SCRIPT_SIG_SIZE,
  MAX_STANDARD_WEIGHT,
  MAX_TAPSCRIPT_STACK_ITEM_SIZE,
  TRUC_VERSION,
} from './limits.ts';

const NO_FLAGS: ScriptFlags = 0;
/** BIP341: the bits of a control block's first byte that are the leaf version. */
const LEAF_VERSION_MASK = 0xfe;

/** Core's `IsStandardTx`: the form of a transaction by itself. @returns the reject reason */
export function checkStandard(loaded: LoadedTransaction): string | undefined {
  const { version, inputs, outputs } = loaded.transaction;
  if (version < 1 || version > TRUC_VERSION) return 'version';
  if (loaded.weight > MAX_STANDARD_WEIGHT) return 'tx-size';
  for (const { scriptSig } of inputs) {
    if (scriptSig.length > MAX_STANDARD_SCRIPT_SIG_SIZE) return 'scriptsig-size';
    if (!isPushOnly(scriptSig)) return 'scriptsig-not-pushonly';
  }
  let dataLeft = MAX_DATA_CARRIER_BYTES;
  for (const { script } of outputs) {
    if (!isStandardOutput(script)) return 'scriptpubkey';
    if (solve(script).type === 'nulldata') {
      if (script.length > dataLeft) return 'datacarrier';
      dataLeft -= script.length;
    }
  }
  return dustOutputs(loaded.transaction).length > MAX_DUST_OUTPUTS ? 'dust' : undefined;
}

/** Core's `ValidateInputsStandardness`: the form of what a transaction spends. @returns Core's debug message */
export function checkInputsStandard(
  transaction: Transaction,
  spent: readonly UnspentOutput[],
): string | undefined {
  let sigOps = 0;
  for (const [index, { script }] of spent.entries()) {
    const { scriptSig } = transaction.inputs[index]!;
    sigOps += countSigOps(scriptSig, true);
    sigOps += isPayToScriptHash(script) ? countP2shSigOps(scriptSig, script) : countSigOps(script, true);
    if (sigOps > MAX_LEGACY_SIGOPS) return 'non-witness sigops exceed bip54 limit';
  }
  for (const [index, { script }] of spent.entries()) {
    const { type } = solve(script);
    if (type === 'nonstandard') return `input ${index} script unknown`;
    if (type === 'witness_unknown') return `input ${index} witness program is undefined`;
    if (type !== 'scripthash') continue;
    const stack: Uint8Array[] = [];
    const malformed = runScriptSig(transaction, spent, index, stack);
    if (malformed !== undefined) {
      return `p2sh scriptsig malformed (input ${index}: ${SCRIPT_ERROR_MESSAGES[malformed]})`;
    }
    const redeemScript = stack.at(-1);
    if (redeemScript === undefined) return `input ${index} P2SH redeemscript missing`;
    const count = countSigOps(redeemScript, true);
    if (count > MAX_P2SH_SIGOPS) {
      return `p2sh redeemscript sigops exceed limit (input ${index}: ${count} > ${MAX_P2SH_SIGOPS})`;
    }
  }
  return undefined;
}

/** Puts what a scriptSig pushes on `stack`; pushes may be too long or too many. */
function runScriptSig(
  transaction: Transaction,
  spent: readonly UnspentOutput[],
  index: number,
  stack: Uint8Array[],
): ScriptErrorName | undefined {
  const checker = new TransactionChecker(precompute(transaction, spent), index);
  const { scriptSig } = transaction.inputs[index]!;
  return evaluate(new Machine(scriptSig, { stack, flags: NO_FLAGS, version: 'legacy', checker }));
}

/** Core's `IsWitnessStandard`: limits of witnesses, which their signatures do not cover. */
export function isWitnessStandard(transaction: Transaction, spent: readonly UnspentOutput[]): boolean {
  return transaction.inputs.every(({ scriptSig, witness }, index) => {
    if (witness.length === 0) return true;
    const { script } = spent[index]!;
    // An anchor is spent without a witness: whatever is there was stuffed in.
    if (isPayToAnchor(script)) return false;
    const nested = isPayToScriptHash(script);
    const program = witnessProgram(nested ? (redeemScriptOf(scriptSig) ?? new Uint8Array(0)) : script);
    if (program === undefined) return false;
    if (program.version === 0 && program.program.length === 32) return isScriptWitnessStandard(witness);
    if (program.version === 1 && program.program.length === 32 && !nested) {
      return isTaprootWitnessStandard(witness);
    }
    return true;
  });
}

function isScriptWitnessStandard(witness: readonly Uint8Array[]): boolean {
  const items = witness.slice(0, -1);
  return (
    witness.at(-1)!.length <= MAX_P2WSH_SCRIPT_SIZE &&
    items.length <= MAX_P2WSH_STACK_ITEMS &&
    items.every((item) => item.length <= MAX_P2WSH_STACK_ITEM_SIZE)
  );
}

function isTaprootWitnessStandard(witness: readonly Uint8Array[]): boolean {
  if (witness.length < 2) return true;
  if (hasAnnex(witness)) return false;
  const controlBlock = witness.at(-1)!;
  if (controlBlock.length === 0) return false;
  if ((controlBlock[0]! & LEAF_VERSION_MASK) !== TAPSCRIPT_LEAF_VERSION) return true;
  return witness.slice(0, -2).every((item) => item.length <= MAX_TAPSCRIPT_STACK_ITEM_SIZE);
}

/** What a P2SH input's scriptSig pushes last. */
function redeemScriptOf(scriptSig: Uint8Array): Uint8Array | undefined {
  return scriptSig.length === 0 ? undefined : lastPush(scriptSig);
}
