import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { mdns } from '@libp2p/mdns';
import { type Hash32, toHex } from '@prometheus-compute/protocol';
import { forgetfulStore } from './forgetful-store.ts';

/** Characters of the first block's hash that name the network of a chain. */
const CHAIN_CHARACTERS = 16;

/**
 * The table by which peers find one another's addresses: of this chain's nodes, and never the public one. It stores nothing for
 * anybody but where peers are.
 *
 * @param answers - whether this node answers others: who cannot be dialled is no help to them
 */
export function peerTable(genesis: Hash32, answers: boolean) {
  const make = kadDHT({
    protocol: `/prometheus/${chainName(genesis)}/kad/1.0.0`,
    clientMode: !answers,
    // Networks at home have private addresses, and the table says whose it is.
    peerInfoMapper: passthroughMapper,
    // A node that knows nobody cannot find anybody, and says so at once.
    allowQueryWithZeroPeers: true,
  });
  return (components: Parameters<typeof make>[0]) =>
    make(
      new Proxy(components, {
        get: (target, name) => (name === 'datastore' ? store : Reflect.get(target, name, target)),
      }),
    );
}

const store = forgetfulStore();

/** Looks for nodes of this chain in the local network, by multicast. */
export function localDiscovery(genesis: Hash32) {
  return mdns({ serviceTag: `_prometheus-${chainName(genesis)}._udp.local` });
}

function chainName(genesis: Hash32): string {
  // Internal byte order: the end has the work's zeros.
  return toHex(genesis).slice(0, CHAIN_CHARACTERS);
}
