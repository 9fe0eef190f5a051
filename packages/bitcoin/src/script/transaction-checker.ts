import { verifyEcdsa, verifySchnorr, verifyTaprootTweak } from '../crypto/secp256k1.ts';
import type { VerificationCache } from '../crypto/verification-cache.ts';
import {
  LOCKTIME_THRESHOLD,
  SEQUENCE_FINAL,
  SEQUENCE_LOCKTIME_DISABLE_FLAG,
  SEQUENCE_LOCKTIME_MASK,
  SEQUENCE_LOCKTIME_TYPE_FLAG,
} from '../transaction/transaction.ts';
import type { SignatureChecker } from './checker.ts';
import { type ScriptErrorName, ScriptUsageError } from './errors.ts';
import { legacySighash } from './sighash-legacy.ts';
import { segwitSighash } from './sighash-segwit.ts';
import { type TaprootContext, taprootSighash } from './sighash-taproot.ts';
import { SIGHASH_DEFAULT } from './sighash-type.ts';
import type { TransactionSpend } from './spend.ts';

const SCHNORR_SIZE = 64;
/** BIP68: transactions of an older version have no relative locks. */
const RELATIVE_LOCK_VERSION = 2;

/** Answers for one input of a real transaction. */
export class TransactionChecker implements SignatureChecker {
  readonly #spend: TransactionSpend;
  readonly #index: number;
  readonly #cache: VerificationCache | undefined;
  /** Last ECDSA hash: CHECKMULTISIG asks for the same one with every key. */
  #last: { scriptCode: Uint8Array; hashType: number; witness: boolean; digest: Uint8Array } | undefined;

  /** @throws ScriptUsageError `input-index-out-of-range` */
  constructor(spend: TransactionSpend, index: number, cache?: VerificationCache) {
    if (spend.transaction.inputs[index] === undefined) {
      throw new ScriptUsageError('input-index-out-of-range', `the transaction has no input ${index}`, {
        evidence: { index, inputs: spend.transaction.inputs.length },
      });
    }
    this.#spend = spend;
    this.#index = index;
    this.#cache = cache;
  }

  ecdsa(signature: Uint8Array, publicKey: Uint8Array, scriptCode: Uint8Array, witness: boolean): boolean {
    const hashType = signature[signature.length - 1];
    if (hashType === undefined) return false;
    const digest = this.#ecdsaDigest(scriptCode, hashType, witness);
    return verifyEcdsa(signature.subarray(0, -1), digest, publicKey, this.#cache);
  }

  schnorr(
    signature: Uint8Array,
    publicKey: Uint8Array,
    context: TaprootContext,
  ): ScriptErrorName | undefined {
    const { length } = signature;
    if (length !== SCHNORR_SIZE && length !== SCHNORR_SIZE + 1) return 'SCHNORR_SIG_SIZE';
    const hashType = length === SCHNORR_SIZE ? SIGHASH_DEFAULT : signature[SCHNORR_SIZE]!;
    // One hash type has one encoding, or third parties could change the witness.
    if (length !== SCHNORR_SIZE && hashType === SIGHASH_DEFAULT) return 'SCHNORR_SIG_HASHTYPE';
    const digest = taprootSighash(this.#spend, this.#index, hashType, context);
    if (digest === undefined) return 'SCHNORR_SIG_HASHTYPE';
    const valid = verifySchnorr(signature.subarray(0, SCHNORR_SIZE), digest, publicKey, this.#cache);
    return valid ? undefined : 'SCHNORR_SIG';
  }

  tweak(outputKey: Uint8Array, internalKey: Uint8Array, merkleRoot: Uint8Array, parity: number): boolean {
    return verifyTaprootTweak(outputKey, internalKey, merkleRoot, parity, this.#cache);
  }

  lockTime(required: number): boolean {
    const { lockTime, inputs } = this.#spend.transaction;
    // Heights and times do not compare.
    if (lockTime < LOCKTIME_THRESHOLD !== required < LOCKTIME_THRESHOLD) return false;
    // An input with the final sequence number could switch the transaction's lock time off.
    return required <= lockTime && inputs[this.#index]!.sequence !== SEQUENCE_FINAL;
  }

  sequence(required: number): boolean {
    const { version, inputs } = this.#spend.transaction;
    const { sequence } = inputs[this.#index]!;
    if (version < RELATIVE_LOCK_VERSION || (sequence & SEQUENCE_LOCKTIME_DISABLE_FLAG) !== 0) return false;
    const meaningful = SEQUENCE_LOCKTIME_TYPE_FLAG | SEQUENCE_LOCKTIME_MASK;
    const have = sequence & meaningful;
    // Operands have up to 39 bits; the meaningful ones are all below the 32nd.
    const want = (required % 0x1_0000_0000) & meaningful;
    // Blocks and seconds do not compare.
    if (have < SEQUENCE_LOCKTIME_TYPE_FLAG !== want < SEQUENCE_LOCKTIME_TYPE_FLAG) return false;
    return want <= have;
  }

  #ecdsaDigest(scriptCode: Uint8Array, hashType: number, witness: boolean): Uint8Array {
    const last = this.#last;
    if (
      last !== undefined &&
      last.scriptCode === scriptCode &&
      last.hashType === hashType &&
      last.witness === witness
    ) {
      return last.digest;
    }
    const hash = witness ? segwitSighash : legacySighash;
    const digest = hash(this.#spend, this.#index, scriptCode, hashType);
    this.#last = { scriptCode, hashType, witness, digest };
    return digest;
  }
}
