import { verifySchnorr } from '@prometheus-compute/bitcoin';
import {
  type ChannelState,
  decodeMessage,
  readEnvelope,
  toHex,
  transition,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import { decodeEvent } from '../../src/engine/event-log.ts';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';
import { decodeSnapshot, encodeSnapshot } from '../../src/snapshot/snapshot.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';
import type { Ports } from './prices.ts';

/** The Worker cannot hand its delivery to the Verifier: it posts it, and everybody shows it to everybody. */
const ports = (party: string, real: Ports): Ports => {
  if (party !== 'worker') return real;
  const { transport } = real;
  return {
    ...real,
    transport: {
      self: transport.self,
      listen: (receive) => transport.listen(receive),
      send: async (to, bytes) =>
        to === 'verifier' && readEnvelope(bytes).kind === 'delivery' ? false : transport.send(to, bytes),
      broadcast: (bytes) => transport.broadcast(bytes),
      close: () => transport.close(),
    },
  };
};

describe('the stored log', () => {
  it('gives the stored state of every party, bit for bit, and names what was posted however often it came', async () => {
    await using play = await startPlay({ ports });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed', 200);
    await network.mine(8);
    for (const { node, role } of network.parties) {
      const [{ id, state }] = node.engine.records as readonly [ChannelRecord];
      const log = (await node.ports.store.events(id)).map((bytes) => new TextDecoder().decode(bytes));
      const [delivery] = state.name === 'closed' && state.how === 'settled' ? state.before.posts : [];
      expect(delivery?.kind).toBe('delivery');
      const { sealed } = delivery!;
      // What this party made itself is its own event.
      if (role === 'worker') continue;
      expect(log.filter((event) => event.includes(toHex(sealed))).length).toBeGreaterThan(2);
      // Its body lies in the store of contents, once.
      const { chunks } = decodeMessage('delivery', (await node.ports.blobs.get(sealed))!);
      expect(log.filter((event) => event.includes(toHex(chunks[0]!.inner)))).toEqual([]);
    }
    let compared = 0;
    for (const { node } of network.parties) {
      for (const { channel, state } of await node.ports.store.channels()) {
        const [first, ...events] = await node.ports.store.events(channel);
        let replayed = (decodeSnapshot(first!) as unknown as { readonly state: ChannelState }).state;
        for (const bytes of events) {
          const event = await decodeEvent(bytes, node.ports.blobs);
          const step = transition(replayed, event, {
            verify: verifySchnorr,
            policy: DEVELOPMENT_POLICY,
          });
          if (step.kind !== 'moved') throw new RangeError(`a logged event is ${step.kind}`);
          replayed = step.state;
        }
        const stored = (decodeSnapshot(state) as unknown as { readonly state: ChannelState }).state;
        expect(new TextDecoder().decode(encodeSnapshot(replayed))).toBe(
          new TextDecoder().decode(encodeSnapshot(stored)),
        );
        compared += 1;
      }
    }
    expect(compared).toBe(6);
  });

  it('grows by nothing when a block changes nothing for a channel', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    // With the last release and its confirmation there is nothing left to do.
    await network.mine(12);
    const lengths = () =>
      Promise.all(
        network.parties.map(async ({ node }) => {
          const [record] = node.engine.records;
          return (await node.ports.store.events(record!.id)).length;
        }),
      );
    const before = await lengths();
    await network.mine(5);
    expect(await lengths()).toEqual(before);
  });
});
