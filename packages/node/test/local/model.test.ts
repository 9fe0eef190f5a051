import { contentHash } from '@prometheus-compute/proofs';
import { decodeMessage, hash32 } from '@prometheus-compute/protocol';
import { type ChunkOutcome, plainEngine } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { ChannelContents } from '../../src/engine/channel-contents.ts';
import { resultsKey } from '../../src/engine/tasks/examine.ts';
import { type LocalNetworkOptions, openBatchChannel } from '../../src/index.ts';
import type { BlobStore } from '../../src/ports/blob-store.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { decodeSnapshot } from '../../src/snapshot/snapshot.ts';
import { areOpenedRecords, CHUNKS, EXPECTED, inputs, model, modelOrder, ROWS } from './model-play.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';

/** A contract about the network from its proposal to the Client's results, and how many chunks each party has run. */
async function play(
  blobs: (party: string, store: BlobStore) => BlobStore = (_, store) => store,
  policies: LocalNetworkOptions['policies'] = (_, policy) => policy,
) {
  const runs = new Map<string, number>();
  const examined: string[] = [];
  const game = await startPlay({
    policies,
    ports: (party, ports) => ({ ...ports, blobs: blobs(party, ports.blobs) }),
    executors: (party, executor): Executor<ChunkOutcome> => ({
      prepare: (...given) => executor.prepare(...given),
      run: (...given) => {
        runs.set(party, (runs.get(party) ?? 0) + 1);
        return executor.run(...given);
      },
      examine: (...given) => {
        examined.push(party);
        return executor.examine!(...given);
      },
    }),
  });
  const { network, order } = game;
  await openBatchChannel(network.client.node, modelOrder(order));
  await network.settle();
  const client = () => stateOf(network.client);
  await mineUntil(network, () => client().name === 'closed', 60);
  const record = network.client.node.engine.records[0]!;
  const stored = await network.client.node.ports.store.record(resultsKey(record.id));
  return { game, runs, examined, state: client(), results: stored && decodeSnapshot(stored) };
}

describe('a contract about a model, under freivalds', () => {
  it('ends by Tx4 with the results of a direct run; the Verifier has run no chunk', async () => {
    const { game, runs, examined, state, results } = await play(undefined, (_, policy) => ({
      ...policy,
      auditRate: 0,
    }));
    await using _ = game;
    expect(state).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect(results).toEqual(EXPECTED);
    expect(runs).toEqual(new Map([['worker', CHUNKS]]));
    // Apart from the node's own process: once to know that a chunk can be checked, and once to check it.
    expect(examined).toEqual(new Array(2 * CHUNKS).fill('verifier'));

    // D4: whoever knows the hash of all records, withheld rows among them, is not served them.
    const { ports, engine } = game.network.worker.node;
    const contents = new ChannelContents(ports.blobs);
    const [record] = engine.records;
    const all = inputs.map((input) => contentHash('records', plainEngine(model).run(input).trace));
    for (const hash of all) {
      expect(await ports.blobs.get(hash)).toHaveLength(ROWS * model.rowTraceBytes);
      expect(await contents.kindOf(record!, hash)).toBeUndefined();
    }
    const before = state.name === 'closed' ? state.before : null;
    if (before === null || !('opening' in before) || before.opening === null)
      throw new RangeError('no opening was accepted');
    const body = (await ports.blobs.get(before.opening.hash))!;
    for (const { scheme } of decodeMessage('opening', body).chunks)
      expect(await contents.kindOf(record!, hash32(scheme))).toBe('records');
  });

  it('D39: records that the Worker never serves cost the Verifier runs, and nobody money', async () => {
    const { game, runs, state, results } = await play((party, store) =>
      party === 'worker'
        ? {
            get: (hash) => store.get(hash),
            part: (...given) => store.part(...given),
            draft: (...given) => store.draft(...given),
            put: async (hash, bytes) => {
              if (!areOpenedRecords(bytes)) await store.put(hash, bytes);
            },
          }
        : store,
    );
    await using _ = game;
    expect(state).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect(results).toEqual(EXPECTED);
    expect(runs.get('verifier')).toBe(CHUNKS);
  });

  it.each(['worker', 'verifier'])(
    'is not agreed to by a %s that has no room for the records of its rows',
    async (partner) => {
      const recordsBytes = CHUNKS * ROWS * model.rowTraceBytes - 1;
      const { game, runs, state } = await play(undefined, (party, policy) =>
        party === partner ? { ...policy, limits: { ...policy.limits, recordsBytes } } : policy,
      );
      await using _ = game;
      expect(state).toMatchObject({ how: 'abandoned', fault: { code: 'refused-by-peer' } });
      expect(runs.size).toBe(0);
    },
  );
});
