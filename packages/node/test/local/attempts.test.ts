import { describe, expect, it } from 'vitest';
import { BatchAttempts } from '../../src/roles/batch-attempts.ts';
import { mineUntil, type Play, startPlay, stateOf } from './play.ts';

/** The Client ends, comes back, and is asked for the same batch. */
async function again(play: Play): Promise<BatchAttempts> {
  const { network } = play;
  await network.stop(network.client);
  const { node } = await network.restart(network.client);
  const attempts = new BatchAttempts(node);
  await attempts.open(await play.request());
  await network.settle();
  return attempts;
}

const channelsOf = ({ network }: Play): readonly string[] =>
  network.client.node.engine.records.map(({ id }) => id);

describe('a Client that ends between two attempts at a batch', () => {
  it('goes on with the next one when it is time, counts those before, and begins none for a batch that is settled', async () => {
    await using play = await startPlay({ arbiters: 5 });
    const { network } = play;
    let gone = false;
    network.client.node.engine.watch((notice) => {
      if (notice.kind !== 'moved' || gone) return;
      const { state } = notice.record;
      if (state.name !== 'setup' || state.step !== 'signatures') return;
      gone = true;
      void network.stop(network.arbiters.find(({ node }) => node.engine.records.length > 0)!);
    });
    await new BatchAttempts(network.client.node).open(await play.request());
    await network.settle();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    const [first] = channelsOf(play);

    const attempts = await again(play);
    expect(channelsOf(play)).toEqual([first]);
    expect(attempts.channels).toEqual([first]);
    for (let i = 0; i < 40 && channelsOf(play).length === 1; i++) {
      await network.mine();
      await attempts.follow();
      await network.settle();
    }
    expect(attempts.failed).toMatchObject([{ batch: 1, attempt: 1, channel: first, again: true }]);
    const [, second, ...more] = channelsOf(play);
    expect([attempts.channels, more]).toEqual([[second], []]);

    const third = await again(play);
    expect(third.failed).toMatchObject([{ batch: 1, attempt: 1, channel: first, again: true }]);
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    await third.follow();
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect(channelsOf(play)).toEqual([first, second]);
    expect(third.failure).toBeUndefined();
  });
});
