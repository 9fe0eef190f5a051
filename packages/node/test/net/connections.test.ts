import { generateKeyPair } from '@libp2p/crypto/keys';
import { noise } from '@libp2p/noise';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
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

it('who has a whole network of IPv6 counts as one host: the oldest of its connections goes', () => {
  const closed: string[] = [];
  const addresses = [
    ...[
      '2001:db8:0:1::7',
      '2001:db8:0:1:9::',
      '2001:db8:0:1:0:0:0:9',
      '2001:db8:0:1::a:b',
      '2001:db8::1',
    ].map((host) => `/ip6/${host}/tcp/1`),
    ...['1.2.3.4', '1.2.3.4', '1.2.3.4', '5.6.7.8', '9.9.9.9'].map((host) => `/ip4/${host}/tcp/1`),
  ];
  const all = addresses.map((address, i) => ({
    remotePeer: `peer ${i}`,
    remoteAddr: multiaddr(address),
    timeline: { open: 100 - i },
    abort: () => closed.push(address),
  }));
  const node = { getConnections: () => all } as unknown as ConstructorParameters<typeof Connections>[0];
  const limits = { ...DEFAULT_NET_LIMITS, connections: 11 };
  const connections = new Connections(node, limits, new AbortController().signal);
  connections.makeRoom(() => false);
  expect(closed).toEqual([addresses[3]]);
  connections.makeRoom((peer) => /^peer [0-3]$/.test(peer));
  expect(closed.slice(1)).toEqual(['/ip4/1.2.3.4/tcp/1']);
  new Connections(node, { ...limits, connections: 12 }, new AbortController().signal).makeRoom(() => false);
  expect(closed).toHaveLength(2);
});
