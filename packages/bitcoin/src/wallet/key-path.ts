import { type Hash32, hash32, type SecretScalar, schnorrSign } from '@prometheus-compute/protocol';
import { taprootSighash } from '../script/sighash-taproot.ts';
import { SIGHASH_DEFAULT } from '../script/sighash-type.ts';
import { TransactionSpend } from '../script/spend.ts';
import type { Transaction, TransactionOutput } from '../transaction/index.ts';

/** Who signs an input by key path. */
export interface KeyPathSigner {
  /** Index of the input. */
  readonly input: number;
  /** Of the output key, e.g. of `WalletAccount.outputSecret`. */
  readonly secret: SecretScalar;
  /** 32 fresh random bytes (BIP340). */
  readonly auxRandom: Uint8Array;
}

/**
 * Hash that the key path signature of one input signs, with SIGHASH_DEFAULT (BIP341).
 *
 * @param spentOutputs - spent output of every input, in order
 * @throws ScriptUsageError `spent-outputs-missing`
 */
export function keyPathSighash(
  transaction: Transaction,
  spentOutputs: readonly TransactionOutput[],
  input: number,
): Hash32 {
  return sighashOf(new TransactionSpend(transaction, spentOutputs), input);
}

function sighashOf(spend: TransactionSpend, input: number): Hash32 {
  // SIGHASH_DEFAULT is always defined.
  return hash32(taprootSighash(spend, input, SIGHASH_DEFAULT, { annexHash: undefined, leaf: undefined })!);
}

/**
 * Signs inputs by key path with SIGHASH_DEFAULT (BIP341). Other inputs keep the witness that they have.
 *
 * @param spentOutputs - spent output of every input, in order
 * @throws ScriptUsageError `spent-outputs-missing`
 */
export function signKeyPath(
  transaction: Transaction,
  spentOutputs: readonly TransactionOutput[],
  signers: readonly KeyPathSigner[],
): Transaction {
  const spend = new TransactionSpend(transaction, spentOutputs);
  const inputs = [...transaction.inputs];
  for (const { input, secret, auxRandom } of signers) {
    const signature = schnorrSign(sighashOf(spend, input), secret, auxRandom);
    inputs[input] = { ...inputs[input]!, witness: [signature] };
  }
  return { ...transaction, inputs };
}
