import { type Hash32, toHex } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { beforeAll, describe, expect, it } from 'vitest';
import { resultsKey } from '../../src/engine/tasks/examine.ts';
import { collectPayouts, DEVELOPMENT_POLICY, type LocalNetwork, openBatchChannel } from '../../src/index.ts';
import type { BlobStore } from '../../src/ports/blob-store.ts';
import type { Executor } from '../../src/ports/executor.ts';
import { decodeSnapshot } from '../../src/snapshot/snapshot.ts';
import { areOpenedRecords, CHUNKS, EXPECTED, modelOrder } from './model-play.ts';
import { mineUntil, type Play, startPlay, stateOf } from './play.ts';

/** Blocks after a settlement in which everybody comes to what is its own. */
const SETTLED_BLOCKS = 30;

/** A Worker's blobs that answer for the opened records of a few chunks only, until all are to be had. */
class HesitantBlobs {
  readonly served = new Set<string>();
  /** Chunks whose records may be had. */
  chunks: number;
  /** Somebody asked for more. */
  refused = false;

  constructor(chunks: number) {
    this.chunks = chunks;
  }

  around(store: BlobStore): BlobStore {
    return {
      put: (hash, bytes) => store.put(hash, bytes),
      get: (hash) => store.get(hash),
      draft: (...of) => store.draft(...of),
      part: async (hash, offset, length) => {
        const whole = await store.get(hash);
        if (whole !== undefined && areOpenedRecords(whole) && !this.#serves(hash)) return undefined;
        return store.part(hash, offset, length);
      },
    };
  }

  #serves(hash: Hash32): boolean {
    const name = toHex(hash);
    if (!this.served.has(name) && this.served.size === this.chunks) {
      this.refused = true;
      return false;
    }
    this.served.add(name);
    return true;
  }
}

/** What a whole contract leaves everybody with. */
interface Outcome {
  readonly balances: ReadonlyMap<string, bigint>;
  readonly results: unknown;
  /** Chunks that the Verifier ran. */
  readonly reruns: number;
}

/** A contract about a model; `interrupt` happens when the Verifier waits for records, where it has to wait. */
async function played(blobs: HesitantBlobs, interrupt: (play: Play) => Promise<void>): Promise<Outcome> {
  let reruns = 0;
  await using play = await startPlay({
    policy: { ...DEVELOPMENT_POLICY, auditRate: 0 },
    ports: (party, ports) => (party === 'worker' ? { ...ports, blobs: blobs.around(ports.blobs) } : ports),
    executors: (party, executor): Executor<ChunkOutcome> => ({
      prepare: (...given) => executor.prepare(...given),
      run: (...given) => {
        if (party === 'verifier') reruns += 1;
        return executor.run(...given);
      },
      examine: (...given) => executor.examine!(...given),
    }),
  });
  const { network, order } = play;
  await openBatchChannel(network.client.node, modelOrder(order));
  await network.settle();
  await interrupt(play);
  const parties = () => [network.client, network.worker, network.verifier, ...network.arbiters];
  await mineUntil(network, () => parties().every((party) => stateOf(party).name === 'closed'), 60);
  for (const party of parties()) expect(stateOf(party)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
  const [record] = network.client.node.engine.records;
  const stored = await network.client.node.ports.store.record(resultsKey(record!.id));
  return { balances: await balancesOf(network), results: stored && decodeSnapshot(stored), reruns };
}

/** Satoshis in everybody's wallet, when all that the contract left has come there. */
async function balancesOf(network: LocalNetwork): Promise<ReadonlyMap<string, bigint>> {
  await network.mine(SETTLED_BLOCKS);
  for (const { node } of network.parties)
    for (const record of node.engine.records) await collectPayouts(record, node.ports);
  await network.mine();
  return new Map(network.parties.map(({ name, wallet }) => [name, wallet.balance()]));
}

let undisturbed: Outcome;
beforeAll(async () => {
  undisturbed = await played(new HesitantBlobs(CHUNKS), async () => {});
});

describe('a Verifier that ends in the middle of a check by projections, and comes back', () => {
  it.each([0, 2])(
    'with the records of %i chunks: it checks the rest, runs no chunk, and everybody has as much as if nothing had happened',
    async (chunks) => {
      const blobs = new HesitantBlobs(chunks);
      const disturbed = await played(blobs, async ({ network }) => {
        await mineUntil(network, () => blobs.refused);
        const { verifier } = network;
        expect(stateOf(verifier)).toMatchObject({ name: 'verification', opening: {} });
        expect(verifier.node.busy).toBe(0);
        expect(blobs.served.size).toBe(chunks);
        await network.stop(verifier);
        blobs.chunks = CHUNKS;
        await network.restart(verifier);
      });
      expect(disturbed).toEqual(undisturbed);
      expect(disturbed).toMatchObject({ results: EXPECTED, reruns: 0 });
      expect(blobs.served.size).toBe(CHUNKS);
    },
  );
});
