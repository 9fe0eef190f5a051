import { describe, expect, it } from 'vitest';
import { encodeRecord } from '../../src/engine/channel-record.ts';
import { loadRecord } from '../../src/engine/stored-record.ts';
import type { Commit } from '../../src/ports/store.ts';
import { mineUntil, startPlay, stateOf } from '../local/play.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A play whose Client's commits are kept; no arbiter answers before `answer` is called. */
async function polled() {
  const commits: Commit[] = [];
  let isAnswered = false;
  const play = await startPlay({
    ports: (party, real) => {
      const { store, transport } = real;
      if (party.startsWith('arbiter'))
        return {
          ...real,
          transport: {
            self: transport.self,
            send: (to, bytes) => (isAnswered ? transport.send(to, bytes) : Promise.resolve(false)),
            broadcast: (bytes) => transport.broadcast(bytes),
            listen: (receive) => transport.listen(receive),
            close: () => transport.close(),
          },
        };
      if (party !== 'client') return real;
      return {
        ...real,
        store: {
          ...store,
          commit: (commit) => {
            commits.push(commit);
            return store.commit(commit);
          },
        },
      };
    },
  });
  await play.begin();
  const { network } = play;
  const step = () => {
    const state = stateOf(network.client);
    return state.name === 'setup' ? state.step : state.name;
  };
  await mineUntil(network, () => {
    const state = stateOf(network.client);
    return state.name === 'setup' && state.step === 'polling' && state.stakes.length > 0;
  });
  return {
    play,
    commits,
    step,
    answer: async () => {
      isAnswered = true;
      await mineUntil(network, () => step() !== 'polling');
    },
  };
}

describe('what is stored of a poll', () => {
  it('is the ranking once, in a record of its own, and goes when the poll is over', async () => {
    const { play, commits, answer, step } = await polled();
    await using _ = play;
    const { store } = play.network.client.node.ports;
    const [{ id, state }] = play.network.client.node.engine.records as [
      (typeof play.network.client.node.engine.records)[number],
    ];
    const key = `ranking:${id}`;
    const stakes = state.name === 'setup' && state.step === 'polling' ? state.stakes : [];
    expect(stakes.length).toBeGreaterThan(0);
    const script = Buffer.from(stakes[0]!.coin.script).toString('hex');
    const written = () =>
      commits.flatMap(({ records = [] }) => records).filter((record) => record.key === key);
    expect(written().map(({ value }) => value !== null)).toEqual([true]);
    expect(text(written()[0]!.value!)).toContain(script);
    expect(commits.filter((commit) => text(commit.state).includes(script))).toEqual([]);

    // A restart has what there was, bit for bit.
    const [stored] = await store.channels();
    const { records } = play.network.client.node.engine;
    expect(encodeRecord(await loadRecord(stored!.state, store))).toEqual(encodeRecord(records[0]!));

    await answer();
    expect(step()).not.toBe('polling');
    expect(written().map(({ value }) => value !== null)).toEqual([true, false]);
    expect(await store.record(key)).toBeUndefined();
  });

  it('and a Client that is started again in the middle of it goes on', async () => {
    const { play, answer, step } = await polled();
    await using _ = play;
    const { network } = play;
    await network.stop(network.client);
    await network.restart(network.client);
    await answer();
    await mineUntil(network, () => stateOf(network.client).name === 'computation');
    expect(step()).toBe('computation');
  });

  it('a list that the store has lost is said, and not taken for an empty one', async () => {
    const { play } = await polled();
    await using _ = play;
    const { store } = play.network.client.node.ports;
    const [stored] = await store.channels();
    const lost = { record: async () => undefined };
    await expect(loadRecord(stored!.state, lost)).rejects.toMatchObject({ code: 'shape-wrong' });
  });
});
