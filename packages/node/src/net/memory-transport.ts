import type { PeerId, Receive, Transport } from '../ports/transport.ts';

/**
 * Transport between nodes of one process. Bytes are copied, so that nodes share nothing, and arrive in a later turn of
 * the event loop, so that no send ever calls into the receiver.
 */
export class MemoryNetwork {
  readonly #receivers = new Map<PeerId, Receive>();
  #underway = 0;
  #delivered = 0;

  /** Envelopes sent and not yet handed to their receiver. */
  get underway(): number {
    return this.#underway;
  }

  /** Envelopes handed to receivers so far. */
  get delivered(): number {
    return this.#delivered;
  }

  /** A node's endpoint. */
  connect(self: PeerId): Transport {
    const send = (to: PeerId, bytes: Uint8Array): void => {
      const copy = bytes.slice();
      this.#underway += 1;
      setImmediate(() => {
        this.#underway -= 1;
        const receive = this.#receivers.get(to);
        if (receive === undefined) return;
        this.#delivered += 1;
        receive(self, copy);
      });
    };
    return {
      self,
      send,
      broadcast: (bytes) => {
        for (const peer of this.#receivers.keys()) if (peer !== self) send(peer, bytes);
      },
      listen: (receive) => {
        this.#receivers.set(self, receive);
      },
      close: () => {
        this.#receivers.delete(self);
      },
    };
  }
}
