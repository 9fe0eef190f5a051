import type { Hash32 } from '@prometheus-compute/protocol';

/** A part of a content. */
export interface BlobPart {
  /** Bytes of the whole content. */
  readonly total: number;
  /** Fewer than were asked for where the content ends, and none behind its end. */
  readonly bytes: Uint8Array;
}

/** Port of content-addressed bytes: programs, inputs, ciphertexts, openings. The key is the tagged hash of the kind. */
export interface BlobStore {
  put(hash: Hash32, bytes: Uint8Array): Promise<void>;
  get(hash: Hash32): Promise<Uint8Array | undefined>;
  /** At most `length` bytes of a content from `offset` on; no more than these are read. Undefined: the content is not here. */
  part(hash: Hash32, offset: number, length: number): Promise<BlobPart | undefined>;
}
