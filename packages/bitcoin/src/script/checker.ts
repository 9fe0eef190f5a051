import type { ScriptErrorName } from './errors.ts';
import type { TaprootContext } from './sighash-taproot.ts';

/** What a script may ask about the transaction that spends it. */
export interface SignatureChecker {
  /**
   * Whether an ECDSA signature is valid.
   *
   * @param signature - DER with its hash type; empty is not valid
   * @param scriptCode - what the signature hash commits to
   * @param witness - whether the hash is BIP143's
   */
  ecdsa(signature: Uint8Array, publicKey: Uint8Array, scriptCode: Uint8Array, witness: boolean): boolean;

  /** Why a BIP340 signature fails, or undefined when it is valid. @param publicKey - 32 bytes */
  schnorr(signature: Uint8Array, publicKey: Uint8Array, context: TaprootContext): ScriptErrorName | undefined;

  /** BIP341: whether an output key commits to a script tree's root under an internal key. */
  tweak(outputKey: Uint8Array, internalKey: Uint8Array, merkleRoot: Uint8Array, parity: number): boolean;

  /** BIP65: whether the transaction's lock time is at least this. */
  lockTime(required: number): boolean;

  /** BIP112: whether the input's relative lock is at least this. */
  sequence(required: number): boolean;
}
