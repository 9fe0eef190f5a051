import {
  type ChannelMessage,
  encodeEnvelope,
  hash32,
  publicKey,
  schnorrSign,
  sealMessage,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { Parcel } from '../../src/network/parcel.ts';
import { DELIVER, type Fate, PERFECT_LINKS, Postman } from '../../src/network/postman.ts';
import { labelHash, labelSecret } from '../../src/terms/labels.ts';

const secret = labelSecret('postman');
const message: ChannelMessage = {
  kind: 'refused',
  channel: hash32(labelHash('channel')),
  code: 'x',
  reason: '',
  culprit: null,
};
const envelope = sealMessage(message, publicKey(secret), (hash) =>
  schnorrSign(hash, secret, labelHash('aux')),
);
const bytes = encodeEnvelope(envelope);

/** A postman over a network that notes what arrives, and takes it unless told otherwise. */
function office(links = PERFECT_LINKS) {
  const world = { height: 10, takes: true, fate: DELIVER as Fate };
  const arrived: Uint8Array[] = [];
  const left: Parcel[] = [];
  const postman = new Postman({
    seed: 'test',
    links: () => links,
    height: () => world.height,
    onParcel: (parcel) => left.push(parcel),
  });
  const transport = postman.wrap(
    {
      self: 'a',
      send: async (_, data) => {
        if (world.takes) arrived.push(data);
        return world.takes;
      },
      broadcast: () => {},
      listen: () => {},
      close: () => {},
    },
    () => world.fate,
  );
  return { world, arrived, left, postman, transport };
}

describe('the simulated network', () => {
  it('delivers at once where nothing stands in the way', async () => {
    const { arrived, left, transport } = office();
    expect(await transport.send('b', bytes)).toBe(true);
    expect(arrived).toEqual([bytes]);
    expect(left.map(({ inner }) => inner.kind)).toEqual(['refused']);
  });

  it('drops what its sender takes for delivered, and loses what its sender then sends again', async () => {
    const { arrived, left, transport, world } = office();
    world.fate = { kind: 'drop' };
    expect(await transport.send('b', bytes)).toBe(true);
    world.fate = { kind: 'lose' };
    expect(await transport.send('b', bytes)).toBe(false);
    expect([arrived, left]).toEqual([[], []]);
  });

  it('holds a parcel until its height, and until its receiver takes it', async () => {
    const { arrived, transport, world, postman } = office();
    world.fate = { kind: 'hold', until: 12 };
    expect(await transport.send('b', bytes)).toBe(true);
    world.height = 11;
    await postman.deliverDue();
    expect(arrived).toEqual([]);
    world.height = 12;
    world.takes = false;
    await postman.deliverDue();
    world.takes = true;
    await postman.deliverDue();
    expect(arrived).toEqual([bytes]);
  });

  it('replaces bytes on their way', async () => {
    const { arrived, transport, world } = office();
    world.fate = { kind: 'replace', bytes: Uint8Array.of(1) };
    await transport.send('b', bytes);
    expect(arrived).toEqual([Uint8Array.of(1)]);
  });

  it('loses and delays by its seed alone: the same parcels meet the same fates', async () => {
    const outcomes = async () => {
      const { transport } = office({ ...PERFECT_LINKS, loss: 0.5 });
      const taken: boolean[] = [];
      for (let i = 0; i < 20; i++) taken.push(await transport.send('b', bytes));
      return taken;
    };
    const first = await outcomes();
    expect(new Set(first).size).toBe(2);
    expect(await outcomes()).toEqual(first);
  });

  it('brings a parcel a second time, in a later block, and forgets it where it is not taken', async () => {
    const { arrived, transport, world, postman } = office({ ...PERFECT_LINKS, repeat: 1 });
    expect(await transport.send('b', bytes)).toBe(true);
    expect(arrived).toEqual([bytes]);
    world.height = 13;
    await postman.deliverDue();
    expect(arrived).toEqual([bytes, bytes]);
    await transport.send('b', bytes);
    world.takes = false;
    world.height = 20;
    await postman.deliverDue();
    world.takes = true;
    await postman.deliverDue();
    expect(arrived).toHaveLength(3);
  });

  it('cuts a link in both directions until the next block', async () => {
    const links = { ...PERFECT_LINKS, cut: 1 };
    const { arrived, transport, world } = office(links);
    expect(await transport.send('b', bytes)).toBe(false);
    links.cut = 0;
    expect(await transport.send('b', bytes)).toBe(false);
    expect(await transport.send('c', bytes)).toBe(true);
    world.height = 11;
    expect(await transport.send('b', bytes)).toBe(true);
    expect(arrived).toHaveLength(2);
  });
});
