import { describe, expect, it } from 'vitest';
import type { EngineNotice } from '../../src/engine/notice.ts';
import { StoreError } from '../../src/store/errors.ts';
import { mineUntil, type Play, startPlay, stateOf } from '../local/play.ts';
import { Recorder } from './recorder.ts';

const text = new TextDecoder();

/** A contract in which a party's disk can be full, or have no room for one more message. */
async function withFullDisk(whose = 'worker') {
  const disk = { full: false, mute: false };
  const recorder = new Recorder();
  const refuse = (): void => {
    if (disk.full) throw new StoreError('full', 'nothing more can be written');
  };
  const play: Play = await startPlay({
    ports: (party, real) => {
      const ports = recorder.ports(party, real);
      if (party !== whose) return ports;
      const { store } = ports;
      return {
        ...ports,
        store: {
          ...store,
          commit: async (commit) => {
            refuse();
            const isMessage = commit.events.some((event) => text.decode(event).includes('"kind":"message"'));
            if (disk.mute && isMessage) throw new StoreError('full', 'no message can be written');
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

  it('what comes to a Verifier that cannot store it is not taken, and comes again: the Worker is paid', async () => {
    const { disk, recorder, play } = await withFullDisk('verifier');
    await using _ = play;
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.worker).name === 'computation');
    const notices: EngineNotice[] = [];
    network.verifier.node.engine.watch((notice) => notices.push(notice));
    disk.mute = true;
    const hasDelivered = () => {
      const state = stateOf(network.worker);
      return 'delivery' in state && state.delivery !== null;
    };
    await mineUntil(network, hasDelivered);
    expect(notices).toContainEqual(
      expect.objectContaining({ kind: 'receive-failed', error: expect.any(StoreError) }),
    );
    expect(notices.filter(({ kind }) => kind === 'refused-envelope')).toEqual([]);
    disk.mute = false;
    await mineUntil(network, () => stateOf(network.worker).name === 'closed');
    expect(stateOf(network.worker)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect(recorder.violations).toEqual([]);
  });
});
