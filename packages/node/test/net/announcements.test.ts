import { equalBytes, hash32 } from '@prometheus-compute/protocol';
import { describe, expect, it, vi } from 'vitest';
import { announcementBytes } from './envelopes.ts';
import { loopbackNet, SOON } from './libp2p-net.ts';

const QUICK = { secondLook: 100 };

describe('announcements over libp2p', () => {
  it('go on from peer to peer, where a node finds them right and new', async () => {
    await using net = loopbackNet(QUICK);
    const b = await net.joinBeside('b', []);
    const [a, c] = [await net.joinBeside('a', ['b']), await net.joinBeside('c', ['b'])];
    // A and C have nothing to do with one another, so that what gets to C has gone through B.
    for (let i = 0; i < 5; i++) c.refuse(a.self, 'bad blood');
    const unknown = announcementBytes(a.self, { owner: 4 });
    b.listen(async (_, bytes) => !equalBytes(bytes, unknown));
    const got: Uint8Array[] = [];
    c.listen(async (_, bytes) => got.push(bytes) > 0);
    // B does not see the first stake on its chain.
    a.broadcast(unknown);
    const known = [5, 6].map((owner) => announcementBytes(a.self, { owner }));
    for (const bytes of known) {
      a.broadcast(bytes);
      await vi.waitFor(() => expect(got).toContainEqual(bytes), SOON);
    }
    expect(got).not.toContainEqual(unknown);
  });

  it('are told to whoever comes later', async () => {
    await using net = loopbackNet(QUICK);
    const a = await net.joinBeside('a', []);
    const bytes = announcementBytes(a.self);
    a.broadcast(bytes);
    const b = await net.joinBeside('b', ['a']);
    const atB: Uint8Array[] = [];
    b.listen(async (_, got) => atB.push(got) > 0);
    await vi.waitFor(() => expect(atB).toContainEqual(bytes), SOON);
    // B tells it on, long after A has gone.
    a.close();
    await a.closed;
    const c = await net.joinBeside('c', ['b']);
    const atC: Uint8Array[] = [];
    c.listen(async (_, got) => atC.push(got) > 0);
    await vi.waitFor(() => expect(atC).toContainEqual(bytes), SOON);
  });

  it.each([
    ['somebody else signed', { signer: 9 }],
    ['another chain', { genesis: hash32(new Uint8Array(32).fill(8)) }],
  ])('%s: the node never hears of it, and who sends it is banned', async (_, fault) => {
    await using net = loopbackNet(QUICK);
    const [a, b] = [await net.join('a'), await net.join('b')];
    let heard = 0;
    b.listen(async () => ++heard > 0);
    for (let i = 0; i < 5; i++) await a.send(b.self, announcementBytes(a.self, { ...fault, height: i }));
    await vi.waitFor(() => expect(b.peers).not.toContain(a.self), SOON);
    expect(heard).toBe(0);
    const told = net.notices.get('b')!;
    expect(told.filter(({ kind }) => kind === 'offence')).toHaveLength(5);
    expect(told).toContainEqual(
      expect.objectContaining({
        kind: 'banned',
        peer: a.self,
        evidence: expect.arrayContaining([expect.stringContaining('false-announcement')]),
      }),
    );
    expect(await a.send(b.self, announcementBytes(a.self))).toBe(false);
  });
});

describe('discovery', () => {
  it('a peer of which only the id is known is found through others', async () => {
    await using net = loopbackNet(QUICK);
    await net.joinBeside('a', []);
    const [b, c] = [await net.joinBeside('b', ['a']), await net.joinBeside('c', ['a'])];
    c.listen(async () => true);
    expect(b.peers).not.toContain(c.self);
    await vi.waitFor(async () => expect(await b.send(c.self, announcementBytes(b.self))).toBe(true), SOON);
    expect(b.peers).toContain(c.self);
  });

  it('nodes that have found one another are connected, while they have few peers', async () => {
    await using net = loopbackNet();
    await net.joinBeside('a', []);
    const [b, c] = [await net.joinBeside('b', ['a']), await net.joinBeside('c', ['a'])];
    await vi.waitFor(() => expect(b.peers).toContain(c.self), SOON);
  });
});
