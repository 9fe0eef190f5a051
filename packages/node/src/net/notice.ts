import type { PeerId } from '../ports/transport.ts';

/**
 * What no honest peer does, or does not do often. `oversized`: it announces more than any envelope of the kind has.
 * `malformed`: its bytes are no frame or no envelope. `unopenable`: an envelope whose signature or body does not hold.
 * `flood`: more at once than anybody may. `slow`: a frame that does not come to its end. `false-announcement`: it spreads
 * announcements whose signatures do not hold.
 */
export type Offence = 'oversized' | 'malformed' | 'unopenable' | 'flood' | 'slow' | 'false-announcement';

/** What the network tells whoever watches a node. Nothing in it is secret. */
export type NetNotice =
  | { readonly kind: 'listening'; readonly addresses: readonly string[] }
  | { readonly kind: 'connected'; readonly peer: PeerId }
  | { readonly kind: 'disconnected'; readonly peer: PeerId }
  /** `score`: points that are held against the peer now; see docs/protocol/network.md. */
  | {
      readonly kind: 'offence';
      readonly peer: PeerId;
      readonly offence: Offence;
      readonly evidence: string;
      readonly score: number;
    }
  /** `until`: milliseconds since 1970. `evidence`: what led to it, newest last. */
  | {
      readonly kind: 'banned';
      readonly peer: PeerId;
      readonly until: number;
      readonly evidence: readonly string[];
    }
  /** This node wanted to send something that no peer may take. */
  | { readonly kind: 'unsendable'; readonly peer: PeerId; readonly bytes: number }
  /** Something of this node's own failed; the network goes on. */
  | { readonly kind: 'net-failed'; readonly what: string; readonly error: Error };

/** Who wants to know. */
export type OnNetNotice = (notice: NetNotice) => void;
