import type { Stream } from '@libp2p/interface';
import { kindOfEnvelope, MAX_ENVELOPE_BYTES, schnorrVerify } from '@prometheus-compute/protocol';
import type { Libp2p } from 'libp2p';
import type { PeerId, Receive, Transport } from '../ports/transport.ts';
import { Conduct } from './conduct.ts';
import { Connections } from './connections.ts';
import { NetError } from './errors.ts';
import { ENVELOPE_PROTOCOL } from './frame.ts';
import { Gossip } from './gossip.ts';
import { networkKey } from './identity.ts';
import { createNode, type NodeServices } from './libp2p-node.ts';
import { DEFAULT_NET_LIMITS, type NetLimits } from './limits.ts';
import type { Offence, OnNetNotice } from './notice.ts';
import type { Libp2pOptions } from './options.ts';
import { parsePeerAddress } from './peer-address.ts';
import { Receiving } from './receiving.ts';
import { Reconnecting } from './reconnecting.ts';
import { Sending } from './sending.ts';

/** Transport between machines: envelopes over libp2p. Made by {@link startLibp2p}. */
export class Libp2pTransport implements Transport {
  readonly self: PeerId;
  readonly #libp2p: Libp2p<NodeServices>;
  readonly #limits: NetLimits;
  readonly #onNotice: OnNetNotice;
  readonly #conduct: Conduct;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  readonly #reconnecting: Reconnecting;
  readonly #gossip: Gossip;
  readonly #connections: Connections;
  readonly #closing = new AbortController();
  /** Peers that the operator names. */
  readonly #named = new Set<PeerId>();
  readonly #onConnected: ((peer: PeerId) => void)[] = [];
  #receive: Receive = () => Promise.resolve(false);
  #closed: Promise<void> | undefined;

