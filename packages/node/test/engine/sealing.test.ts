import {
  contractHash,
  encodeMessage,
  type Hash32,
  hash32,
  type MessageOf,
  type Outgoing,
  openEnvelope,
  openingHash,
  type Point,
  pointOf,
  sealedHash,
  secretScalar,
  toHex,
} from '@prometheus-compute/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractOf } from '../../src/engine/addressing.ts';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import { keepDocument } from '../../src/engine/documents.ts';
import { envelopeOf, sealOutgoing } from '../../src/engine/sealing.ts';
import type { BlobStore } from '../../src/ports/blob-store.ts';
import { type Play, startPlay } from '../local/play.ts';

let play: Play;
let record: ChannelRecord;
let channel: Hash32;
beforeAll(async () => {
  play = await startPlay();
  await play.begin();
  record = play.network.worker.node.engine.records[0]!;
  channel = contractHash(contractOf(record.state)!);
});
afterAll(() => play[Symbol.asyncDispose]());

/** A store in memory that counts what is put into it. */
function memory() {
  const stored = new Map<string, Uint8Array>();
  const puts: string[] = [];
  const blobs: BlobStore = {
    put: async (hash, bytes) => {
      puts.push(toHex(hash));
      stored.set(toHex(hash), bytes);
    },
    get: async (hash) => stored.get(toHex(hash)),
    part: async (hash, offset, length) => {
      const bytes = stored.get(toHex(hash));
      return bytes && { total: bytes.length, bytes: bytes.slice(offset, offset + length) };
    },
    draft: () => Promise.reject(new RangeError('nothing is fetched here')),
  };
  return { blobs, puts };
}

const filled = (byte: number) => hash32(new Uint8Array(32).fill(byte));
const somePoint: Point = pointOf(secretScalar(filled(3)));

function opening(outputBytes: number): MessageOf<'opening'> {
  const chunk = {
    index: 0,
    output: new Uint8Array(outputBytes),
    path: [],
    chunkPoint: somePoint,
    dleq: { e: filled(1), s: filled(2) },
    lockShare: somePoint,
    maskedShare: filled(4),
    scheme: new Uint8Array(0),
  };
  const root = filled(5);
  const seeds = { challengeClient: root, challengeVerifier: root, answers: null };
  return { kind: 'opening', channel, root, ...seeds, chunks: [chunk] };
}

const toEverybody = (message: Outgoing['message'], posted?: true): readonly Outgoing[] =>
  (['client', 'verifier', 'arbiter:1'] as const).map((to) => ({ to, message, ...(posted && { posted }) }));

async function sealed(messages: readonly Outgoing[]) {
  const { blobs, puts } = memory();
  const { signer } = play.network.worker.node.ports;
  const items = await sealOutgoing(record, messages, { signer, blobs });
  const opened = await Promise.all(
    items.map(async ({ payload }) => openEnvelope(await envelopeOf(payload, blobs))),
  );
  return { items, opened, blobs, puts };
}

describe('what one step sends', () => {
  it('is sealed once, whoever gets it: everybody holds the same signature', async () => {
    const { items, opened } = await sealed(toEverybody(opening(10)));
    expect(items.map(({ to }) => to)).toEqual(['client', 'verifier', 'arbiter:1']);
    const signatures = opened.map(({ envelope }) => toHex(envelope.signature));
    expect(new Set(signatures).size).toBe(1);
    expect(opened[0]!.message).toEqual(opening(10));
  });

  it('M §Post: what is posted goes out inside a `post` without receipts, signed by its author inside', async () => {
    const { opened } = await sealed(toEverybody(opening(10), true));
    const inner = opened.map(({ message, envelope }) => {
      if (message.kind !== 'post') throw new RangeError(message.kind);
      expect(message).toMatchObject({ channel, receipts: [] });
      const shown = openEnvelope(message.envelope);
      expect(shown.envelope.from).toEqual(envelope.from);
      expect(shown.message).toEqual(opening(10));
      return toHex(message.envelope);
    });
    expect(new Set(inner).size).toBe(1);
  });

  it('is in the store by the hash that was signed before it leaves, an opening also as a verdict names it', async () => {
    for (const posted of [undefined, true] as const) {
      const { blobs } = await sealed(toEverybody(opening(10), posted));
      const body = encodeMessage(opening(10));
      expect(await blobs.get(sealedHash('opening', body))).toEqual(body);
      expect(await blobs.get(openingHash(body))).toEqual(body);
    }
  });

  it('takes the place of one copy when it is large, however many get it', async () => {
    const large = opening(1_000_000);
    const { items, opened, puts } = await sealed(toEverybody(large, true));
    expect(Math.max(...items.map(({ payload }) => payload.length))).toBeLessThan(1_000);
    expect(opened.map(({ message }) => message.kind)).toEqual(['post', 'post', 'post']);
    // The opening by its two names, and the post.
    expect(new Set(puts).size).toBe(3);
    expect(puts).toHaveLength(3);
    const direct = await sealed(toEverybody(large));
    expect(direct.opened[2]!.message).toEqual(large);
    expect(direct.puts).toHaveLength(2);
  });

  it('cannot be sent when the store has lost it', async () => {
    const { items } = await sealed(toEverybody(opening(1_000_000)));
    await expect(envelopeOf(items[0]!.payload, memory().blobs)).rejects.toMatchObject({
      code: 'payload-missing',
    });
  });
});

describe('what comes', () => {
  it('is kept by the hash that its author signed, directly or inside a post; other messages are not', async () => {
    const message = opening(10);
    const body = encodeMessage(message);
    const { opened } = await sealed(toEverybody(message, true));
    const post = opened[0]!.message as MessageOf<'post'>;
    for (const shown of [message, post]) {
      const { blobs, puts } = memory();
      await keepDocument(blobs, shown);
      expect(puts.sort()).toEqual([toHex(sealedHash('opening', body)), toHex(openingHash(body))].sort());
      expect(await blobs.get(openingHash(body))).toEqual(body);
      await keepDocument(blobs, shown);
      expect(puts).toHaveLength(2);
    }
    const { blobs, puts } = memory();
    await keepDocument(blobs, { kind: 'fetch', channel, content: channel, offset: 0 });
    expect(puts).toEqual([]);
  });
});
