import type { GossipSub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { PrivateKey } from '@libp2p/interface';
import type { KadDHT } from '@libp2p/kad-dht';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import type { Hash32 } from '@prometheus-compute/protocol';
import { createLibp2p, type Libp2p } from 'libp2p';
import type { PeerId } from '../ports/transport.ts';
import { localDiscovery, peerTable } from './discovery.ts';
import { gossipService } from './gossip.ts';
import type { NetLimits } from './limits.ts';

/** What one stream may have on its way before it is read: more than a megabyte serves nobody's line. */
const STREAM_WINDOW = 1_048_576;
/** Handshakes that may be under way at the same time: more than one host gets to open before they time out. */
const PENDING_HANDSHAKES = 256;
/** Milliseconds in which whoever connects has to show who it is. */
const HANDSHAKE_TIMEOUT = 5_000;

/** What a libp2p node is made of. */
export interface Libp2pSettings {
  readonly key: PrivateKey;
  readonly listen: readonly string[];
  readonly limits: NetLimits;
  readonly genesis: Hash32;
  readonly mdns: boolean;
  readonly isBanned: (peer: PeerId) => boolean;
}

/** What runs on a node beside envelopes. */
export type NodeServices = { readonly gossip: GossipSub; readonly table: KadDHT };

/** TCP, noise and yamux, with bounds on everything that a stranger can open. Not started yet. */
export function createNode(settings: Libp2pSettings): Promise<Libp2p<NodeServices>> {
  const { key, listen, limits, isBanned, genesis } = settings;
  const isRefused = (peer: { toString(): string }) => isBanned(peer.toString());
  return createLibp2p({
    start: false,
    privateKey: key,
    addresses: { listen: [...listen] },
    transports: [tcp({ maxConnections: limits.connections })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        // One peer's streams of all protocols together.
        maxInboundStreams: 4 * limits.streamsPerPeer,
        maxEarlyStreams: limits.streamsPerPeer,
        streamOptions: { maxStreamWindowSize: STREAM_WINDOW, maxReadBufferLength: STREAM_WINDOW },
      }),
    ],
    connectionManager: {
      maxConnections: limits.connections,
      inboundConnectionThreshold: limits.connectionsPerSecond,
      maxIncomingPendingConnections: PENDING_HANDSHAKES,
      dialTimeout: limits.dialTimeout,
      addressDialTimeout: limits.dialTimeout,
      inboundUpgradeTimeout: HANDSHAKE_TIMEOUT,
      inboundStreamProtocolNegotiationTimeout: limits.dialTimeout,
      // Reconnecting is done by whoever knows for whom something waits.
      reconnectRetries: 0,
    },
    connectionGater: {
      // Any address may be dialled: networks at home and tests have private ones.
      denyDialMultiaddr: () => false,
      denyDialPeer: isRefused,
      denyInboundEncryptedConnection: isRefused,
      denyOutboundEncryptedConnection: isRefused,
    },
    peerDiscovery: settings.mdns ? [localDiscovery(genesis)] : [],
    services: {
      identify: identify(),
      ping: ping(),
      gossip: gossipService(genesis),
      table: peerTable(genesis, listen.length > 0),
    },
  });
}
