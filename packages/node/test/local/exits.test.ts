import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { transactionOf } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { collectPayouts } from '../../src/engine/collect.ts';
import type { LocalNetwork } from '../../src/index.ts';
import type { LocalParty } from '../../src/local/party.ts';
import {
  commitmentHeight,
  completeFrom,
  FUNDS,
  graphIn,
  mineUntil,
  PARAMETERS,
  type Play,
  startPlay,
  stateOf,
} from './play.ts';

const { t1, t3, t4, a } = PARAMETERS;

/** Sweeps what each of these parties can take now, and says what arrived before the fee of the sweep. */
async function collect(network: LocalNetwork, parties: readonly LocalParty[]): Promise<readonly bigint[]> {
  const sums: bigint[] = [];
  for (const { node, wallet } of parties) {
    const before = wallet.balance();
    const collection = await collectPayouts(node.engine.records[0]!, node.ports);
    await network.mine();
    expect(wallet.balance() - before).toBe(collection?.amount ?? 0n);
    sums.push(collection === undefined ? 0n : collection.amount + collection.fee);
  }
  return sums;
}

/** Mines until after t4, and gives what bond and stakes bring. */
async function collectAfterT4(network: LocalNetwork): Promise<readonly bigint[]> {
  const h0 = commitmentHeight(stateOf(network.client));
  await network.mine(h0 + t4 - 1 - network.height);
  return collect(network, [network.client, ...network.arbiters]);
}

const settledBy = (party: LocalParty) => {
  const state = stateOf(party);
  return state.name === 'closed' && state.how === 'settled' ? state.transaction : state.name;
};

/** A contract whose Tx0 has its confirmations. */
async function contracted(play: Play): Promise<number> {
  await play.begin();
  await mineUntil(play.network, () => stateOf(play.network.client).name !== 'setup');
  return commitmentHeight(stateOf(play.network.client));
}

describe('exits on a chain, with real engines', () => {
  it('#3: everybody cooperates, and everybody ends with what the table says, to the satoshi', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => settledBy(network.client) === 'Tx4');
    const { client, worker, verifier } = network;
    expect(stateOf(client)).toMatchObject({ failures: [] });
    expect([client, worker, verifier].map(({ wallet }) => wallet.balance())).toEqual([0n, 0n, 0n]);
    expect(await collect(network, [client, worker, verifier])).toEqual([
      0n,
      FUNDS.worker + 90_000n,
      FUNDS.verifier + 10_000n,
    ]);
    // Bond and stakes are their owners' again after t4, and not before.
    expect(await collectAfterT4(network)).toEqual([20_000n, a + 1_000n, a + 1_000n, a + 1_000n]);
  });

  it('#3: the Client takes the fee output of a Verifier that leaves it for max(144, 4Δ) blocks, and not before', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => settledBy(network.client) === 'Tx4');
    const state = stateOf(network.client);
    if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError('not settled');
    await network.mine(state.height + 144 - 2 - network.height);
    expect(await collect(network, [network.client])).toEqual([0n]);
    expect(await collect(network, [network.client])).toEqual([10_000n]);
    expect(await collect(network, [network.verifier])).toEqual([FUNDS.verifier]);
  });

  it('#1: the Worker never delivers → the Client takes Tx1 at H0 + t3, which the chain refuses one block earlier', async () => {
    await using play = await startPlay();
    const { network } = play;
    const h0 = await contracted(play);
    await network.stop(network.worker);
    const tx1 = completeFrom(stateOf(network.client), 'Tx1');
    await network.mine(h0 + t3 - 2 - network.height);
    expect(network.chain.testTransaction(tx1)).toMatchObject({
      kind: 'refused',
      rejection: { reason: 'non-BIP68-final' },
    });
    expect(settledBy(network.client)).toBe('computation');
    await network.mine();
    expect(settledBy(network.client)).toBe('computation');
    await network.mine();
    expect(settledBy(network.client)).toBe('Tx1');
    expect(stateOf(network.client)).toMatchObject({ height: h0 + t3, revealed: null });
    const worker = await network.restart(network.worker);
    expect(settledBy(worker)).toBe('Tx1');
    expect(await collect(network, [network.client, network.verifier, worker])).toEqual([
      100_000n,
      FUNDS.verifier,
      FUNDS.worker - 100_000n,
    ]);
    expect(await collectAfterT4(network)).toEqual([20_000n, a + 1_000n, a + 1_000n, a + 1_000n]);
  });

  it('#1: the same with the Client off line → the Verifier takes Tx1', async () => {
    await using play = await startPlay();
    const { network } = play;
    const h0 = await contracted(play);
    await network.stop(network.worker);
    await network.stop(network.client);
    await network.mine(h0 + t3 - network.height);
    expect(settledBy(network.verifier)).toBe('Tx1');
    const client = await network.restart(network.client);
    expect(settledBy(client)).toBe('Tx1');
    const worker = await network.restart(network.worker);
    expect(await collect(network, [client, network.verifier, worker])).toEqual([
      100_000n,
      FUNDS.verifier,
      FUNDS.worker - 100_000n,
    ]);
  });

  it('#2: Verifier silent, Worker delivered → Worker takes Tx3 at H0 + t1, refused one block earlier, and the Client decrypts', async () => {
    await using play = await startPlay();
    const { network } = play;
    const h0 = await contracted(play);
    await network.stop(network.verifier);
    await network.mine(h0 + t1 - 1 - network.height);
    expect(settledBy(network.worker)).toBe('computation');
    const { txid } = transactionOf(graphIn(stateOf(network.worker)), 'Tx3');
    const waiting = network.chain.transaction(txid);
    expect(waiting).toBeDefined();
    await network.mine();
    expect(settledBy(network.client)).toBe('Tx3');
    expect(stateOf(network.client)).toMatchObject({ height: h0 + t1, failures: [] });
    const verifier = await network.restart(network.verifier);
    expect(await collect(network, [network.client, network.worker, verifier])).toEqual([
      10_000n + 100_000n,
      FUNDS.worker + 90_000n,
      FUNDS.verifier - 100_000n,
    ]);

    // The same bytes one block earlier.
    const { bytes } = (await verifier.node.ports.chain.transaction(txid))!;
    expect(transactionId(parseTransaction(bytes))).toBe(txid);
    network.chain.invalidate(network.chain.blockAt(h0 + t1 - 1)!.block.hash);
    expect(network.chain.testTransaction(bytes)).toMatchObject({
      kind: 'refused',
      rejection: { reason: 'non-BIP68-final' },
    });
  });

  it('#1: a Worker that comes back after t3 − 2Δ reveals nothing any more, though it has delivered', async () => {
    await using play = await startPlay();
    const { network } = play;
    const h0 = await contracted(play);
    await network.stop(network.verifier);
    await mineUntil(network, () => {
      const state = stateOf(network.client);
      return state.name === 'computation' && state.delivery !== null;
    });
    await network.stop(network.worker);
    await network.mine(h0 + t3 - 48 + 1 - network.height);
    const worker = await network.restart(network.worker);
    const { txid } = transactionOf(graphIn(stateOf(worker)), 'Tx3');
    expect(network.chain.transaction(txid)).toBeUndefined();
    await network.mine(h0 + t3 - network.height);
    expect([settledBy(network.client), settledBy(worker)]).toEqual(['Tx1', 'Tx1']);
    expect(stateOf(network.client)).toMatchObject({ revealed: null });
  });
});
