/** Address of a node on a transport. */
export type PeerId = string;

/**
 * What a node does with bytes that arrive. Answers true once they have had their effect, whatever it was, so that the
 * sender need not send them again; false when they came too early to be understood. Never rejects.
 */
export type Receive = (from: PeerId, bytes: Uint8Array) => Promise<boolean>;

/** Port that carries sealed envelopes between nodes, unordered. */
export interface Transport {
  readonly self: PeerId;
  /**
   * Resolves to true when the peer has taken the bytes, and to false when it cannot be reached or could not take them
   * yet: whoever needs them to arrive sends them again. They may arrive more than once.
   */
  send(to: PeerId, bytes: Uint8Array): Promise<boolean>;
  /** To every peer that is known now, without caring who takes it. */
  broadcast(bytes: Uint8Array): void;
  listen(receive: Receive): void;
  close(): void;
}
