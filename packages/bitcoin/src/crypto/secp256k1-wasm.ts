import { equalBytes } from '@prometheus-compute/protocol';
import type { Curve } from './curve.ts';
import { isBelowOrder } from './scalar-range.ts';
import { portableCurve } from './secp256k1-portable.ts';

/**
 * libsecp256k1 compiled to WebAssembly: 6 to 10 times as fast as JavaScript. Undefined where it does not load.
 *
 * An error inside the WebAssembly module leaks its stack: some 3,400 invalid keys and every later call traps. So
 * nothing invalid is handed to it: keys are tested first with the calls that answer instead of throwing.
 */
export async function loadWasmCurve(): Promise<Curve | undefined> {
  let wasm: typeof import('tiny-secp256k1');
  try {
    wasm = await import('tiny-secp256k1');
  } catch {
    return undefined;
  }
  return {
    signSchnorr(message, secret, auxRandom) {
      const signature = wasm.signSchnorr(message, secret, auxRandom);
      return wasm.verifySchnorr(message, wasm.xOnlyPointFromScalar(secret), signature)
        ? signature
        : undefined;
    },

    schnorr(signature, message, key) {
      if (signature.length !== 64 || !wasm.isXOnlyPoint(key)) return false;
      if (!isBelowOrder(signature.subarray(32))) return false;
      // BIP340 bounds R's x by the field size; the module bounds it by the slightly smaller group order.
      if (!isBelowOrder(signature.subarray(0, 32))) return portableCurve.schnorr(signature, message, key);
      return wasm.verifySchnorr(message, key, signature);
    },

    ecdsa(signature, digest, key) {
      if (!isBelowOrder(signature.subarray(0, 32)) || !isBelowOrder(signature.subarray(32))) return false;
      return wasm.isPoint(key) && wasm.verify(digest, key, signature);
    },

    tweaks(internal, tweak, output, parity) {
      if (!isBelowOrder(tweak) || !wasm.isXOnlyPoint(internal)) return false;
      const tweaked = wasm.xOnlyPointAddTweak(internal, tweak);
      return tweaked !== null && tweaked.parity === parity && equalBytes(tweaked.xOnlyPubkey, output);
    },
  };
}
