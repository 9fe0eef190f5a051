import { connect, type Socket } from 'node:net';
import { concatBytes } from '@prometheus-compute/protocol';
import { describe, expect, it, vi } from 'vitest';
import { frameHead } from '../../src/net/frame.ts';
import type { Libp2pTransport } from '../../src/net/libp2p-transport.ts';
import type { NetLimits } from '../../src/net/limits.ts';
import type { Offence } from '../../src/net/notice.ts';
import { attack } from './attacker.ts';
import { envelopeBytes } from './envelopes.ts';
import { type LoopbackNet, loopbackNet, SOON } from './libp2p-net.ts';

const envelope = envelopeBytes(1, 1_000);

/** A node that takes everything, and an honest peer of it. */
async function victimAnd(net: LoopbackNet) {
  const [victim, honest] = [await net.join('victim'), await net.join('honest')];
  victim.listen(async () => true);
  const offences = (by: string): readonly Offence[] =>
    net.notices
      .get('victim')!
      .flatMap((notice) => (notice.kind === 'offence' && notice.peer === by ? [notice.offence] : []));
  const bans = () => net.notices.get('victim')!.filter(({ kind }) => kind === 'banned');
  return { victim, honest, offences, bans };
}

const served = async (honest: Libp2pTransport, victim: Libp2pTransport) => {
  for (let i = 0; i < 20; i++) expect(await honest.send(victim.self, envelopeBytes(i))).toBe(true);
};

const FAULTS: readonly [string, Offence, Uint8Array, boolean][] = [
  ['a length of 4 GiB', 'oversized', new Uint8Array(4).fill(0xff), false],
  [
    'a length that no message of its kind has',
    'oversized',
    concatBytes(frameHead(1_000_000), envelopeBytes(1, 8, 'fetch').subarray(0, 30)),
    false,
  ],
  ['a length of nothing', 'malformed', new Uint8Array(4), false],
  ['a kind that does not exist', 'malformed', concatBytes(frameHead(100), new Uint8Array(100)), false],
  [
    'half a frame that ends',
    'malformed',
    concatBytes(frameHead(envelope.length), envelope.subarray(0, 500)),
    true,
  ],
  ['half a length that ends', 'malformed', new Uint8Array(2), true],
  [
    'more bytes than were announced',
    'malformed',
    concatBytes(frameHead(envelope.length), envelope, new Uint8Array(1)),
    false,
  ],
];

