import { describe, expect, it } from 'vitest';
import type { Collection } from '../../src/engine/collect.ts';
import { mineUntil, type Play, startPlay, stateOf } from './play.ts';
import { choosyMiner, uninformed } from './prices.ts';

/** A contract that is paid, with what the Verifier's collector hands in from then on. */
async function paid(play: Play): Promise<readonly Collection[]> {
  const { network } = play;
  const collections: Collection[] = [];
  network.verifier.node.engine.watch((notice) => {
    if (notice.kind === 'collecting') collections.push(notice.collection);
  });
  await play.begin();
  await mineUntil(network, () => stateOf(network.client).name === 'closed');
  return collections;
}

describe('D4: the Verifier takes its fee before the window ends', () => {
  it('offers half as much again when it has waited three blocks, to the same script, until a miner takes it', async () => {
    const { price, miner } = choosyMiner();
    await using play = await startPlay({ miner, ports: uninformed });
    const collections = await paid(play);
    const { network } = play;
    const { wallet } = network.verifier;
    const before = wallet.balance();
    price.rate = 6_000n;
    await mineUntil(network, () => wallet.balance() > before);
    // 161 vB at 2, 3, 4.5 and 6.75 sat/vB.
    expect(collections.map(({ fee }) => fee)).toEqual([322n, 483n, 725n, 1_087n]);
    for (const { amount, fee } of collections) expect(amount + fee).toBe(10_000n);
    expect(wallet.balance() - before).toBe(10_000n - 1_087n);
  });

  it('never pays more than half of it, however near the end of the window is', async () => {
    const { price, miner } = choosyMiner();
    await using play = await startPlay({ miner, ports: uninformed });
    const collections = await paid(play);
    const { network } = play;
    const before = network.verifier.wallet.balance();
    price.rate = 1_000_000n;
    await network.mine(144);
    expect(collections.length).toBeGreaterThan(3);
    expect(collections.every(({ fee }) => fee <= 5_000n)).toBe(true);
    expect(network.verifier.wallet.balance()).toBe(before);
    // Miners that ask for less find it still there.
    price.rate = 1_000n;
    await network.stop(network.client);
    await network.mine(2);
    expect(network.verifier.wallet.balance()).toBe(before + collections.at(-1)!.amount);
  });

  it('begins at what miners ask for, when the backend knows it', async () => {
    const { price, miner } = choosyMiner();
    await using play = await startPlay({
      miner,
      ports: (name, real) => ({
        ...real,
        chain: { ...uninformed(name, real).chain, feeRate: async () => 8_000n },
      }),
    });
    const collections = await paid(play);
    price.rate = 8_000n;
    await play.network.mine(7);
    expect(collections.map(({ fee }) => fee)).toEqual([161n * 8n]);
  });

  it('an estimate that its output could not pay keeps it from nothing: it offers what it can', async () => {
    const { miner } = choosyMiner();
    await using play = await startPlay({
      miner,
      ports: (name, real) =>
        name === 'verifier'
          ? { ...real, chain: { ...uninformed(name, real).chain, feeRate: async () => 1_000_000n } }
          : uninformed(name, real),
    });
    const collections = await paid(play);
    await play.network.mine(7);
    // The policy's highest rate is 50 sat/vB, which is 8,050 of 10,000 sat: 25 is the next.
    expect(collections.map(({ fee }) => fee)).toEqual([161n * 25n]);
  });
});
