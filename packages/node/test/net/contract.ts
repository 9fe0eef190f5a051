import { MAX_ENVELOPE_BYTES } from '@prometheus-compute/protocol';
import { expect, it, vi } from 'vitest';
import type { PeerId, Transport } from '../../src/ports/transport.ts';
import { announcementBytes, envelopeBytes, markOf } from './envelopes.ts';

/** Nodes that can reach one another, for one test. */
export interface TestNet extends AsyncDisposable {
  /** A node of this name; after it was closed, the same one again. */
  join(name: string): Promise<Transport>;
  /** The id of a peer that is not there. */
  readonly nobody: PeerId;
}

/** What every transport does (docs of ports/transport.ts). */
export function transportContract(open: () => Promise<TestNet>): void {
  it('hands bytes over once, as they were when they were sent, with the name of their sender', async () => {
    await using net = await open();
    const [a, b] = [await net.join('a'), await net.join('b')];
    const got: [PeerId, Uint8Array][] = [];
    b.listen(async (from, bytes) => got.push([from, bytes]) > 0);
    const bytes = envelopeBytes(1);
    const as = bytes.slice();
    const taken = a.send(b.self, bytes);
    bytes.fill(9);
    expect(await taken).toBe(true);
    expect(got).toEqual([[a.self, as]]);
  });

  it('says false when the receiver could not take them yet, and they can be sent again', async () => {
    await using net = await open();
    const [a, b] = [await net.join('a'), await net.join('b')];
    let ready = false;
    b.listen(async () => ready);
    expect(await a.send(b.self, envelopeBytes(1))).toBe(false);
    ready = true;
    expect(await a.send(b.self, envelopeBytes(1))).toBe(true);
  });

  it('says false when the peer cannot be reached, or there is no such peer', async () => {
    await using net = await open();
    const a = await net.join('a');
    expect(await a.send(net.nobody, envelopeBytes(1))).toBe(false);
    expect(await a.send('no peer at all', envelopeBytes(1))).toBe(false);
  });

  it('carries the largest envelope there is, and refuses a larger one', async () => {
    await using net = await open();
    const [a, b] = [await net.join('a'), await net.join('b')];
    const sizes: number[] = [];
    b.listen(async (_, bytes) => sizes.push(bytes.length) > 0);
    const around = envelopeBytes(1, 1_000_000, 'post').length - 1_000_000;
    const largest = envelopeBytes(1, MAX_ENVELOPE_BYTES - around, 'post');
    expect(largest).toHaveLength(MAX_ENVELOPE_BYTES);
    expect(await a.send(b.self, largest)).toBe(true);
    expect(await a.send(b.self, new Uint8Array(MAX_ENVELOPE_BYTES + 1))).toBe(false);
    expect(sizes).toEqual([MAX_ENVELOPE_BYTES]);
  });

  it('1,000 envelopes both ways at the same time: every one arrives, none in the place of another', async () => {
    await using net = await open();
    const [a, b] = [await net.join('a'), await net.join('b')];
    const [atA, atB] = [new Set<number>(), new Set<number>()];
    a.listen(async (_, bytes) => atA.add(markOf(bytes)).size > 0);
    b.listen(async (_, bytes) => atB.add(markOf(bytes)).size > 0);
    const marks = Array.from({ length: 1_000 }, (_, i) => i);
    const taken = await Promise.all(
      marks.flatMap((mark) => [
        a.send(b.self, envelopeBytes(mark)),
        b.send(a.self, envelopeBytes(mark + 5_000)),
      ]),
    );
    expect(taken.every(Boolean)).toBe(true);
    expect([...atB].sort((x, y) => x - y)).toEqual(marks);
    expect([...atA].sort((x, y) => x - y)).toEqual(marks.map((mark) => mark + 5_000));
  });

  it('a receiver that does not come to an end holds up nobody else', async () => {
    await using net = await open();
    const [a, b, c] = [await net.join('a'), await net.join('b'), await net.join('c')];
    const { promise: ended, resolve: end } = Promise.withResolvers<boolean>();
    b.listen(() => ended);
    c.listen(async () => true);
    const held = Array.from({ length: 100 }, (_, i) => a.send(b.self, envelopeBytes(i)));
    for (let i = 0; i < 100; i++) expect(await a.send(c.self, envelopeBytes(i))).toBe(true);
    end(true);
    expect((await Promise.all(held)).every(Boolean)).toBe(true);
  });

  it('a peer that goes and comes back under its name gets what is sent again', async () => {
    await using net = await open();
    const [a, first] = [await net.join('a'), await net.join('b')];
    first.listen(async () => true);
    expect(await a.send(first.self, envelopeBytes(1))).toBe(true);
    first.close();
    await vi.waitFor(async () => expect(await a.send(first.self, envelopeBytes(2))).toBe(false));
    const again = await net.join('b');
    expect(again.self).toBe(first.self);
    const got: number[] = [];
    again.listen(async (_, bytes) => got.push(markOf(bytes)) > 0);
    await vi.waitFor(async () => expect(await a.send(again.self, envelopeBytes(3))).toBe(true), {
      timeout: 10_000,
    });
    expect(new Set(got)).toEqual(new Set([3]));
  });

  it('nothing arrives at a node that is closed, and nothing leaves it', async () => {
    await using net = await open();
    const [a, b] = [await net.join('a'), await net.join('b')];
    let got = 0;
    b.listen(async () => ++got > 0);
    b.close();
    expect(await a.send(b.self, envelopeBytes(1))).toBe(false);
    a.listen(async () => ++got > 0);
    expect(await b.send(a.self, envelopeBytes(1))).toBe(false);
    expect(got).toBe(0);
  });

  it('an announcement reaches every peer but the one that makes it', async () => {
    await using net = await open();
    const nodes = [await net.join('a'), await net.join('b'), await net.join('c')];
    const got = nodes.map(() => new Set<string>());
    for (const [i, node] of nodes.entries()) {
      node.listen(async (_, bytes) => got[i]!.add(Buffer.from(bytes).toString('hex')).size > 0);
    }
    const bytes = announcementBytes(nodes[0]!.self);
    const text = Buffer.from(bytes).toString('hex');
    nodes[0]!.broadcast(bytes);
    await vi.waitFor(() => expect(got.slice(1)).toEqual([new Set([text]), new Set([text])]), {
      timeout: 10_000,
    });
    expect(got[0]).toEqual(new Set());
  });
}
