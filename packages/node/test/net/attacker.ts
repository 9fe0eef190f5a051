import type { Connection, Stream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { ENVELOPE_PROTOCOL } from '../../src/net/frame.ts';
import type { Libp2pTransport } from '../../src/net/libp2p-transport.ts';

/** Streams that an attacker may open: more than anybody else allows. */
const MANY = 20_000;

/** A peer that speaks libp2p and keeps to nothing else. */
export interface Attacker extends AsyncDisposable {
  readonly id: string;
  /** Connects again where it was cut off. @returns undefined when it is not let in */
  connect(): Promise<Connection | undefined>;
  /** Sends bytes on a stream of its own. @returns undefined when it is not let in */
  write(bytes: Uint8Array, protocol?: string): Promise<Stream | undefined>;
}

export async function attack(victim: Libp2pTransport): Promise<Attacker> {
  const node = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxOutboundStreams: MANY, maxInboundStreams: MANY })],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { reconnectRetries: 0 },
  });
  const [address] = victim.addresses;
  const connect = async () => {
    try {
      return await node.dial(multiaddr(address));
    } catch {
      return undefined;
    }
  };
  return {
    id: node.peerId.toString(),
    connect,
    async write(bytes, protocol = ENVELOPE_PROTOCOL) {
      const connection = await connect();
      try {
        const stream = await connection?.newStream(protocol, { maxOutboundStreams: MANY });
        stream?.send(bytes);
        return stream;
      } catch {
        return undefined;
      }
    },
    async [Symbol.asyncDispose]() {
      await node.stop();
    },
  };
}
