import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentHash, contentStates } from '@prometheus-compute/proofs';
import {
  equalBytes,
  type Hash32,
  MAX_BLOB_BYTES,
  type MessageOf,
  openEnvelope,
  toHex,
} from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractOf } from '../../src/engine/addressing.ts';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import type { WantedContent } from '../../src/engine/download.ts';
import type { EnginePorts } from '../../src/engine/engine-ports.ts';
import { encodeManifest } from '../../src/engine/manifest.ts';
import { PayloadExchange } from '../../src/engine/payload.ts';
import { statesName } from '../../src/engine/proved-parts.ts';
import { MemoryNetwork } from '../../src/net/memory-transport.ts';
import { folderBlobs } from '../../src/store/folder-blobs.ts';
import { type Play, startPlay } from '../local/play.ts';

let play: Play;
let folder: string;
let record: ChannelRecord;
/** Names a content of the channel: the bytes themselves are this test's. */
let hash: Hash32;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-payload-'));
  play = await startPlay();
  await play.begin();
  record = play.network.worker.node.engine.records[0]!;
  hash = contractOf(record.state)!.programHash;
});
afterAll(async () => {
  await play[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Larger than one part, so that several are asked for. */
const content = new Uint8Array(2_500_000).map((_, i) => i * 7);
const isContent = (bytes: Uint8Array): boolean => equalBytes(bytes, content);
let places = 0;

/** How a peer answers; undefined: it serves `content` as a node does. `offline`: it is not there. */
type Serve =
  | undefined
  | 'offline'
  | ((fetch: MessageOf<'fetch'>, answer: (blob: Partial<MessageOf<'blob'>>) => void) => void);

/** A node that asks, and peers that serve. */
async function nodes(peers: Readonly<Record<string, Serve>>) {
  const network = new MemoryNetwork();
  const place = join(folder, String(places++));
  const ports = (name: string): EnginePorts => ({
    ...play.network.worker.node.ports,
    transport: network.connect(name),
    blobs: folderBlobs(join(place, name)),
  });
  const asking = ports('asking');
  let current: PayloadExchange;
  const begin = (): PayloadExchange => {
    const exchange = new PayloadExchange(asking);
    current = exchange;
    asking.transport.listen(async (from, bytes) => {
      const { message } = openEnvelope(bytes);
      if (message.kind === 'blob') await exchange.onBlob(message, from);
      return true;
    });
    return exchange;
  };
  const exchange = begin();
  const asked: string[] = [];
  const readWhole: Hash32[] = [];
  for (const [name, serve] of Object.entries(peers)) {
    if (serve === 'offline') continue;
    const serving = ports(name);
    await serving.blobs.put(hash, content);
    const get = (of: Hash32) => {
      readWhole.push(of);
      return serving.blobs.get(of);
    };
    const server = new PayloadExchange({ ...serving, blobs: { ...serving.blobs, get } });
    serving.transport.listen(async (from, bytes) => {
      const { message } = openEnvelope(bytes);
      if (message.kind !== 'fetch') return false;
      asked.push(`${name} ${message.offset}`);
      if (serve === undefined) await server.onFetch(record, message, from);
      else {
        const { channel, offset } = message;
        const part = content.slice(offset, offset + 1_000_000);
        const whole = { channel, content: hash, offset, total: content.length, bytes: part } as const;
        serve(message, (blob) => void current.onBlob({ kind: 'blob', ...whole, ...blob }, name));
      }
      return true;
    });
  }
  const obtain = (
    change: Partial<WantedContent> = {},
    sources = Object.keys(peers),
    by: PayloadExchange = exchange,
  ) =>
    by.obtain(record, sources, {
      hash,
      size: content.length,
      exact: true,
      verify: isContent,
      ...change,
    });
  const drafts = join(place, 'asking', 'drafts');
  return { exchange, obtain, asked, asking, readWhole, begin, drafts };
}

const damaged: Serve = (fetch, answer) =>
  answer({ bytes: new Uint8Array(Math.min(1_000_000, content.length - fetch.offset)) });
const PARTS = ['one 0', 'one 1048576', 'one 2097152'];
const PARTS_OF_A_MILLION = ['one 0', 'one 1000000', 'one 2000000'];
const missing = (message = /./) =>
  expect.objectContaining({ code: 'payload-missing', message: expect.stringMatching(message) });

describe('contents by hash', () => {
  it('come in parts, are checked, and stored', async () => {
    const { obtain, asked, asking, readWhole } = await nodes({ one: undefined });
    expect(await obtain()).toEqual(content);
    expect(asked).toEqual(PARTS);
    // Whoever serves a part reads that part, and not 256 MiB for each MiB.
    expect(readWhole).toEqual([]);
    expect(await asking.blobs.get(hash)).toEqual(content);
    expect(await obtain()).toEqual(content);
    expect(asked).toHaveLength(3);
  });

  it('are asked for once when two batches want the same', async () => {
    const { obtain, asked } = await nodes({ one: undefined });
    expect(await Promise.all([obtain(), obtain()])).toEqual([content, content]);
    expect(asked).toEqual(PARTS);
  });

  it('go on where they stopped when a part is lost', async () => {
    let lost = false;
    const { obtain, exchange, asked } = await nodes({
      one: (fetch, answer) => {
        if (fetch.offset > 0 && !lost) lost = true;
        else answer({});
      },
    });
    const wanted = obtain();
    await expect.poll(() => lost).toBe(true);
    exchange.retry();
    expect(await wanted).toEqual(content);
    expect(asked).toEqual(['one 0', 'one 1000000', 'one 1000000', 'one 2000000']);
  });

  it('are asked for no more when the contract is given up, and whoever waits is told', async () => {
    const { obtain, exchange, asked } = await nodes({ one: () => {} });
    const wanted = obtain();
    await expect.poll(() => asked.length).toBe(1);
    exchange.giveUp(record.id);
    await expect(wanted).rejects.toThrow(/given up/);
    exchange.retry();
    await expect(obtain()).rejects.toThrow(/given up/);
    expect(asked).toEqual(['one 0']);
  });

  it('a part that comes twice, or out of order, is not taken twice', async () => {
    const { obtain } = await nodes({
      one: (fetch, answer) => {
        answer({ offset: fetch.offset + 1 });
        answer({});
        answer({});
      },
    });
    expect(await obtain()).toEqual(content);
  });

  it('wrong bytes are refused, naming the peer, and not stored', async () => {
    const { obtain, asking } = await nodes({ one: damaged });
    await expect(obtain()).rejects.toThrow(missing(/^one /));
    expect(await asking.blobs.get(hash)).toBeUndefined();
  });

  it.each([
    ['another size than announced', { total: content.length + 1 }],
    ['empty parts for ever', { bytes: new Uint8Array(0) }],
  ])('a peer that serves %s is refused', async (_, blob) => {
    const { obtain } = await nodes({ one: (_fetch, answer) => answer(blob) });
    await expect(obtain()).rejects.toThrow(missing());
  });

  it('a size that would fill the memory is refused before anything is asked for', async () => {
    const { obtain, asked } = await nodes({ one: undefined });
    await expect(obtain({ size: 2 ** 32 - 1 })).rejects.toThrow(missing());
    expect(asked).toEqual([]);
  });

  it('of a size that nobody signed for are taken up to a bound, and not beyond', async () => {
    const bound = { exact: false, size: content.length };
    expect(await (await nodes({ one: undefined })).obtain(bound)).toEqual(content);
    const short = { exact: false, size: content.length - 1 };
    await expect((await nodes({ one: undefined })).obtain(short)).rejects.toThrow(missing());
    const growing: Serve = ({ offset }, answer) =>
      answer({ total: offset === 0 ? 1_500_000 : content.length });
    await expect((await nodes({ one: growing })).obtain(bound)).rejects.toThrow(missing());
  });

  it('that are empty are asked of nobody', async () => {
    const { obtain, asked } = await nodes({ one: undefined });
    const empty = { hash: contentHash('x', new Uint8Array(0)), size: 0 };
    expect(await obtain({ ...empty, verify: () => true })).toEqual(new Uint8Array(0));
    await expect(obtain({ size: 0 })).rejects.toThrow(missing());
    expect(asked).toEqual([]);
  });

  it('what the store has under a hash of another kind is not what is wanted: the hash is checked here too', async () => {
    const { obtain, asking } = await nodes({});
    const input = new Uint8Array(77);
    const place = contentHash('x', input);
    await asking.blobs.put(place, input);
    const verify = (bytes: Uint8Array) => equalBytes(contentHash('records', bytes), place);
    await expect(obtain({ hash: place, size: 77, verify })).rejects.toThrow(missing());
    const isInput = (bytes: Uint8Array) => equalBytes(contentHash('x', bytes), place);
    await expect(obtain({ hash: place, size: 76, verify: isInput })).rejects.toThrow(missing());
    expect(await obtain({ hash: place, size: 77, verify: isInput })).toEqual(input);
    expect(await obtain({ hash: place, size: 78, exact: false, verify: isInput })).toEqual(input);
  });

  it('content that nobody asked for is dropped', async () => {
    const { exchange, asking } = await nodes({});
    const total = content.length;
    await exchange.onBlob(
      { kind: 'blob', channel: hash, content: hash, offset: 0, total, bytes: content.slice(0, 9) },
      'stranger',
    );
    expect(await asking.blobs.get(hash)).toBeUndefined();
  });
});

/** A node that has ended when this many parts of a content had come, and the files that it has left. */
async function interrupted(parts: number) {
  let isWhole = false;
  const node = await nodes({
    one: (fetch, answer) => {
      if (isWhole || fetch.offset < parts * 1_000_000) answer({});
    },
  });
  // Nobody waits for it any more: the process has ended.
  node.obtain().catch(() => {});
  await expect.poll(() => node.asked.at(-1)).toBe(`one ${parts * 1_000_000}`);
  node.asked.length = 0;
  isWhole = true;
  const files = readdirSync(node.drafts).map((name) => join(node.drafts, name));
  return { ...node, files };
}

describe('contents of several parts', () => {
  it('are kept part by part, and go on after a restart where they stopped', async () => {
    const { begin, obtain, asked, asking, files, drafts } = await interrupted(2);
    expect(files.map((file) => statSync(file).size)).toEqual([2_000_000]);
    expect(await obtain({}, ['one'], begin())).toEqual(content);
    expect(asked).toEqual(['one 2000000']);
    expect(await asking.blobs.get(hash)).toEqual(content);
    expect(readdirSync(drafts)).toEqual([]);
  });

  it('that were cut short or damaged by the end of a run are asked for again, and their source is not blamed', async () => {
    const cut = await interrupted(2);
    truncateSync(cut.files[0]!, 1_500_000);
    expect(await cut.obtain({}, ['one'], cut.begin())).toEqual(content);
    expect(cut.asked).toEqual(['one 1500000']);
    const zeros = await interrupted(2);
    writeFileSync(zeros.files[0]!, new Uint8Array(2_000_000));
    expect(await zeros.obtain({}, ['one'], zeros.begin())).toEqual(content);
    expect(zeros.asked).toEqual(['one 2000000', 'one 0', 'one 1000000', 'one 2000000']);
    expect(readdirSync(zeros.drafts)).toEqual([]);
    const long = await interrupted(2);
    writeFileSync(long.files[0]!, new Uint8Array(content.length + 1));
    expect(await long.obtain({}, ['one'], long.begin())).toEqual(content);
    expect(long.asked).toEqual(PARTS_OF_A_MILLION);
  });

  it('that had come whole when a run ended are asked of nobody', async () => {
    const { begin, obtain, asked, files } = await interrupted(2);
    writeFileSync(files[0]!, content);
    expect(await obtain({}, ['one'], begin())).toEqual(content);
    expect(asked).toEqual([]);
  });

  it('leave nothing behind when they are given up, or when another source was faster', async () => {
    const lost = await interrupted(1);
    lost.exchange.giveUp(record.id);
    await expect.poll(() => readdirSync(lost.drafts)).toEqual([]);
    const { obtain, exchange, asked, drafts } = await nodes({
      half: (fetch, answer) => {
        if (fetch.offset === 0) answer({ bytes: new Uint8Array(1_000_000) });
      },
      one: undefined,
    });
    const wanted = obtain();
    await expect.poll(() => asked).toContain('half 1000000');
    exchange.retry();
    exchange.retry();
    expect(await wanted).toEqual(content);
    await expect.poll(() => readdirSync(drafts)).toEqual([]);
  });
});

describe('contents that several have', () => {
  it('come from the next one when one is not there, or damages what it serves', async () => {
    const away = await nodes({ gone: 'offline', one: undefined });
    expect(await away.obtain()).toEqual(content);
    const wrong = await nodes({ bad: damaged, one: undefined });
    expect(await wrong.obtain()).toEqual(content);
    expect(wrong.asked).toEqual(['bad 0', 'bad 1000000', 'bad 2000000', ...PARTS]);
  });

  it('come from anybody when nothing came for a block; whoever kept silent is asked last from then on', async () => {
    const { obtain, exchange, asked } = await nodes({ silent: () => {}, one: undefined });
    const wanted = obtain();
    await expect.poll(() => asked.length).toBe(1);
    exchange.retry();
    exchange.retry();
    expect(await wanted).toEqual(content);
    expect(asked.filter((entry) => entry.startsWith('one'))).toEqual(PARTS);
    asked.length = 0;
    const other = { hash: contentHash('x', content) };
    const never = obtain({ ...other, verify: () => true });
    await expect.poll(() => asked[0]).toBe('one 0');
    exchange.giveUp(record.id);
    await expect(never).rejects.toThrow(/given up/);
  });

  it('are nobody’s when all damage them, and when nobody is known to have them', async () => {
    await expect((await nodes({ bad: damaged, worse: damaged })).obtain()).rejects.toThrow(
      missing(/^worse /),
    );
    await expect((await nodes({})).obtain()).rejects.toThrow(missing(/nobody/));
  });

  it('come to whoever waits for them, also from sources that only somebody else asked', async () => {
    const { obtain, asked } = await nodes({ silent: () => {}, one: undefined });
    const first = obtain({}, ['silent']);
    await expect.poll(() => asked).toEqual(['silent 0']);
    expect(await obtain({}, ['one'])).toEqual(content);
    expect(await first).toEqual(content);
  });

  it('come from others too, after some blocks, when one sends a byte at a time', async () => {
    let wants = false;
    const drip: Serve = (fetch, answer) => {
      if (wants) answer({ bytes: content.slice(fetch.offset, fetch.offset + 1) });
      wants = false;
    };
    const { obtain, exchange, asked } = await nodes({ drip, one: undefined });
    const wanted = obtain();
    await expect.poll(() => asked).toEqual(['drip 0']);
    for (let block = 0; block < 4; block++) {
      const before = asked.length;
      wants = true;
      exchange.retry();
      await expect.poll(() => asked.length).toBeGreaterThan(before);
      if (block < 3) expect(asked.filter((entry) => entry.startsWith('one'))).toEqual([]);
    }
    expect(await wanted).toEqual(content);
  });

  it('a request that is refused late, when its download has failed, does not end the one that was begun since', async () => {
    const { asking } = await nodes({});
    const requests: ((taken: boolean) => void)[] = [];
    const transport = {
      ...asking.transport,
      send: () => new Promise<boolean>((resolve) => requests.push(resolve)),
    };
    const exchange = new PayloadExchange({ ...asking, transport });
    const small = content.slice(0, 1_000);
    const verify = (bytes: Uint8Array) => equalBytes(bytes, small);
    const obtain = () => exchange.obtain(record, ['one'], { hash, size: 1_000, exact: true, verify });
    const part = { kind: 'blob', channel: hash, content: hash, offset: 0, total: 1_000 } as const;
    const first = obtain();
    await expect.poll(() => requests.length).toBe(1);
    await exchange.onBlob({ ...part, bytes: new Uint8Array(1_000) }, 'one');
    await expect(first).rejects.toThrow(missing(/^one /));
    const second = obtain();
    await expect.poll(() => requests.length).toBe(2);
    requests[0]!(false);
    await new Promise(setImmediate);
    await exchange.onBlob({ ...part, bytes: small }, 'one');
    expect(await asking.blobs.get(hash)).toEqual(small);
    expect(await second).toEqual(small);
  });

  it('are not put together from the parts of two: damage has one author', async () => {
    const { obtain, exchange, asked } = await nodes({
      half: (fetch, answer) => {
        if (fetch.offset === 0) answer({ bytes: new Uint8Array(1_000_000) });
      },
      one: undefined,
    });
    const wanted = obtain();
    await expect.poll(() => asked).toContain('half 1000000');
    exchange.retry();
    exchange.retry();
    expect(await wanted).toEqual(content);
  });
});

/** A content whose parts are verified one by one, and what a node answers that has it: its parts, and the list of their states. */
async function provable() {
  const name = 'records';
  const place = contentHash(name, content);
  const states = await contentStates({ name, size: content.length }, async ({ offset, length }) =>
    content.subarray(offset, offset + length),
  );
  /** @param change - of the bytes of an answer */
  const serve =
    (change: (bytes: Uint8Array, offset: number | 'states') => Uint8Array = (bytes) => bytes): Serve =>
    (fetch, answer) => {
      const isList = equalBytes(fetch.content, statesName(place));
      const whole = isList ? states : content;
      const bytes = whole.slice(fetch.offset, fetch.offset + MAX_BLOB_BYTES);
      const { content: named, offset } = fetch;
      answer({
        content: named,
        offset,
        total: whole.length,
        bytes: change(bytes, isList ? 'states' : offset),
      });
    };
  const verify = (bytes: Uint8Array) => equalBytes(contentHash(name, bytes), place);
  return { serve, wanted: { hash: place, name, verify } as const };
}

const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1);
const OFFSETS = [0, 1_048_572, 2_097_148];
const FROM_THE_END = ['one 0', 'one 2097148', 'one 1048572', 'one 0'];

describe('contents whose parts are verified as they come', () => {
  it('the list of states first, then the last part, and so on to the first', async () => {
    const { serve, wanted } = await provable();
    const { obtain, asked, asking, drafts } = await nodes({ one: serve() });
    expect(await obtain(wanted)).toEqual(content);
    expect(asked).toEqual(FROM_THE_END);
    expect(await asking.blobs.get(wanted.hash)).toEqual(content);
    expect(readdirSync(drafts)).toEqual([]);
  });

  it('between two nodes: who has an input serves its states and parts as they are asked for', async () => {
    const network = new MemoryNetwork();
    const place = join(folder, String(places++));
    const [asking, serving] = ['asking', 'serving'].map((name) => ({
      ...play.network.worker.node.ports,
      transport: network.connect(name),
      blobs: folderBlobs(join(place, name)),
    })) as [EnginePorts, EnginePorts];
    const input = contentHash('x', content);
    const { inputRoot } = contractOf(record.state)!;
    await serving.blobs.put(inputRoot, encodeManifest([{ hash: input, size: content.length }]));
    await serving.blobs.put(input, content);
    const [here, there] = [new PayloadExchange(asking), new PayloadExchange(serving)];
    let fetches = 0;
    serving.transport.listen(async (from, bytes) => {
      const { message } = openEnvelope(bytes);
      fetches += 1;
      if (message.kind === 'fetch') await there.onFetch(record, message, from);
      return true;
    });
    asking.transport.listen(async (from, bytes) => {
      const { message } = openEnvelope(bytes);
      if (message.kind === 'blob') await here.onBlob(message, from);
      return true;
    });
    const verify = (bytes: Uint8Array) => equalBytes(contentHash('x', bytes), input);
    const wanted = { hash: input, size: content.length, exact: true, name: 'x', verify } as const;
    expect(await here.obtain(record, ['serving'], wanted)).toEqual(content);
    expect(await asking.blobs.get(input)).toEqual(content);
    expect(fetches).toBe(1 + OFFSETS.length);
  });

  it('a flipped byte anywhere is refused at its part: nothing more is asked of who has sent it', async () => {
    const { serve, wanted } = await provable();
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), async (at) => {
        const bad = serve((bytes, offset) =>
          offset !== 'states' &&
          at >= offset &&
          at < offset + bytes.length &&
          OFFSETS.findLast((o) => o <= at) === offset
            ? flip(bytes, at - offset)
            : bytes,
        );
        const { obtain, asked, asking } = await nodes({ one: bad });
        await expect(obtain(wanted)).rejects.toThrow(missing(/^one served a part/));
        const index = OFFSETS.findLastIndex((offset) => offset <= at);
        expect(asked).toEqual(FROM_THE_END.slice(0, 1 + (OFFSETS.length - index)));
        expect(await asking.blobs.get(wanted.hash)).toBeUndefined();
      }),
      { numRuns: 6, examples: [[0], [content.length - 1], [1_048_571], [1_048_572]] },
    );
  });

  it('a list of states with a flipped byte is refused at the first part that it is wrong of; another source serves all', async () => {
    const { serve, wanted } = await provable();
    for (const [at, asks] of [
      [40, 2],
      [8, 3],
    ] as const) {
      const bad = serve((bytes, offset) => (offset === 'states' ? flip(bytes, at) : bytes));
      const { obtain, asked } = await nodes({ bad, one: serve() });
      expect(await obtain(wanted)).toEqual(content);
      expect(asked.filter((entry) => entry.startsWith('bad'))).toHaveLength(asks);
      expect(asked.slice(asks)).toEqual(FROM_THE_END);
    }
    const short = serve((bytes, offset) => (offset === 'states' ? bytes.subarray(1) : bytes));
    const { obtain, asked } = await nodes({ one: short });
    await expect(obtain(wanted)).rejects.toThrow(missing(/^one /));
    expect(asked).toEqual(['one 0']);
  });

  it('after the end of a run, what had come and is right is kept, and the rest asked for', async () => {
    const { serve, wanted } = await provable();
    for (const [damage, asks] of [
      [undefined, ['one 0', 'one 0']],
      [1_048_572, ['one 0', 'one 1048572', 'one 0']],
      [content.length - 1, FROM_THE_END],
    ] as const) {
      let isWhole = false;
      const node = await nodes({
        one: (fetch, answer) => {
          const isFirst = equalBytes(fetch.content, wanted.hash) && fetch.offset === 0;
          if (isWhole || !isFirst) (serve() as Exclude<Serve, string | undefined>)(fetch, answer);
        },
      });
      // Nobody waits for it any more: the process has ended.
      node.obtain(wanted).catch(() => {});
      await expect.poll(() => node.asked).toEqual(FROM_THE_END);
      const [file] = readdirSync(node.drafts).map((name) => join(node.drafts, name));
      if (damage !== undefined) writeFileSync(file!, flip(new Uint8Array(readFileSync(file!)), damage));
      node.asked.length = 0;
      isWhole = true;
      expect(await node.obtain(wanted, ['one'], node.begin())).toEqual(content);
      expect(node.asked).toEqual(asks);
    }
  });
});

