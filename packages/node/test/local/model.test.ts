import { contentHash } from '@prometheus-compute/proofs';
import { decodeMessage, hash32 } from '@prometheus-compute/protocol';
import {
  type ChunkOutcome,
  encodeModel,
  loadModel,
  MODEL_PROFILE,
  type Model,
  plainEngine,
} from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { ChannelContents } from '../../src/engine/channel-contents.ts';
import { resultsKey } from '../../src/engine/tasks/examine.ts';
import { type LocalNetworkOptions, openBatchChannel } from '../../src/index.ts';
import type { BlobStore } from '../../src/ports/blob-store.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { decodeSnapshot } from '../../src/snapshot/snapshot.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';

const FEATURES = 48;
const ROWS = 5;
const CHUNKS = 3;

const pattern = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * i * step + i * 31 + step) % 251);

/** One layer that is checked, and the largest of its sums. */
const NETWORK: Model = {
  input: { shape: { height: 1, width: 1, channels: FEATURES }, zeroPoint: 0, low: -128, high: 127 },
  nodes: [
    {
      op: 'gemm',
      input: 0,
      weights: Int8Array.from(pattern(FEATURES * 32, 7), (byte) => byte - 125),
      bias: new Int32Array(32).fill(5),
    },
    { op: 'argmax', input: 1 },
  ],
  output: 2,
};
const code = encodeModel(NETWORK);
const model = loadModel(code);
const inputs = Array.from({ length: CHUNKS }, (_, chunk) => pattern(ROWS * FEATURES, chunk + 1));
/** Whether this is what W serves of an opened chunk: records of five rows, with zeros for the one that is withheld. */
function areOpenedRecords(bytes: Uint8Array): boolean {
  const row = model.rowTraceBytes;
  const isZero = (at: number) => bytes.subarray(at * row, (at + 1) * row).every((byte) => byte === 0);
  return bytes.length === ROWS * row && Array.from({ length: ROWS }, (_, at) => at).some(isZero);
}

/** A contract about the network from its proposal to the Client's results, and how many chunks each party has run. */
async function play(
  blobs: (party: string, store: BlobStore) => BlobStore = (_, store) => store,
  policies: LocalNetworkOptions['policies'] = (_, policy) => policy,
) {
  const runs = new Map<string, number>();
  const game = await startPlay({
    policies,
    ports: (party, ports) => ({ ...ports, blobs: blobs(party, ports.blobs) }),
    executors: (party, executor): Executor<ChunkOutcome> => ({
      prepare: (...given) => executor.prepare(...given),
      run: (...given) => {
        runs.set(party, (runs.get(party) ?? 0) + 1);
        return executor.run(...given);
      },
    }),
  });
  const { network, order } = game;
  await openBatchChannel(network.client.node, {
    ...order,
    program: { profile: MODEL_PROFILE, code, arguments: [] },
    scheme: 'freivalds',
    inputs,
    sampled: CHUNKS,
    offered: {
      ...order.offered,
      limits: { memoryPages: model.memoryPages, outputBytes: ROWS, milliseconds: 20_000 },
    },
  });
  await network.settle();
  const client = () => stateOf(network.client);
  await mineUntil(network, () => client().name === 'closed', 60);
  const record = network.client.node.engine.records[0]!;
  const stored = await network.client.node.ports.store.record(resultsKey(record.id));
  return { game, runs, state: client(), results: stored && decodeSnapshot(stored) };
}

const EXPECTED = inputs.map((input) => plainEngine(model).run(input).output);

describe('a contract about a model, under freivalds', () => {
  it('ends by Tx4 with the results of a direct run; the Verifier has run no chunk', async () => {
    const { game, runs, state, results } = await play();
    await using _ = game;
    expect(state).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect(results).toEqual(EXPECTED);
    expect(runs).toEqual(new Map([['worker', CHUNKS]]));

    // D4: whoever knows the hash of all records, withheld rows among them, is not served them.
    const { ports, engine } = game.network.worker.node;
    const contents = new ChannelContents(ports.blobs);
    const [record] = engine.records;
    const all = inputs.map((input) => contentHash('records', plainEngine(model).run(input).trace));
    for (const hash of all) {
      expect(await ports.blobs.get(hash)).toHaveLength(ROWS * model.rowTraceBytes);
      expect(await contents.has(record!, hash)).toBe(false);
    }
    const before = state.name === 'closed' ? state.before : null;
    if (before === null || !('opening' in before) || before.opening === null)
      throw new RangeError('no opening was accepted');
    const body = (await ports.blobs.get(before.opening.hash))!;
    for (const { scheme } of decodeMessage('opening', body).chunks)
      expect(await contents.has(record!, hash32(scheme))).toBe(true);
  });

  it('D39: records that the Worker never serves cost the Verifier runs, and nobody money', async () => {
    const { game, runs, state, results } = await play((party, store) =>
      party === 'worker'
        ? {
            get: (hash) => store.get(hash),
            part: (...given) => store.part(...given),
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
