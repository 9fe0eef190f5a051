import { generateKeyPair } from '@libp2p/crypto/keys';
import { noise } from '@libp2p/noise';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { expect, it } from 'vitest';
import { Connections } from '../../src/net/connections.ts';
import { DEFAULT_NET_LIMITS } from '../../src/net/limits.ts';

it('a peer counts as reached only when it is there itself, whatever address others name for it', async () => {
  const [node, impostor] = await Promise.all(
    [1, 2].map(() =>
      createLibp2p({
        addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
        transports: [tcp()],
        connectionEncrypters: [noise()],
        streamMuxers: [yamux()],
        connectionGater: { denyDialMultiaddr: () => false },
      }),
    ),
  );
  try {
    const absent = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
    // As the table of peers answers: addresses without the peer at their end.
    const places = impostor!.getMultiaddrs().map((address) => address.decapsulate('/p2p'));
    node!.peerRouting.findPeer = async (id) => ({ id, multiaddrs: places });
    const connections = new Connections(node!, DEFAULT_NET_LIMITS, new AbortController().signal);
    expect(await connections.dial(absent.toString())).toBe(false);
    expect(connections.peers).toEqual([]);
    node!.peerRouting.findPeer = async (id) => ({
      id,
      multiaddrs: id.equals(impostor!.peerId) ? places : [],
    });
    expect(await connections.dial(impostor!.peerId.toString())).toBe(true);
  } finally {
    await Promise.all([node!.stop(), impostor!.stop()]);
  }
});
