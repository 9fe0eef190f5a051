import { type ChannelState, hash32, type Task } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { pledgeKey } from '../../src/engine/pledge.ts';
import type { TaskContext } from '../../src/engine/tasks/context.ts';
import { runTask } from '../../src/engine/tasks/run-task.ts';
import type { LocalParty } from '../../src/local/party.ts';
import { startPlay, stateOf } from '../local/play.ts';

const EARLIER = hash32(new Uint8Array(32).fill(1));

/** Frees the coins of an earlier setup of this party once more: the end of the task could not be stored the first time. */
async function releaseAgain({ node }: LocalParty, coins: Extract<Task, { kind: 'release' }>['coins']) {
  const [record] = node.engine.records;
  const state = {
    name: 'closed',
    how: 'abandoned',
    channel: EARLIER,
    before: null,
  } as unknown as ChannelState;
  const context = { ports: node.ports, channels: () => node.engine.records } as unknown as TaskContext;
  await runTask({ ...record!, id: 'earlier', state }, { kind: 'release', coins }, context);
}

describe('coins of a setup that came to nothing, when they serve another one', () => {
  it('stay with it: the Worker’s are not free, and the arbiter’s stake is not pledged twice', async () => {
    await using play = await startPlay();
    const { worker, arbiters } = play.network;
    await play.begin();
    await play.network.mine();
    const state = stateOf(worker);
    if (state.name !== 'setup' || state.step !== 'signatures') throw new RangeError('not in time');
    const { contract, arbiters: drawn } = state.agreement;
    await releaseAgain(
      worker,
      contract.worker.funding.map(({ outpoint }) => outpoint),
    );
    expect(() => worker.wallet.reserve(1n)).toThrow();
    for (const arbiter of arbiters) {
      const pledgeOf = (each: (typeof drawn)[number]) =>
        arbiter.node.ports.store.record(pledgeKey(each.stake.coin.outpoint));
      const pledges = await Promise.all(drawn.map(pledgeOf));
      await releaseAgain(
        arbiter,
        drawn.map(({ stake }) => stake.coin.outpoint),
      );
      expect(pledges.filter((pledge) => pledge !== undefined)).toHaveLength(1);
      expect(await Promise.all(drawn.map(pledgeOf))).toEqual(pledges);
    }
  });
});
