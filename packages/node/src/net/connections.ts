import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Libp2p } from 'libp2p';
import type { PeerId } from '../ports/transport.ts';
import { NetError } from './errors.ts';
import { ENVELOPE_PROTOCOL } from './frame.ts';
import type { NetLimits } from './limits.ts';
import { toLibp2pId } from './peer-address.ts';

/** Of the places for connections, the share in per cent that may be taken before somebody has to go. */
const FULL = 90;

/** What a peer is worth that is wanted, where others are worth nothing. */
const WORTH = 100;

/** The connections of a node, by the names of its peers. */
export class Connections {
  readonly #libp2p: Libp2p;
  readonly #limits: NetLimits;
  readonly #closing: AbortSignal;
  #stored: Promise<unknown> = Promise.resolve();

  /** @param closing - ends every try to connect */
  constructor(libp2p: Libp2p, limits: NetLimits, closing: AbortSignal) {
    this.#libp2p = libp2p;
    this.#limits = limits;
    this.#closing = closing;
  }

  get peers(): readonly PeerId[] {
    return this.#libp2p.getPeers().map(String);
  }

  has(peer: PeerId): boolean {
    const id = toLibp2pId(peer);
    return id !== undefined && this.#libp2p.getConnections(id).length > 0;
  }

  /** Takes in where a peer is; dials wait for it. */
  async remember(peer: PeerId, address: Multiaddr): Promise<void> {
    const stored = this.#libp2p.peerStore.merge(toLibp2pId(peer)!, { multiaddrs: [address] });
    this.#stored = Promise.allSettled([this.#stored, stored]);
    await stored;
  }

  /** When there are too many connections, others go first. */
  async keep(peer: PeerId): Promise<void> {
    await this.#libp2p.peerStore.merge(toLibp2pId(peer)!, { tags: { wanted: { value: WORTH } } });
  }

  /**
   * Ends a connection when nearly all places are taken, so that whoever comes next is let in: the oldest of the host from which most strangers have
   * come. Names are free, and hosts are not.
   *
   * @param isWanted - who is never asked to go
   */
  makeRoom(isWanted: (peer: PeerId) => boolean): void {
    const all = this.#libp2p.getConnections();
    if (all.length * 100 <= this.#limits.connections * FULL) return;
    const hosts = new Map<string, Connection[]>();
    for (const connection of all) {
      if (isWanted(connection.remotePeer.toString())) continue;
      const host = hostOf(connection.remoteAddr);
      hosts.set(host, [...(hosts.get(host) ?? []), connection]);
    }
    const crowd = [...hosts.values()].reduce((most, some) => (some.length > most.length ? some : most), []);
    const oldest = crowd.toSorted((a, b) => a.timeline.open - b.timeline.open)[0];
    oldest?.abort(new NetError('closed', 'others need the place'));
  }

  /** Whether there is a connection to a peer now, after a try to make one. Never rejects. */
  async dial(peer: PeerId): Promise<boolean> {
    const id = toLibp2pId(peer);
    if (id === undefined || this.#closing.aborted) return false;
    try {
      await this.#stored;
      await this.#libp2p.dial(id, { signal: this.#closing });
      return true;
    } catch {
      return this.#dialAnew(id);
    }
  }

  /** A stream for one envelope, on a connection that is there. */
  stream(peer: PeerId, signal: AbortSignal): Promise<Stream> {
    const maxOutboundStreams = 4 * this.#limits.streamsPerPeer;
    return this.#libp2p.dialProtocol(toLibp2pId(peer)!, ENVELOPE_PROTOCOL, { signal, maxOutboundStreams });
  }

  cut(peer: PeerId): void {
    const id = toLibp2pId(peer);
    for (const connection of id === undefined ? [] : this.#libp2p.getConnections(id)) {
      connection.abort(new NetError('closed', 'the peer is banned'));
    }
  }

  /** Where a peer was before, it is no more: others may know where it is now. */
  async #dialAnew(id: Libp2pPeerId): Promise<boolean> {
    const signal = AbortSignal.any([this.#closing, AbortSignal.timeout(this.#limits.dialTimeout)]);
    try {
      const { multiaddrs } = await this.#libp2p.peerRouting.findPeer(id, { signal });
      // Whoever answers there has to show that it is this peer: others could name any address.
      const named = multiaddrs.map((address) =>
        address.getComponents().some(({ name }) => name === 'p2p')
          ? address
          : address.encapsulate(`/p2p/${id}`),
      );
      await this.#libp2p.dial(named, { signal });
      return this.#libp2p.getConnections(id).length > 0;
    } catch {
      return false;
    }
  }
}

/** Whose an address is: all of one IPv4 address, and of a network of 64 bits of IPv6, which is what one customer gets. */
function hostOf(address: Multiaddr): string {
  const { name, value = '' } = address.getComponents().find(({ name: of }) => /^ip[46]$/.test(of)) ?? {};
  if (name !== 'ip6') return value;
  const [front = '', back] = value.split('::');
  const groups = front === '' ? [] : front.split(':');
  const behind = back === undefined || back === '' ? [] : back.split(':');
  const whole =
    back === undefined
      ? groups
      : [...groups, ...new Array(8 - groups.length - behind.length).fill('0'), ...behind];
  return whole.slice(0, 4).join(':');
}
