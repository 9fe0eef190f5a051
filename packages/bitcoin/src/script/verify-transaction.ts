import type { VerificationCache } from '../crypto/verification-cache.ts';
import type { Transaction, TransactionOutput } from '../transaction/transaction.ts';
import type { ScriptErrorName } from './errors.ts';
import type { ScriptFlags } from './flags.ts';
import { TransactionSpend } from './spend.ts';
import { TransactionChecker } from './transaction-checker.ts';
import { type ScriptVerdict, verifyScript } from './verify.ts';

/** What the signature hashes of all inputs share, computed once. @throws ScriptUsageError `spent-outputs-missing` */
export function precompute(
  transaction: Transaction,
  spentOutputs: readonly TransactionOutput[],
): TransactionSpend {
  return new TransactionSpend(transaction, spentOutputs);
}

/**
 * Verifies one input of a transaction. For several inputs of one, give the result of {@link precompute} as the
 * transaction, or use {@link verifyTransactionScripts}.
 *
 * @param spentOutputs - spent output of every input, in order
 * @throws ScriptUsageError any of its codes
 */
export function verifyInput(
  transaction: Transaction | TransactionSpend,
  index: number,
  spentOutputs: readonly TransactionOutput[],
  flags: ScriptFlags,
  cache?: VerificationCache,
): ScriptVerdict {
  const spend = transaction instanceof TransactionSpend ? transaction : precompute(transaction, spentOutputs);
  const checker = new TransactionChecker(spend, index, cache);
  const { scriptSig, witness } = spend.transaction.inputs[index]!;
  return verifyScript({
    scriptSig,
    scriptPubKey: spend.spentOutputs[index]!.script,
    witness,
    flags,
    checker,
  });
}

/** Whether all inputs may spend their outputs, and if not, which first does not and why. */
export type TransactionVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly input: number; readonly error: ScriptErrorName };

/** Verifies every input of a transaction. @throws ScriptUsageError `spent-outputs-missing`, `flags-inconsistent` */
export function verifyTransactionScripts(
  transaction: Transaction,
  spentOutputs: readonly TransactionOutput[],
  flags: ScriptFlags,
  cache?: VerificationCache,
): TransactionVerdict {
  const spend = precompute(transaction, spentOutputs);
  for (let input = 0; input < transaction.inputs.length; input++) {
    const verdict = verifyInput(spend, input, spentOutputs, flags, cache);
    if (!verdict.ok) return { ok: false, input, error: verdict.error };
  }
  return { ok: true };
}
