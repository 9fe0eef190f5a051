import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { releasesOf, transactionOf } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { collectPayouts } from '../../src/engine/collect.ts';
import { DEVELOPMENT_POLICY, type LocalNetwork } from '../../src/index.ts';
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

/** What each party's collector has brought on its way, before fees. */
function watchCollections(network: LocalNetwork) {
  const sums = new Map<string, bigint>();
  for (const { name, node } of network.parties) {
    node.engine.watch((notice) => {
      if (notice.kind !== 'collecting') return;
      const { amount, fee } = notice.collection;
      sums.set(name, (sums.get(name) ?? 0n) + amount + fee);
    });
  }
  return (parties: readonly LocalParty[]) => parties.map(({ name }) => sums.get(name) ?? 0n);
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
    // Nothing is left but the reserves for fees, of which nothing was needed.
    const { feeReserve } = DEVELOPMENT_POLICY;
    expect([client, worker, verifier].map(({ wallet }) => wallet.balance())).toEqual(
      Array.from({ length: 3 }, () => feeReserve),
    );
    expect(await collect(network, [client, worker, verifier])).toEqual([
      0n,
      FUNDS.worker + 90_000n,
      FUNDS.verifier,
    ]);
  });

  it('#3: after six confirmations V has its fee, and C and W have released bond and stakes', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { client, worker, verifier, arbiters } = network;
    const collected = watchCollections(network);
    await play.begin();
    await mineUntil(network, () => settledBy(client) === 'Tx4');
    await network.mine(4);
    expect(collected(network.parties)).toEqual(network.parties.map(() => 0n));
    await network.mine(2);
    const releases = graphIn(stateOf(client));
    expect(collected([client, worker, verifier, ...arbiters])).toEqual([
      20_000n,
      0n,
      10_000n,
      ...arbiters.map(() => a + 1_000n),
    ]);
    await network.mine();
    // V's fee is in its wallet, beside the reserve for fees; what was released belongs to the owners' keys until they ask for it.
    expect(verifier.wallet.balance()).toBe(DEVELOPMENT_POLICY.feeReserve + 10_000n - 2n * 161n);
    const fees = releasesOf(releases, 'Tx4').map(({ transaction }) => 2n * BigInt(transaction.vsize));
    expect(await collect(network, [...arbiters, client])).toEqual(
      [a + 1_000n, a + 1_000n, a + 1_000n, 20_000n].map((amount, i) => amount - fees[i]!),
    );
    expect(await collect(network, [client, worker, verifier])).toEqual([
      0n,
      FUNDS.worker + 90_000n,
      FUNDS.verifier,
    ]);
  });

  it('#3: bond and stakes come back at t4, and not before, when the Worker signs no release', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { client, arbiters } = network;
    const collected = watchCollections(network);
    await play.begin();
    await mineUntil(network, () => settledBy(client) === 'Tx4');
    await network.stop(network.worker);
    const h0 = commitmentHeight(stateOf(client));
    await network.mine(h0 + t4 - 2 - network.height);
    expect(collected([client, ...arbiters])).toEqual([0n, 0n, 0n, 0n]);
    await network.mine();
    expect(collected([client, ...arbiters])).toEqual([20_000n, ...arbiters.map(() => a + 1_000n)]);
    const before = [client, ...arbiters].map(({ wallet }) => wallet.balance());
    await network.mine();
    const after = [client, ...arbiters].map(({ wallet }) => wallet.balance());
    expect(after.map((balance, i) => balance - before[i]!)).toEqual([
      20_000n - 2n * 138n,
      ...arbiters.map(() => a + 1_000n - 2n * 138n),
    ]);
  });

  it('#3: an arbiter that is away at the end gets its release when it is back', async () => {
    await using play = await startPlay();
    const { network } = play;
    const collected = watchCollections(network);
    await play.begin();
    await mineUntil(network, () => settledBy(network.client) === 'Tx4');
    const [first] = network.arbiters;
    await network.stop(first!);
    await network.mine(20);
    const again = await network.restart(first!);
    await network.mine(3);
    expect(await collect(network, [again])).toEqual([
      a + 1_000n - 2n * BigInt(releasesOf(graphIn(stateOf(network.client)), 'Tx4')[0]!.transaction.vsize),
    ]);
    expect(collected(network.arbiters).filter((sum) => sum === a + 1_000n)).toHaveLength(2);
  });

  it('F5: stakes and bond of a contract that never ends are taken at t4, while an appeal could still pool them', async () => {
    await using play = await startPlay();
    const { network } = play;
    const collected = watchCollections(network);
    const h0 = await contracted(play);
    // Tx1 stays away: nobody of C, W and V is there, and Tx0:0 is unspent.
    for (const party of [network.worker, network.client, network.verifier]) await network.stop(party);
    await network.mine(h0 + t4 - 2 - network.height);
    expect(collected(network.arbiters)).toEqual([0n, 0n, 0n]);
    await network.mine(2);
    expect(collected(network.arbiters)).toEqual(network.arbiters.map(() => a + 1_000n));
    for (const party of network.arbiters) {
      expect(stateOf(party).name).toBe('computation');
      expect(party.wallet.balance()).toBeGreaterThan(a);
    }
    const client = await network.restart(network.client);
    await network.mine(2);
    expect(settledBy(client)).toBe('Tx1');
  });

  it('#3: the Client takes the fee output of a Verifier that leaves it for max(144, 4Δ) blocks, and not before', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => settledBy(network.client) === 'Tx4');
    const state = stateOf(network.client);
    if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError('not settled');
    const collected = watchCollections(network);
    await network.stop(network.verifier);
    await network.mine(state.height + 144 - 2 - network.height);
    // The bond was released.
    expect(collected([network.client])).toEqual([20_000n]);
    await network.mine();
    expect(collected([network.client])).toEqual([30_000n]);
    await network.mine();
    const verifier = await network.restart(network.verifier);
    expect(await collect(network, [verifier])).toEqual([FUNDS.verifier]);
  });

  it('#1: the Worker never delivers, the Verifier is silent → the Client takes Tx1 at H0 + t3, which the chain refuses one block earlier', async () => {
    await using play = await startPlay();
    const { network } = play;
    const h0 = await contracted(play);
    await network.stop(network.worker);
    await network.stop(network.verifier);
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
    const verifier = await network.restart(network.verifier);
    expect(await collect(network, [network.client, verifier, worker])).toEqual([
      100_000n,
      FUNDS.verifier,
      FUNDS.worker - 100_000n,
    ]);
  });

  it('#1: the same with the Client off line → a Verifier that comes back too late to accuse takes Tx1', async () => {
    await using play = await startPlay();
    const { network } = play;
    const h0 = await contracted(play);
    await network.stop(network.worker);
    await network.stop(network.client);
    await network.stop(network.verifier);
    await network.mine(h0 + t1 - network.height);
    const verifier = await network.restart(network.verifier);
    await network.mine(h0 + t3 - network.height);
    expect(settledBy(verifier)).toBe('Tx1');
    const client = await network.restart(network.client);
    expect(settledBy(client)).toBe('Tx1');
    const worker = await network.restart(network.worker);
    expect(await collect(network, [client, verifier, worker])).toEqual([
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
    // D37: a block hash stands for s_V, and the Worker has opened.
    expect(settledBy(network.worker)).toBe('verification');
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
