import { type GossipSub, gossipsub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub';
import {
  CodedError,
  envelopeLimit,
  type Hash32,
  isGenuine,
  openEnvelope,
  outpointKey,
  type SchnorrVerify,
  toHex,
} from '@prometheus-compute/protocol';
import type { PeerId, Receive } from '../ports/transport.ts';
import type { Offence } from './notice.ts';
import { TokenBucket } from './token-bucket.ts';
import { Undecided } from './undecided.ts';

const ANNOUNCEMENT_BYTES = envelopeLimit('announcement');
/** Announcements that one peer may hand on per second and at once: their signatures cost more to check than to send. */
const PER_SECOND = 50;
const AT_ONCE = 4_000;
/** The same of all peers together: names are free. */
const PER_SECOND_OF_ALL = 500;
const AT_ONCE_OF_ALL = 8_000;
/**
 * Announcements that the node judges at the same time. It does so in turn with the messages of its contracts and with blocks, which must
 * not wait behind thousands of them. What is more waits for a second look.
 */
const AT_A_TIME = 16;
/** Announcements that one peer is told because it has come or goes on coming, per second and at once. */
const TOLD_PER_SECOND = 2;
const TOLD_AT_ONCE = 2_000;
/** Envelopes of announcements that came outside of gossip, to all peers together, per second and at once. */
const HANDED_ON_PER_SECOND = 100;
const HANDED_ON_AT_ONCE = 2_000;
/** Milliseconds in which one stake is announced once; its owner could sign new ones without an end. */
const STAKE_PAUSE = 10_000;
/** Stakes and peers that are remembered. */
const MAX_STAKES = 2_000;
const MAX_PEERS = 1_000;
/** What the node could not judge yet is shown to it again so many times: its chain may be behind. */
const TRIES = 8;
/** Announcements that whoever comes later is told: the latest. */
const HANDED_OVER = 1_000;
/**
 * Milliseconds in which gossip may have passed over a peer that is only now taken into the mesh: it is told of by a heartbeat, a second
 * apart, to peers outside of the mesh alone.
 */
const PASSED_OVER = 5_000;
/** Bytes of topics that one peer may name: nobody needs more than one. */
const TOPIC_BYTES = 16_384;

/** The topic of announcements on one chain. */
function topicOf(genesis: Hash32): string {
  return `/prometheus/announcements/1/${toHex(genesis)}`;
}

/** Gossip of announcements, as a service of libp2p. They are signed themselves, so nothing else about them is. */
export function gossipService(genesis: Hash32) {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    allowedTopics: [topicOf(genesis)],
    maxInboundDataLength: ANNOUNCEMENT_BYTES,
    maxTopicBytesPerPeer: TOPIC_BYTES,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: false,
    emitSelf: false,
    doPX: false,
    decodeRpcLimits: {
      maxSubscriptions: 8,
      maxMessages: 256,
      maxIhaveMessageIDs: 2_000,
      maxIwantMessageIDs: 2_000,
      maxIdontwantMessageIDs: 256,
      maxControlMessages: 64,
      maxPeerInfos: 0,
    },
  });
}

/** What gossip needs of the transport. */
interface GossipHost {
  readonly genesis: Hash32;
  readonly verify: SchnorrVerify;
  /** The node's judgement: whether a stake is on the chain, and the announcement is news. */
  readonly receive: Receive;
  readonly hold: (peer: PeerId, offence: Offence, evidence: string) => void;
  readonly send: (peer: PeerId, bytes: Uint8Array) => void;
  readonly failed: (what: string, error: unknown) => void;
  /** Milliseconds on a clock that does not go back. */
  readonly now: () => number;
  /** Milliseconds after which what could not be judged is shown to the node again, doubled every time. */
  readonly secondLook: number;
}

/** How much one peer may tell, and is told. */
interface Rates {
  readonly heard: TokenBucket;
  readonly told: TokenBucket;
}

/**
 * Spreads announcements: takes them from peers, holds them against their signatures and the node's chain, and hands on what is
 * right and new. Nothing false goes through an honest node, whoever sends it.
 */
