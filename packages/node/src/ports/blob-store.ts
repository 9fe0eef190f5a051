import type { Hash32 } from '@prometheus-compute/protocol';

/** A part of a content. */
export interface BlobPart {
  /** Bytes of the whole content. */
  readonly total: number;
  /** Fewer than were asked for where the content ends, and none behind its end. */
  readonly bytes: Uint8Array;
}

/** A content that is on its way here from one source. What has come of it is still there after a restart. */
export interface BlobDraft {
  /** Where the last byte that is there ends. */
  readonly length: number;
  /** Adds what comes next. */
  append(bytes: Uint8Array): Promise<void>;
  /** Puts bytes into their place, also where nothing in front of it has come yet. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** The bytes of a place; fewer where the draft ends. */
  part(offset: number, length: number): Promise<Uint8Array>;
  /** All that is there. */
  read(): Promise<Uint8Array>;
  /** What is there is the content: it is stored under its hash, and no draft any more. */
  keep(): Promise<void>;
  /** Throws away what is there. An empty draft is left. */
  discard(): Promise<void>;
}

/** Port of content-addressed bytes: programs, inputs, ciphertexts, openings. The key is the tagged hash of the kind. */
export interface BlobStore {
  put(hash: Hash32, bytes: Uint8Array): Promise<void>;
  get(hash: Hash32): Promise<Uint8Array | undefined>;
  /** At most `length` bytes of a content from `offset` on; no more than these are read. Undefined: the content is not here. */
  part(hash: Hash32, offset: number, length: number): Promise<BlobPart | undefined>;
  /** Bytes for which there is room. A store that cannot say leaves it out. */
  room?(): Promise<number>;
  /** What has come of a content from a source, as an earlier run has left it; empty when nothing has. One at a time for the two. */
  draft(hash: Hash32, source: string): Promise<BlobDraft>;
}
