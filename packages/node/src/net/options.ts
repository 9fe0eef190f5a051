import type { Hash32, SchnorrVerify } from '@prometheus-compute/protocol';
import type { NetLimits } from './limits.ts';
import type { OnNetNotice } from './notice.ts';

/** How a node takes part in the network. */
export interface Libp2pOptions {
  /** 32 secret bytes, which make the node's identity: the same bytes, the same peer id. */
  readonly seed: Uint8Array;
  /** Addresses to listen on, like `/ip4/0.0.0.0/tcp/4001`; port 0 is any that is free. */
  readonly listen: readonly string[];
  /** Addresses of peers by which others are found, with `/p2p/` and the peer's id. */
  readonly bootstrap: readonly string[];
  /** Whether to look for peers in the local network, by multicast. */
  readonly mdns: boolean;
  /** Hash of the first block of the chain, which keeps networks on different chains apart. */
  readonly genesis: Hash32;
  readonly limits?: Partial<NetLimits>;
  /** BIP340 verification, for announcements; noble's unless a faster one is given. */
  readonly verify?: SchnorrVerify;
  readonly onNotice: OnNetNotice;
  /** Milliseconds since 1970, for bans. */
  readonly now?: () => number;
}
