/** Address of a node on a transport. */
export type PeerId = string;

/** What a node does with bytes that arrive. Rejections are the node's own affair and never reach the sender. */
export type Receive = (from: PeerId, bytes: Uint8Array) => void;

/**
 * Port that carries sealed envelopes between nodes. Delivery is at most once and unordered; whoever needs an answer
 * asks again.
 */
export interface Transport {
  readonly self: PeerId;
  send(to: PeerId, bytes: Uint8Array): void;
  /** To every peer that is known now. */
  broadcast(bytes: Uint8Array): void;
  listen(receive: Receive): void;
  close(): void;
}
