import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { concatBytes, fromBigEndian, txidFromInternal } from '@prometheus-compute/protocol';
import { tapTweakHash } from '../../src/crypto/hashes.ts';
import type { ScriptFlags } from '../../src/script/flags.ts';
import { NO_CODE_SEPARATOR, taprootSighash } from '../../src/script/sighash-taproot.ts';
import { leafHash, TAPSCRIPT_LEAF_VERSION } from '../../src/script/taproot.ts';
import type { ScriptVerdict } from '../../src/script/verify.ts';
import { precompute, verifyInput } from '../../src/script/verify-transaction.ts';
import type { Transaction } from '../../src/transaction/transaction.ts';

const OP_1 = 0x51;
/** Internal key of the outputs: the generator. */
const INTERNAL_KEY = schnorr.getPublicKey(Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0)));

/** An output that commits to one tapscript, and a transaction that spends it by that script. */
export class TapscriptSpend {
  readonly #script: Uint8Array;
  readonly #controlBlock: Uint8Array;
  readonly #output: { readonly amount: bigint; readonly script: Uint8Array };

  constructor(script: Uint8Array) {
    const tweak = tapTweakHash(INTERNAL_KEY, leafHash(TAPSCRIPT_LEAF_VERSION, script));
    const key = schnorr.utils
      .lift_x(fromBigEndian(INTERNAL_KEY))
      .add(secp256k1.Point.BASE.multiply(fromBigEndian(tweak)))
      .toBytes(true);
    this.#script = script;
    this.#controlBlock = concatBytes(Uint8Array.of(TAPSCRIPT_LEAF_VERSION | (key[0]! & 1)), INTERNAL_KEY);
    this.#output = { amount: 1_000n, script: concatBytes(Uint8Array.of(OP_1, 32), key.subarray(1)) };
  }

  /** BIP340 signature with SIGHASH_DEFAULT. */
  sign(secret: Uint8Array): Uint8Array {
    const context = {
      annexHash: undefined,
      leaf: { hash: leafHash(TAPSCRIPT_LEAF_VERSION, this.#script), codeSeparator: NO_CODE_SEPARATOR },
    };
    const spend = precompute(this.#transaction([]), [this.#output]);
    return schnorr.sign(taprootSighash(spend, 0, 0, context)!, secret, new Uint8Array(32));
  }

  /** @param items - initial stack, bottom first */
  verify(items: readonly Uint8Array[], flags: ScriptFlags): ScriptVerdict {
    const transaction = this.#transaction([...items, this.#script, this.#controlBlock]);
    return verifyInput(transaction, 0, [this.#output], flags);
  }

  #transaction(witness: readonly Uint8Array[]): Transaction {
    const txid = txidFromInternal(new Uint8Array(32).fill(1));
    return {
      version: 2,
      inputs: [{ txid, vout: 0, scriptSig: new Uint8Array(0), sequence: 0, witness }],
      outputs: [{ amount: 500n, script: Uint8Array.of(OP_1) }],
      lockTime: 0,
    };
  }
}