/** The Client's side, which serves: what it sends waits until somebody takes it. */
function serving() {
  const { client } = play.network;
  const sends: { readonly to: string; readonly offset: number; taken: () => void }[] = [];
  const exchange = new PayloadExchange({
    ...client.node.ports,
    transport: {
      ...client.node.ports.transport,
      send: (to, bytes) => {
        const { message } = openEnvelope(bytes);
        const { promise, resolve } = Promise.withResolvers<boolean>();
        if (message.kind === 'blob') sends.push({ to, offset: message.offset, taken: () => resolve(true) });
        return promise;
      },
    },
  });
  const ask = (from: string, offset: number) =>
    exchange.onFetch(
      client.node.engine.records[0]!,
      { kind: 'fetch', channel: hash, content: hash, offset },
      from,
    );
  return { sends, ask };
}

describe('how much is served', () => {
  it('four parts at the same time to each peer, the others in turn, and no more than wait', async () => {
    const { sends, ask } = serving();
    for (let i = 0; i < 400; i++) await ask('greedy', i % 100);
    expect(sends.map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
    // Whoever asks for one thing need not wait for those who ask for much.
    await ask('modest', 7);
    expect(sends.at(-1)).toMatchObject({ to: 'modest', offset: 7 });
    // One part has gone: one more is sent.
    sends[0]!.taken();
    await expect.poll(() => sends.length).toBe(6);
    let next = 1;
    while (next < 4 + 256 + 1) {
      while (next < sends.length) sends[next++]!.taken();
      await new Promise(setImmediate);
    }
    await new Promise(setImmediate);
    expect(sends.filter(({ to }) => to === 'greedy')).toHaveLength(4 + 256);
    await ask('greedy', 9);
    expect(sends.at(-1)).toMatchObject({ to: 'greedy', offset: 9 });
  });
});

describe('who is served', () => {
  it('a party gets what belongs to its channel, and nothing else that the node has', async () => {
    const { client } = play.network;
    const { contract, blobs } = { contract: contractOf(record.state)!, blobs: client.node.ports.blobs };
    const served: string[] = [];
    const exchange = new PayloadExchange({
      ...client.node.ports,
      transport: {
        ...client.node.ports.transport,
        send: async (_, bytes) => {
          const { message } = openEnvelope(bytes);
          if (message.kind === 'blob') served.push(`${message.total}`);
          return true;
        },
      },
    });
    const channel = hash;
    const ask = (of: Hash32) =>
      exchange.onFetch(
        client.node.engine.records[0]!,
        { kind: 'fetch', channel, content: of, offset: 0 },
        'worker',
      );
    const other = new Uint8Array(77);
    const foreign = contentHash('x', other);
    await blobs.put(foreign, other);
    await ask(foreign);
    expect(served).toEqual([]);
    await ask(contract.programHash);
    await ask(contract.inputRoot);
    const manifest = (await blobs.get(contract.inputRoot))!;
    await ask(manifest.slice(0, 32) as Hash32);
    expect(served).toEqual([
      String((await blobs.get(contract.programHash))!.length),
      String(manifest.length),
      String((await blobs.get(manifest.slice(0, 32) as Hash32))!.length),
    ]);
    // A list of inputs that some other contract commits to is not this channel's.
    const list = encodeManifest([{ hash: foreign, size: 77 }]);
    await blobs.put(contentHash('wasm', list), list);
    await ask(contentHash('wasm', list));
    expect(served).toHaveLength(3);
  });

  it('of an input of several parts also the list of its states, which is made once; of a program there is none', async () => {
    const { client } = play.network;
    const contract = contractOf(record.state)!;
    const [input, program] = [contentHash('x', content), contract.programHash];
    const stored = folderBlobs(join(folder, String(places++)));
    await stored.put(contract.inputRoot, encodeManifest([{ hash: input, size: content.length }]));
    await stored.put(input, content);
    await stored.put(program, content);
    const put: string[] = [];
    const served: Uint8Array[] = [];
    const exchange = new PayloadExchange({
      ...client.node.ports,
      blobs: {
        ...stored,
        put: (name, bytes) => {
          put.push(toHex(name));
          return stored.put(name, bytes);
        },
      },
      transport: {
        ...client.node.ports.transport,
        send: async (_, bytes) => {
          const { message } = openEnvelope(bytes);
          if (message.kind === 'blob') served.push(message.bytes);
          return true;
        },
      },
    });
    const ask = (of: Hash32) =>
      exchange.onFetch(
        client.node.engine.records[0]!,
        { kind: 'fetch', channel: hash, content: of, offset: 0 },
        'worker',
      );
    const part = async ({ offset, length }: { readonly offset: number; readonly length: number }) =>
      content.subarray(offset, offset + length);
    const states = await contentStates({ name: 'x', size: content.length }, part);
    await Promise.all([ask(statesName(input)), ask(statesName(input))]);
    await ask(statesName(input));
    expect(served).toEqual([states, states, states]);
    expect(put).toEqual([toHex(statesName(input))]);
    await ask(statesName(program));
    await ask(statesName(contentHash('x', new Uint8Array(1))));
    expect(served).toHaveLength(3);
  });
});
