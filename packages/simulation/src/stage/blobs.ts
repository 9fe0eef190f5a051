import type { BlobStore, PeerId } from '@prometheus-compute/node';
import { toHex } from '@prometheus-compute/protocol';

/** Contents in memory, by party: what a party has stored is there when it comes back. */
export class MemoryBlobs {
  readonly #contents = new Map<PeerId, Map<string, Uint8Array>>();

  of(party: PeerId): BlobStore {
    const contents = this.#contents.get(party) ?? new Map<string, Uint8Array>();
    this.#contents.set(party, contents);
    return {
      put: async (hash, bytes) => {
        contents.set(toHex(hash), bytes.slice());
      },
      get: async (hash) => contents.get(toHex(hash)),
    };
  }
}