describe('hostile peers', () => {
  it.each(FAULTS)(
    '%s: held against its sender until it is banned, and nobody else',
    async (_, offence, bytes, ends) => {
      await using net = loopbackNet();
      const { victim, honest, offences, bans } = await victimAnd(net);
      await using attacker = await attack(victim);
      await vi.waitFor(
        async () => {
          const stream = await attacker.write(bytes);
          if (ends) await stream?.close().catch(() => {});
          expect(bans()).toHaveLength(1);
        },
        { ...SOON, interval: 10 },
      );
      expect(bans()).toMatchObject([
        { peer: attacker.id, evidence: expect.arrayContaining([expect.stringContaining(offence)]) },
      ]);
      expect(new Set(offences(attacker.id))).toEqual(new Set([offence]));
      await vi.waitFor(() => expect(victim.peers).toEqual([honest.self]), SOON);
      await served(honest, victim);
      expect(offences(honest.self)).toEqual([]);
    },
  );

  it("a connection that breaks inside of a frame is nobody's fault", async () => {
    await using net = loopbackNet();
    const { victim, honest, offences } = await victimAnd(net);
    await using attacker = await attack(victim);
    for (let i = 0; i < 20; i++) {
      const stream = await attacker.write(concatBytes(frameHead(envelope.length), envelope.subarray(0, 500)));
      stream!.abort(new Error('broken'));
    }
    await served(honest, victim);
    expect(offences(attacker.id)).toEqual([]);
  });

  const HASTY: Partial<NetLimits> = { frameTimeout: 200 };

  it('a frame that does not come to its end is cut off, and held against a stranger', async () => {
    await using net = loopbackNet(HASTY);
    const { victim, honest, offences } = await victimAnd(net);
    await using attacker = await attack(victim);
    for (const bytes of [
      new Uint8Array(1),
      frameHead(envelope.length),
      concatBytes(frameHead(envelope.length), envelope.subarray(0, 500)),
    ]) {
      await attacker.write(bytes);
    }
    await vi.waitFor(() => expect(offences(attacker.id)).toEqual(['slow', 'slow', 'slow']), SOON);
    await served(honest, victim);
  });

  it('a party of an open channel is not banned for being slow', async () => {
    await using net = loopbackNet(HASTY);
    const { victim, offences } = await victimAnd(net);
    await using attacker = await attack(victim);
    victim.trust((peer) => peer === attacker.id);
    const stream = await attacker.write(frameHead(envelope.length));
    await vi.waitFor(() => expect(stream!.status).toBe('reset'), SOON);
    expect(offences(attacker.id)).toEqual([]);
  });

  it('what strangers are sending at the same time has a bound, and partners have memory of their own', async () => {
    const bytes = envelopeBytes(1, 60_000);
    await using net = loopbackNet({
      receivingBytesStrangers: 100_000,
      frameTimeout: 500,
      slowestBytesPerSecond: 1_000_000,
    });
    const { victim, honest, offences } = await victimAnd(net);
    const partner = await net.join('partner');
    victim.trust((peer) => peer === partner.self);
    await using attacker = await attack(victim);
    // It holds what strangers have together, and one more waits.
    for (let i = 0; i < 2; i++)
      await attacker.write(concatBytes(frameHead(bytes.length), bytes.subarray(0, 100)));
    expect(await partner.send(victim.self, bytes)).toBe(true);
    expect(await honest.send(victim.self, bytes)).toBe(true);
    await vi.waitFor(() => expect(offences(attacker.id)).toEqual(['slow', 'slow']), SOON);
    // More than strangers may have at all is not taken from them, and is from a partner.
    const large = envelopeBytes(1, 100_001);
    expect(await honest.send(victim.self, large)).toBe(false);
    expect(await partner.send(victim.self, large)).toBe(true);
  });

  it('so many envelopes of strangers are handled at the same time, and any number of partners', async () => {
    await using net = loopbackNet({ handledOfStrangers: 2 });
    const victim = await net.join('victim');
    const [stranger, partner] = [await net.join('stranger'), await net.join('partner')];
    victim.trust((peer) => peer === partner.self);
    const handled: string[] = [];
    const done = Promise.withResolvers<boolean>();
    victim.listen((from) => {
      handled.push(from);
      return done.promise;
    });
    const sent = [stranger, partner].flatMap((node) =>
      Array.from({ length: 4 }, (_, mark) => node.send(victim.self, envelopeBytes(mark))),
    );
    await vi.waitFor(() => expect(handled).toHaveLength(6), SOON);
    expect(handled.filter((from) => from === partner.self)).toHaveLength(4);
    done.resolve(true);
    expect(await Promise.all(sent)).toEqual(sent.map(() => true));
    expect(handled).toHaveLength(8);
  });

  it('whoever takes every place for connections gives some of them back: others are let in, and partners stay', async () => {
    await using net = loopbackNet({ connections: 10, connectionsPerSecond: 1_000 });
    const victim = await net.joinBeside('victim', []);
    const partner = await net.joinBeside('partner', ['victim']);
    victim.trust((peer) => peer === partner.self);
    victim.listen(async () => true);
    await using crowd = new AsyncDisposableStack();
    for (let i = 0; i < 12; i++) {
      const attacker = crowd.use(await attack(victim));
      expect(await attacker.connect()).toBeDefined();
    }
    const honest = await net.joinBeside('honest', ['victim']);
    expect(await honest.send(victim.self, envelopeBytes(1))).toBe(true);
    expect(victim.peers).toContain(partner.self);
    expect(victim.peers.length).toBeLessThanOrEqual(10);
  });

  it('10,000 streams at once: banned for the flood, while others are served', async () => {
    await using net = loopbackNet();
    const { victim, honest, offences, bans } = await victimAnd(net);
    await using attacker = await attack(victim);
    let opened = 0;
    const flood = async () => {
      // Whoever begins with a flood is cut off before it has a name to ban.
      await attacker.write(frameHead(envelope.length));
      while (opened < 10_000 && bans().length === 0) {
        opened += 50;
        await Promise.all(Array.from({ length: 50 }, () => attacker.write(frameHead(envelope.length))));
      }
    };
    await Promise.all([flood(), served(honest, victim)]);
    await vi.waitFor(() => expect(bans()).toMatchObject([{ peer: attacker.id }]), SOON);
    expect(offences(attacker.id)).toContain('flood');
    await vi.waitFor(() => expect(victim.peers).toEqual([honest.self]), SOON);
    expect(await attacker.write(frameHead(envelope.length))).toBe(undefined);
    await served(honest, victim);
  });

  it('a node that is slow itself holds nothing against a peer that gives up waiting and sends again', async () => {
    await using net = loopbackNet();
    const { victim, honest, offences } = await victimAnd(net);
    let handled = 0;
    const { promise: ready, resolve: go } = Promise.withResolvers<boolean>();
    victim.listen(() => {
      handled += 1;
      return ready;
    });
    await using impatient = await attack(victim);
    const frame = concatBytes(frameHead(envelope.length), envelope);
    for (let i = 0; i < 60; i++) {
      const stream = await impatient.write(frame);
      await vi.waitFor(() => expect(handled).toBe(Math.min(i + 1, 32)), SOON);
      stream?.abort(new Error('no answer came'));
    }
    go(true);
    await served(honest, victim);
    expect(offences(impatient.id)).toEqual([]);
  });

  it('a protocol that nobody speaks, and sockets that say nothing or anything, keep nobody out', async () => {
    await using net = loopbackNet();
    const { victim, honest } = await victimAnd(net);
    await using attacker = await attack(victim);
    expect(await attacker.write(new Uint8Array(100), '/nobody/speaks/1')).toBe(undefined);
    const port = Number(victim.addresses[0]!.split('/')[4]);
    const sockets: Socket[] = Array.from({ length: 40 }, (_, i) => {
      const socket = connect(port, '127.0.0.1', () => {
        if (i % 2 === 0) socket.write(new Uint8Array(1_000).fill(i));
      });
      return socket.on('error', () => {});
    });
    await served(honest, victim);
    const late = await net.join('late');
    await served(late, victim);
    for (const socket of sockets) socket.destroy();
  });
});