  private constructor(
    libp2p: Libp2p<NodeServices>,
    limits: NetLimits,
    conduct: Conduct,
    options: Libp2pOptions,
  ) {
    const { onNotice, genesis, verify } = options;
    this.#libp2p = libp2p;
    this.self = libp2p.peerId.toString();
    this.#limits = limits;
    this.#conduct = conduct;
    this.#onNotice = onNotice;
    this.#connections = new Connections(libp2p, limits, this.#closing.signal);
    this.#sending = new Sending({
      limits,
      open: (peer, signal) => this.#open(peer, signal),
      closing: this.#closing.signal,
    });
    this.#receiving = new Receiving({
      limits,
      conduct,
      receive: (from, bytes) =>
        kindOfEnvelope(bytes) === 'announcement'
          ? this.#gossip.take(from, bytes)
          : this.#receive(from, bytes),
      cutOff: (peer) => this.#cutOff(peer),
      failed: (what, error) => this.#failed(what, error),
      now: () => performance.now(),
      closing: this.#closing.signal,
    });
    this.#reconnecting = new Reconnecting(limits, (peer) => this.#dial(peer));
    this.#gossip = new Gossip(libp2p.services.gossip, {
      genesis,
      verify: verify ?? schnorrVerify,
      receive: (from, bytes) => this.#receive(from, bytes),
      hold: (peer, offence, evidence) => this.#hold(peer, offence, evidence),
      send: (peer, bytes) => void this.send(peer, bytes),
      failed: (what, error) => this.#failed(what, error),
      now: () => performance.now(),
      secondLook: limits.secondLook,
    });
  }

  /** Listens, and begins to look for the peers that `options` name. */
  static async start(options: Libp2pOptions): Promise<Libp2pTransport> {
    const { seed, listen, bootstrap, mdns, genesis, onNotice } = options;
    const limits = { ...DEFAULT_NET_LIMITS, ...options.limits };
    const named = bootstrap.map(parsePeerAddress);
    const conduct = new Conduct(limits.ban, options.now ?? Date.now, onNotice);
    const key = await networkKey(seed);
    const isBanned = (peer: PeerId) => conduct.isBanned(peer);
    const libp2p = await createNode({ key, listen, limits, genesis, mdns, isBanned });
    const transport = new Libp2pTransport(libp2p, limits, conduct, options);
    await transport.#start();
    for (const { address } of named) transport.addPeer(address.toString());
    return transport;
  }

  /** Where this node is reached, each with its id. */
  get addresses(): readonly string[] {
    return this.#libp2p.getMultiaddrs().map(String);
  }

  /** Peers with a connection now. */
  get peers(): readonly PeerId[] {
    return this.#connections.peers;
  }

  /**
   * Takes in where a peer is reached, and tries to reach it until it is there.
   *
   * @param address - with `/p2p/` and the peer's id at its end
   * @throws NetError `address-invalid`
   */
  addPeer(address: string): PeerId {
    const { id, address: where } = parsePeerAddress(address);
    if (id === this.self) return id;
    this.#named.add(id);
    this.#connections
      .remember(id, where)
      .catch((cause: unknown) => this.#failed('storing an address', cause));
    this.#reconnecting.found(id);
    void this.#dial(id).then((there) => {
      if (!there) this.#reconnecting.lost(id, true);
    });
    return id;
  }

  /** @param isPartner - whether a channel is open with a peer: it has memory of its own here, and is not banned for being slow */
  trust(isPartner: (peer: PeerId) => boolean): void {
    this.#conduct.trust(isPartner);
  }

  /** @param listener - called when a peer is there that was not: what waits for it can be sent again */
  onConnected(listener: (peer: PeerId) => void): void {
    this.#onConnected.push(listener);
  }

  /** A peer sent an envelope that nobody honest sends: its signature or its body does not hold. */
  refuse(peer: PeerId, reason: string): void {
    this.#hold(peer, 'unopenable', reason);
  }

  send(to: PeerId, bytes: Uint8Array): Promise<boolean> {
    if (bytes.length > MAX_ENVELOPE_BYTES || bytes.length === 0) {
      this.#onNotice({ kind: 'unsendable', peer: to, bytes: bytes.length });
      return Promise.resolve(false);
    }
    if (to === this.self || this.#conduct.isBanned(to)) return Promise.resolve(false);
    if (this.#reconnecting.isAbsent(to) && !this.#connections.has(to)) return Promise.resolve(false);
    return this.#sending.send(to, bytes);
  }

  /** @param bytes - an announcement: nothing else is passed on by others */
  broadcast(bytes: Uint8Array): void {
    if (!this.#closing.signal.aborted) this.#gossip.publish(bytes);
  }

  listen(receive: Receive): void {
    this.#receive = receive;
  }

  /** Ends every connection and everything that waits. {@link closed} tells when that is done. */
  close(): void {
    this.#closed ??= this.#stop();
  }

  /** Resolves when a closed transport holds nothing any more that keeps a process alive. */
  get closed(): Promise<void> {
    return this.#closed ?? Promise.resolve();
  }

  async #start(): Promise<void> {
    const { streamsPerPeer } = this.#limits;
    const libp2p = this.#libp2p;
    await libp2p.handle(
      ENVELOPE_PROTOCOL,
      (stream, connection) => this.#receiving.accept(stream, connection),
      {
        // What is above the limit is seen, and held against whoever does it.
        maxInboundStreams: 4 * streamsPerPeer,
        maxOutboundStreams: 4 * streamsPerPeer,
      },
    );
    libp2p.addEventListener('peer:connect', ({ detail }) => this.#came(detail.toString()));
    libp2p.addEventListener('peer:disconnect', ({ detail }) => this.#went(detail.toString()));
    libp2p.addEventListener('connection:open', () =>
      this.#connections.makeRoom((peer) => this.#isWanted(peer)),
    );
    libp2p.addEventListener('peer:discovery', ({ detail }) => this.#discovered(detail.id.toString()));
    await libp2p.start();
    this.#gossip.start();
    this.#onNotice({ kind: 'listening', addresses: this.addresses });
  }

  async #stop(): Promise<void> {
    this.#receive = () => Promise.resolve(false);
    this.#closing.abort(new NetError('closed', 'this node is closing'));
    this.#reconnecting.close();
    this.#gossip.close();
    this.#sending.dropAll();
    await this.#libp2p.stop();
  }

  /** Whether there is a connection to a peer now, after a try to make one. */
  async #dial(peer: PeerId): Promise<boolean> {
    return !this.#conduct.isBanned(peer) && this.#connections.dial(peer);
  }

  async #open(peer: PeerId, signal: AbortSignal): Promise<Stream> {
    if (!this.#connections.has(peer) && !(await this.#dial(peer))) {
      this.#sending.drop(peer);
      this.#reconnecting.lost(peer, this.#isWanted(peer));
      throw new NetError('frame-gone', 'the peer cannot be reached');
    }
    return this.#connections.stream(peer, signal);
  }

  #came(peer: PeerId): void {
    if (this.#closing.signal.aborted) return;
    this.#reconnecting.found(peer);
    if (this.#isWanted(peer))
      this.#connections.keep(peer).catch((cause: unknown) => this.#failed('keeping a peer', cause));
    this.#onNotice({ kind: 'connected', peer });
    for (const listener of this.#onConnected) listener(peer);
  }

  #went(peer: PeerId): void {
    if (this.#closing.signal.aborted) return;
    this.#onNotice({ kind: 'disconnected', peer });
    if (this.#conduct.isBanned(peer)) return;
    if (this.#isWanted(peer)) this.#reconnecting.lost(peer, true);
  }

  /** Whether the operator or an open channel names a peer. */
  #isWanted(peer: PeerId): boolean {
    return this.#named.has(peer) || this.#conduct.isPartner(peer);
  }

  /** A peer was found: the more are connected, the sooner announcements are everywhere. */
  #discovered(peer: PeerId): void {
    if (this.peers.length < this.#limits.wantedPeers && !this.#connections.has(peer)) void this.#dial(peer);
  }

  #hold(peer: PeerId, offence: Offence, evidence: string): void {
    if (this.#conduct.hold(peer, offence, evidence)) this.#cutOff(peer);
  }

  #cutOff(peer: PeerId): void {
    this.#sending.drop(peer);
    this.#connections.cut(peer);
  }

  #failed(what: string, cause: unknown): void {
    const error = cause instanceof Error ? cause : new NetError('closed', String(cause));
    this.#onNotice({ kind: 'net-failed', what, error });
  }
}

/**
 * Starts a node of the network.
 *
 * @throws NetError `seed-invalid`, `address-invalid`; whatever keeps it from listening
 */
export function startLibp2p(options: Libp2pOptions): Promise<Libp2pTransport> {
  return Libp2pTransport.start(options);
}