export class Gossip {
  readonly #pubsub: GossipSub;
  readonly #topic: string;
  readonly #host: GossipHost;
  /** When a stake was announced last, and how; the one announced last at the end. */
  readonly #stakes = new Map<string, { readonly at: number; readonly bytes: Uint8Array }>();
  /** The bytes of these, as text: who has just come is told the same by many, and looks at the signatures of one. */
  readonly #known = new Set<string>();
  readonly #undecided = new Undecided();
  readonly #rates = new Map<PeerId, Rates>();
  readonly #all: TokenBucket;
  readonly #handedOn: TokenBucket;
  /** Announcements that the node judges now. */
  #judged = 0;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(pubsub: GossipSub, host: GossipHost) {
    this.#pubsub = pubsub;
    this.#topic = topicOf(host.genesis);
    this.#host = host;
    this.#all = new TokenBucket(PER_SECOND_OF_ALL, AT_ONCE_OF_ALL, host.now);
    this.#handedOn = new TokenBucket(HANDED_ON_PER_SECOND, HANDED_ON_AT_ONCE, host.now);
    pubsub.topicValidators.set(this.#topic, async (from, { data }) => {
      const verdict = await this.#judge(from.toString(), new Uint8Array(data));
      if (verdict === 'false') return TopicValidatorResult.Reject;
      return verdict === 'news' ? TopicValidatorResult.Accept : TopicValidatorResult.Ignore;
    });
    pubsub.addEventListener('subscription-change', ({ detail: { peerId, subscriptions } }) => {
      const isOurs = subscriptions.some(({ topic, subscribe }) => subscribe && topic === this.#topic);
      if (isOurs) this.#handOver(peerId.toString(), 0);
    });
    pubsub.addEventListener('gossipsub:graft', ({ detail: { peerId, topic } }) => {
      if (topic === this.#topic) this.#handOver(peerId, host.now() - PASSED_OVER);
    });
  }

  /** Begins to take part; libp2p has started. */
  start(): void {
    this.#pubsub.subscribe(this.#topic);
    const lookAgain = (): void => {
      this.#lookAgain().catch((cause: unknown) => this.#host.failed('announcing', cause));
    };
    this.#timer = setInterval(lookAgain, this.#host.secondLook);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#undecided.clear();
  }

  /** An own announcement, to everybody. */
  publish(bytes: Uint8Array): void {
    this.#publish(bytes.slice()).catch((cause: unknown) => this.#host.failed('announcing', cause));
  }

  async #publish(bytes: Uint8Array): Promise<void> {
    this.#remember(this.#genuineStake(bytes), bytes);
    await this.#pubsub.publish(this.#topic, bytes);
  }

  /** An announcement that came outside of gossip, from a peer that handed over what it knows. */
  async take(from: PeerId, bytes: Uint8Array): Promise<boolean> {
    if ((await this.#judge(from, bytes)) !== 'news') return false;
    this.#handOn(from, bytes);
    return true;
  }

  async #judge(from: PeerId, bytes: Uint8Array): Promise<'news' | 'nothing' | 'false'> {
    if (!this.#rate(from).heard.tryTake(1) || !this.#all.tryTake(1)) return 'nothing';
    if (this.#known.has(textOf(bytes))) return 'nothing';
    let stake: string;
    try {
      stake = this.#genuineStake(bytes);
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      this.#host.hold(from, 'false-announcement', cause.message);
      return 'false';
    }
    const last = this.#stakes.get(stake);
    if (last !== undefined && this.#host.now() - last.at < STAKE_PAUSE) return 'nothing';
    return (await this.#show(stake, from, bytes, 1)) ? 'news' : 'nothing';
  }

  /** Shows an announcement to the node; one that it does not take may come too early for its chain. */
  async #show(stake: string, from: PeerId, bytes: Uint8Array, tries: number): Promise<boolean> {
    const isBusy = this.#judged >= AT_A_TIME;
    if (!isBusy) {
      this.#judged += 1;
      try {
        if (await this.#host.receive(from, bytes)) {
          this.#remember(stake, bytes);
          return true;
        }
      } finally {
        this.#judged -= 1;
      }
    }
    if (tries > TRIES) return false;
    const due = this.#host.now() + this.#host.secondLook * 2 ** (tries - 1);
    this.#undecided.add({ stake, from, bytes, tries: isBusy ? tries : tries + 1, due });
    return false;
  }

  async #lookAgain(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (const { stake, from, bytes, tries } of this.#undecided.takeDue(this.#host.now())) {
        if (await this.#show(stake, from, bytes, tries)) this.#handOn(from, bytes);
      }
    } finally {
      this.#isLooking = false;
    }
  }

  /** Tells everybody who listens what gossip does not bring them: it came outside of it, or was news only at a second look. */
  #handOn(from: PeerId, bytes: Uint8Array): void {
    for (const peer of this.#pubsub.getSubscribers(this.#topic)) {
      if (peer.toString() !== from && this.#handedOn.tryTake(1)) this.#host.send(peer.toString(), bytes);
    }
  }

  /** @throws CodedError when it is no announcement, or not by the key of its stake for this chain */
  #genuineStake(bytes: Uint8Array): string {
    const { genesis, verify } = this.#host;
    const { envelope, message } = openEnvelope(bytes, verify);
    if (message.kind !== 'announcement' || !isGenuine(message, envelope, genesis, verify))
      throw new CodedError('announcement-false', 'not an announcement of a stake of this chain');
    return outpointKey(message.offer);
  }

  #remember(stake: string, bytes: Uint8Array): void {
    this.#undecided.decided(stake);
    this.#forget(stake);
    this.#stakes.set(stake, { at: this.#host.now(), bytes });
    this.#known.add(textOf(bytes));
    if (this.#stakes.size > MAX_STAKES) this.#forget(this.#stakes.keys().next().value!);
  }

  #forget(stake: string): void {
    const entry = this.#stakes.get(stake);
    if (entry !== undefined) this.#known.delete(textOf(entry.bytes));
    this.#stakes.delete(stake);
  }

  /** Tells a peer that has just come what was said before, from a moment on: the latest, and no more than its share. */
  #handOver(peer: PeerId, since: number): void {
    const told = [...this.#stakes.values()].filter(({ at }) => at >= since);
    const { told: share } = this.#rate(peer);
    for (const { bytes } of told.slice(-HANDED_OVER)) if (share.tryTake(1)) this.#host.send(peer, bytes);
  }

  #rate(peer: PeerId): Rates {
    const { now } = this.#host;
    const rate = this.#rates.get(peer) ?? {
      heard: new TokenBucket(PER_SECOND, AT_ONCE, now),
      told: new TokenBucket(TOLD_PER_SECOND, TOLD_AT_ONCE, now),
    };
    this.#rates.delete(peer);
    this.#rates.set(peer, rate);
    if (this.#rates.size > MAX_PEERS) this.#rates.delete(this.#rates.keys().next().value!);
    return rate;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
