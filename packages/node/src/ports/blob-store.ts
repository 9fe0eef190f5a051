import type { Hash32 } from '@prometheus-compute/protocol';

/** Port of content-addressed bytes: programs, inputs, ciphertexts, openings. The key is the tagged hash of the kind. */
export interface BlobStore {
  put(hash: Hash32, bytes: Uint8Array): Promise<void>;
  get(hash: Hash32): Promise<Uint8Array | undefined>;
}
