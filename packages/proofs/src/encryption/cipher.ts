import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Hash32, Point } from '@prometheus-compute/protocol';
import { chunkContext, chunkKey } from './chunk-key.ts';

/** Zero, since a key encrypts one message: it depends on the contract, the chunk and h_p, and W signs one R. */
const NONCE = new Uint8Array(24);
/** Bytes that a ciphertext is longer than its plain text: the tag of Poly1305. */
const TAG_BYTES = 16;

/**
 * ct_i = XChaCha20-Poly1305(KDF(K_i), y_i): ciphertext ‖ 16-byte tag, bound to contract and chunk. The encryption is
 * deterministic, so that whoever has K_i and y_i can make ct_i.
 *
 * @param keyPoint - K_i
 */
export function encryptChunk(
  keyPoint: Point,
  contractHash: Hash32,
  chunk: number,
  output: Uint8Array,
): Uint8Array {
  const key = chunkKey(keyPoint, contractHash, chunk);
  return xchacha20poly1305(key, NONCE, chunkContext(contractHash, chunk)).encrypt(output);
}

/** y_i, or undefined when ct_i was not made with K_i for this chunk of this contract. */
export function decryptChunk(
  keyPoint: Point,
  contractHash: Hash32,
  chunk: number,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length < TAG_BYTES) return undefined;
  const key = chunkKey(keyPoint, contractHash, chunk);
  try {
    return xchacha20poly1305(key, NONCE, chunkContext(contractHash, chunk)).decrypt(ciphertext);
  } catch {
    return undefined;
  }
}
