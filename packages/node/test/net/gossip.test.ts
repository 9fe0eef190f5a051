import { type GossipSub, TopicValidatorResult } from '@libp2p/gossipsub';
import { schnorrVerify, toHex } from '@prometheus-compute/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { Gossip } from '../../src/net/gossip.ts';
import { announcementBytes, GENESIS } from './envelopes.ts';

const TOPIC = `/prometheus/announcements/1/${toHex(GENESIS)}`;

let ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended) end();
  ended = [];
});

/** Gossip whose peers say what a test makes them say. @param judge - what the node makes of an announcement */
function gossiping(judge: (bytes: Uint8Array) => Promise<boolean>, subscribers: readonly string[] = []) {
  const sent: string[] = [];
  const shown: Uint8Array[] = [];
  const topicValidators: GossipSub['topicValidators'] = new Map();
  const library = Object.assign(new EventTarget(), {
    topicValidators,
    subscribe: () => {},
    publish: async () => {},
    getSubscribers: () => subscribers,
  });
  let now = 0;
  let verifications = 0;
  const gossip = new Gossip(library as unknown as GossipSub, {
    genesis: GENESIS,
    verify: (...parts) => {
      verifications += 1;
      return schnorrVerify(...parts);
    },
    receive: (_, bytes) => {
      shown.push(bytes);
      return judge(bytes);
    },
    hold: () => {},
    send: (peer) => sent.push(peer),
    failed: (_, error) => {
      throw error;
    },
    now: () => now,
    secondLook: 1,
  });
  ended.push(() => gossip.close());
  return {
    gossip,
    sent,
    shown,
    verified: () => verifications,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    hear: (peer: string, bytes: Uint8Array) =>
      topicValidators.get(TOPIC)!({ toString: () => peer } as never, { data: bytes } as never),
    comes: (peerId: string) => {
      const subscriptions = [{ topic: TOPIC, subscribe: true }];
      library.dispatchEvent(new CustomEvent('subscription-change', { detail: { peerId, subscriptions } }));
      library.dispatchEvent(new CustomEvent('gossipsub:graft', { detail: { peerId, topic: TOPIC } }));
    },
  };
}

const announced = (count: number, first = 1): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, i) => announcementBytes('somebody', { owner: first + i }));

describe('a flood of announcements', () => {
  it('the node judges sixteen at a time, so that blocks and contracts wait for no more; the others are looked at later', async () => {
    const waiting: ((news: boolean) => void)[] = [];
    let isSlow = true;
    const { gossip, hear, shown, pass } = gossiping(async () =>
      isSlow ? new Promise<boolean>((resolve) => waiting.push(resolve)) : true,
    );
    const heard = announced(60).map((bytes, i) => hear(`peer ${i % 3}`, bytes));
    await expect.poll(() => shown.length).toBe(16);
    isSlow = false;
    for (const resolve of waiting) resolve(true);
    const verdicts = await Promise.all(heard);
    expect(verdicts.filter((verdict) => verdict === TopicValidatorResult.Accept)).toHaveLength(16);
    expect(verdicts.filter((verdict) => verdict === TopicValidatorResult.Ignore)).toHaveLength(44);
    gossip.start();
    pass(10);
    await expect.poll(() => shown.length).toBe(60);
  });

  it('of stakes that nobody knows drives out what others have said: each peer has fifty places', async () => {
    const { gossip, hear, shown, pass } = gossiping(async () => false);
    const [honest] = announced(1, 200);
    await hear('honest', honest!);
    for (const bytes of announced(80)) await hear('flood', bytes);
    shown.length = 0;
    gossip.start();
    pass(1);
    await expect.poll(() => shown.length).toBeGreaterThanOrEqual(51);
    expect(new Set(shown.map((bytes) => toHex(bytes))).size).toBe(51);
    expect(shown).toContainEqual(honest);
  });

  it('what one peer says of a stake takes no place of what another says of it', async () => {
    const { gossip, hear, shown, pass } = gossiping(async () => false);
    const [owner, other] = [1, 2].map((height) => announcementBytes('somebody', { owner: 5, height }));
    await hear('owner', owner!);
    await hear('other', other!);
    shown.length = 0;
    gossip.start();
    pass(1);
    await expect.poll(() => shown).toContainEqual(owner);
    expect(shown).toContainEqual(other);
  });
});

describe('peers that come again and again', () => {
  it('are told what was said before, 2,000 announcements at once, and then two announcements a second', async () => {
    const { gossip, sent, comes, pass } = gossiping(async () => true);
    for (const bytes of announced(100)) gossip.publish(bytes);
    await new Promise(setImmediate);
    for (let i = 0; i < 50; i++) comes('restless');
    expect(sent).toHaveLength(2_000);
    pass(5_000);
    comes('restless');
    expect(sent).toHaveLength(2_010);
    comes('patient');
    expect(sent.filter((peer) => peer === 'patient')).toHaveLength(200);
  });
});

describe('announcements that come outside of gossip', () => {
  it('the same from another peer, as everybody tells who has just come, costs no look at its signatures', async () => {
    const { gossip, verified } = gossiping(async () => true);
    const [bytes] = announced(1);
    expect(await gossip.take('first', bytes!)).toBe(true);
    const once = verified();
    expect(once).toBeGreaterThan(0);
    for (let i = 0; i < 10; i++) expect(await gossip.take(`peer ${i}`, bytes!.slice())).toBe(false);
    expect(verified()).toBe(once);
  });

  it('are handed on to so many peers in all, whoever sends them', async () => {
    const peers = Array.from({ length: 100 }, (_, i) => `peer ${i}`);
    const { gossip, sent } = gossiping(async () => true, peers);
    for (const bytes of announced(30)) expect(await gossip.take('flood', bytes)).toBe(true);
    expect(sent).toHaveLength(2_000);
  });
});
