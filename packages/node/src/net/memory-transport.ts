import { MAX_ENVELOPE_BYTES } from '@prometheus-compute/protocol';
import type { PeerId, Receive, Transport } from '../ports/transport.ts';

/**
 * Transport between nodes of one process. Bytes are copied, so that nodes share nothing, and arrive in a later turn of
 * the event loop, so that no send ever calls into the receiver.
 */
export class MemoryNetwork {
  readonly #receivers = new Map<PeerId, Receive>();
  readonly #later: (deliver: () => void) => void;
  #underway = 0;

  /** @param later - calls a function in a later turn, after those that it was given before */
  constructor(later: (deliver: () => void) => void = setImmediate) {
    this.#later = later;
  }

  /** Envelopes sent and not yet handed to their receiver. */
  get underway(): number {
    return this.#underway;
  }

  /** A node's endpoint. */
  connect(self: PeerId): Transport {
    let own: Receive | undefined;
    let isClosed = false;
    const send = (to: PeerId, bytes: Uint8Array): Promise<boolean> => {
      if (isClosed || bytes.length > MAX_ENVELOPE_BYTES) return Promise.resolve(false);
      const copy = bytes.slice();
      this.#underway += 1;
      return new Promise((resolve) => {
        this.#later(() => {
          this.#underway -= 1;
          resolve(this.#receivers.get(to)?.(self, copy) ?? false);
        });
      });
    };
    return {
      self,
      send,
      broadcast: (bytes) => {
        for (const peer of this.#receivers.keys()) if (peer !== self) void send(peer, bytes);
      },
      listen: (receive) => {
        own = receive;
        this.#receivers.set(self, receive);
      },
      close: () => {
        isClosed = true;
        // A node that has come back under this name has an endpoint of its own.
        if (this.#receivers.get(self) === own) this.#receivers.delete(self);
      },
    };
  }
}
