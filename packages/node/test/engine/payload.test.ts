import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentHash } from '@prometheus-compute/proofs';
import { equalBytes, type Hash32, type MessageOf, openEnvelope } from '@prometheus-compute/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import type { EnginePorts } from '../../src/engine/engine-ports.ts';
import { PayloadExchange } from '../../src/engine/payload.ts';
import { MemoryNetwork } from '../../src/net/memory-transport.ts';
import { folderBlobs } from '../../src/store/folder-blobs.ts';
import { type Play, startPlay } from '../local/play.ts';

let play: Play;
let folder: string;
let record: ChannelRecord;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-payload-'));
  play = await startPlay();
  await play.begin();
  record = play.network.worker.node.engine.records[0]!;
});
afterAll(async () => {
  await play[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Larger than one part, so that several are asked for. */
const content = new Uint8Array(2_500_000).map((_, i) => i * 7);
const hash = contentHash('x', content);
const isContent = (bytes: Uint8Array): boolean => equalBytes(contentHash('x', bytes), hash);
let places = 0;

type Serve = (fetch: MessageOf<'fetch'>, answer: (blob: Partial<MessageOf<'blob'>>) => void) => void;

/** A node that asks, and a peer that serves `content` unless `serve` does something else. */
function pair(serve?: Serve) {
  const network = new MemoryNetwork();
  const place = join(folder, String(places++));
  const ports = (name: string): EnginePorts => ({
    ...play.network.worker.node.ports,
    transport: network.connect(name),
    blobs: folderBlobs(join(place, name)),
  });
  const [asking, serving] = [ports('asking'), ports('serving')];
  const exchange = new PayloadExchange(asking);
  const server = new PayloadExchange(serving);
  const asked: number[] = [];
  asking.transport.listen(async (from, bytes) => {
    const { message } = openEnvelope(bytes);
    if (message.kind === 'blob') await exchange.onBlob(message, from);
    return true;
  });
  serving.transport.listen(async (from, bytes) => {
    const { message } = openEnvelope(bytes);
    if (message.kind !== 'fetch') return false;
    asked.push(message.offset);
    if (serve === undefined) await server.onFetch(record, message, from);
    else {
      serve(message, (blob) => {
        const part = content.slice(message.offset, message.offset + 1_000_000);
        const whole = {
          kind: 'blob',
          channel: message.channel,
          content: hash,
          offset: message.offset,
          total: content.length,
          bytes: part,
        } as const;
        void exchange.onBlob({ ...whole, ...blob }, from === 'asking' ? 'serving' : from);
      });
    }
    return true;
  });
  const obtain = (size = content.length, of: Hash32 = hash) =>
    exchange.obtain(record, 'serving', of, size, isContent);
  return { exchange, obtain, asked, asking, serving };
}

describe('contents by hash', () => {
  it('come in parts, are checked, and stored', async () => {
    const { obtain, asked, asking, serving } = pair();
    await serving.blobs.put(hash, content);
    expect(await obtain()).toEqual(content);
    expect(asked).toEqual([0, 1_048_576, 2_097_152]);
    expect(await asking.blobs.get(hash)).toEqual(content);
    expect(await obtain()).toEqual(content);
    expect(asked).toHaveLength(3);
  });

  it('are asked for once when two batches want the same', async () => {
    const { obtain, asked, serving } = pair();
    await serving.blobs.put(hash, content);
    const [one, two] = await Promise.all([obtain(), obtain()]);
    expect(one).toEqual(content);
    expect(two).toEqual(content);
    expect(asked).toEqual([0, 1_048_576, 2_097_152]);
  });

  it('go on where they stopped when a part is lost', async () => {
    let lost = false;
    const { obtain, exchange, asked } = pair((fetch, answer) => {
      if (fetch.offset > 0 && !lost) lost = true;
      else answer({});
    });
    const wanted = obtain();
    await expect.poll(() => lost).toBe(true);
    exchange.retry();
    expect(await wanted).toEqual(content);
    expect(asked).toEqual([0, 1_000_000, 1_000_000, 2_000_000]);
  });

  it('are asked for no more when the contract is given up, and whoever waits is told', async () => {
    const { obtain, exchange, asked } = pair(() => {});
    const wanted = obtain();
    await expect.poll(() => asked.length).toBe(1);
    exchange.giveUp(record.id);
    await expect(wanted).rejects.toThrow(/given up/);
    exchange.retry();
    await expect(obtain()).rejects.toThrow(/given up/);
    expect(asked).toEqual([0]);
  });

  it('a part that comes twice, or out of order, is not taken twice', async () => {
    const { obtain } = pair((fetch, answer) => {
      answer({ offset: fetch.offset + 1 });
      answer({});
      answer({});
    });
    expect(await obtain()).toEqual(content);
  });

  it('wrong bytes are refused, naming the peer, and not stored', async () => {
    const { obtain, asking } = pair((fetch, answer) =>
      answer({ bytes: new Uint8Array(Math.min(1_000_000, content.length - fetch.offset)) }),
    );
    await expect(obtain()).rejects.toThrow(
      expect.objectContaining({ code: 'payload-missing', message: expect.stringContaining('serving') }),
    );
    expect(await asking.blobs.get(hash)).toBeUndefined();
  });

  it.each([
    ['another size than announced', { total: content.length + 1 }],
    ['empty parts for ever', { bytes: new Uint8Array(0) }],
  ])('a peer that serves %s is refused', async (_, blob) => {
    const { obtain } = pair((_fetch, answer) => answer(blob));
    await expect(obtain()).rejects.toThrow(expect.objectContaining({ code: 'payload-missing' }));
  });

  it('a size that would fill the memory is refused before anything is asked for', async () => {
    const { obtain, asked } = pair();
    await expect(obtain(2 ** 32 - 1)).rejects.toThrow(expect.objectContaining({ code: 'payload-missing' }));
    expect(asked).toEqual([]);
  });

  it('content that nobody asked for is dropped', async () => {
    const { exchange, asking } = pair();
    const total = content.length;
    await exchange.onBlob(
      { kind: 'blob', channel: hash, content: hash, offset: 0, total, bytes: content.slice(0, 9) },
      'stranger',
    );
    expect(await asking.blobs.get(hash)).toBeUndefined();
  });
});
