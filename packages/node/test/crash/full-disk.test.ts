import { describe, expect, it } from 'vitest';
import type { EngineNotice } from '../../src/engine/notice.ts';
import { StoreError } from '../../src/store/errors.ts';
import { mineUntil, type Play, startPlay, stateOf } from '../local/play.ts';
import { Recorder } from './recorder.ts';

/** A contract in which the Worker's disk can be full. */
async function withFullDisk() {
  const disk = { full: false };
  const recorder = new Recorder();
  const refuse = (): void => {
    if (disk.full) throw new StoreError('full', 'nothing more can be written');
  };
  const play: Play = await startPlay({
    ports: (party, real) => {
      const ports = recorder.ports(party, real);
      if (party !== 'worker') return ports;
      const { store } = ports;
      return {
        ...ports,
        store: {
          ...store,
          commit: async (commit) => {
            refuse();
            return store.commit(commit);
          },
          putRecord: async (key, value, options) => {
            refuse();
            return store.putRecord(key, value, options);
          },
          finish: async (sequence) => {
            refuse();
            return store.finish(sequence);
          },
        },
      };
    },
  });
  return { disk, recorder, play };
}

describe('a full disk', () => {
  it('the Worker takes no step, says so, sends and publishes nothing; with room again it goes on to its pay', async () => {
    const { disk, recorder, play } = await withFullDisk();
    await using _ = play;
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    const notices: EngineNotice[] = [];
    network.worker.node.engine.watch((notice) => notices.push(notice));
    const before = stateOf(network.worker);
    disk.full = true;
    const sent = recorder.sent.filter((each) => each.endsWith('by worker')).length;
    const published = recorder.published.length;
    await network.mine(3);
    expect(stateOf(network.worker)).toEqual(before);
    expect(recorder.sent.filter((each) => each.endsWith('by worker'))).toHaveLength(sent);
    expect(recorder.published).toHaveLength(published);
    const told = notices.filter((notice) => 'error' in notice && notice.error instanceof StoreError);
    expect(told.length).toBeGreaterThan(0);

    disk.full = false;
    await mineUntil(network, () => stateOf(network.worker).name === 'closed');
    expect(stateOf(network.worker)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect(recorder.violations).toEqual([]);
  });
});
