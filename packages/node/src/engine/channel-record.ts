import type { ChannelState, Coin, Party, Role } from '@prometheus-compute/protocol';
import type { KeyReference } from '../ports/signer.ts';
import type { PeerId } from '../ports/transport.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';

/** Peers of a channel's parties, as far as they are known. Each is fixed once: nobody else's word moves it. */
export type PartyPeers = Readonly<Partial<Record<Party, PeerId>>>;

/** What a node stores of a channel: the protocol's state, and how the node itself relates to it. */
export interface ChannelRecord {
  /** Names the channel in this node: role and what makes its keys unique, in hexadecimal. */
  readonly id: string;
  readonly role: Role | 'arbiter';
  readonly keys: KeyReference;
  readonly peers: PartyPeers;
  /** Arbiter: the peer whose request it answered. */
  readonly askedBy?: PeerId;
  /** Which batch of the Client's job; null for everybody else. */
  readonly batch: number | null;
  /** C, W, V: the coin that was set aside for this channel's fees (D16); null for arbiters. */
  readonly reserve: Coin | null;
  readonly state: ChannelState;
}

export function encodeRecord(record: ChannelRecord): Uint8Array {
  return encodeSnapshot(record);
}

/** A record that this program wrote; the database is this node's own, so only its form as data is checked. */
export function decodeRecord(bytes: Uint8Array): ChannelRecord {
  return decodeSnapshot(bytes) as unknown as ChannelRecord;
}
