import { verifySchnorr } from '@prometheus-compute/bitcoin';
import { type ChannelEvent, type ChannelState, transition } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';
import { decodeSnapshot, encodeSnapshot } from '../../src/snapshot/snapshot.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';

describe('the stored log', () => {
  it('gives the stored state of every party, bit for bit', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    await network.mine(8);
    let compared = 0;
    for (const { node } of network.parties) {
      for (const { channel, state } of await node.ports.store.channels()) {
        const [first, ...events] = (await node.ports.store.events(channel)).map(decodeSnapshot);
        let replayed = (first as unknown as { readonly state: ChannelState }).state;
        for (const event of events) {
          const step = transition(replayed, event as unknown as ChannelEvent, {
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
