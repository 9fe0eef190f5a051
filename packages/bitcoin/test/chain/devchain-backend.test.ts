import { fromHex, toHex } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { type BlockEvent, Devchain, DevchainBackend } from '../../src/index.ts';
import { ANCHOR, anchorOf, outputOf, rewardOf, scriptOf, spend } from '../differential/coins.ts';

const REWARD = 5_000_000_000n;

function funded(count: number) {
  const chain = new Devchain();
  chain.mine(count, scriptOf());
  chain.mine(100, scriptOf(1));
  const rewards = Array.from({ length: count }, (_, index) => {
    const { block, height } = chain.blockAt(index + 1)!;
    return rewardOf({ block, height });
  });
  return { chain, backend: new DevchainBackend(chain), rewards };
}

describe('development chain as an engine sees it', () => {
  it('tip and blocks have hashes in internal byte order and serialised transactions', async () => {
    const { chain, backend } = funded(1);
    const tip = await backend.tip();
    expect(tip.height).toBe(101);
    expect(toHex(tip.hash)).toBe(toHex(fromHex(chain.tip().block.hash).reverse()));
    const block = (await backend.blockAt(101))!;
    expect(block.hash).toEqual(tip.hash);
    expect(block.previous).toEqual((await backend.blockAt(100))!.hash);
    expect(block.transactions).toEqual(chain.tip().block.transactions.map(({ bytes }) => bytes));
    expect(await backend.blockAt(102)).toBeUndefined();
  });

  it('an output is there from its confirmation to the block that spends it', async () => {
    const { chain, backend, rewards } = funded(1);
    const bytes = spend({ from: [rewards[0]!], to: [REWARD - 1000n] });
    const { txid } = outputOf(bytes, 0);
    expect(await backend.submit(bytes)).toEqual({ kind: 'accepted' });
    expect(await backend.output({ txid, vout: 0 })).toBeUndefined();
    expect(await backend.transaction(txid)).toEqual({ bytes, height: undefined });
    expect(await backend.output({ txid: rewards[0]!.txid, vout: 0 })).toMatchObject({
      height: 1,
      coinbase: true,
    });
    chain.mine(1, scriptOf(1));
    expect(await backend.output({ txid, vout: 0 })).toMatchObject({ amount: REWARD - 1000n, height: 102 });
    expect(await backend.output({ txid: rewards[0]!.txid, vout: 0 })).toBeUndefined();
    expect(await backend.transaction(txid)).toEqual({ bytes, height: 102 });
  });

  it('submit: accepted, known in the mempool and in a block, rejected with the reason', async () => {
    const { chain, backend, rewards } = funded(2);
    const bytes = spend({ from: [rewards[0]!], to: [REWARD - 1000n] });
    expect(await backend.submit(bytes)).toEqual({ kind: 'accepted' });
    expect(await backend.submit(bytes)).toEqual({ kind: 'known' });
    chain.mine(1, scriptOf(1));
    expect(await backend.submit(bytes)).toEqual({ kind: 'known' });
    expect(await backend.submit(spend({ from: [rewards[1]!], to: [REWARD - 1000n], sequence: 103 }))).toEqual(
      {
        kind: 'rejected',
        reason: 'non-BIP68-final',
      },
    );
    await expect(backend.submit(Uint8Array.of(1))).rejects.toMatchObject({ code: 'truncated' });
  });

  it('submitPackage: accepted, known, rejected with the reason of the member or of the package', async () => {
    const { backend, rewards } = funded(2);
    const free = spend({ from: [rewards[0]!], to: [REWARD, ANCHOR], version: 3 });
    const child = (fee: bigint, version = 3) =>
      spend({ from: [anchorOf(free, 1), rewards[1]!], to: [REWARD - fee], version });
    expect(await backend.submitPackage([free, child(5000n, 2)])).toMatchObject({ kind: 'rejected' });
    expect(await backend.submitPackage([free, child(1n)])).toEqual({
      kind: 'rejected',
      reason: 'min relay fee not met, 1 < 28',
    });
    expect(await backend.submitPackage([free, child(5000n)])).toEqual({ kind: 'accepted' });
    expect(await backend.submitPackage([free, child(5000n)])).toEqual({ kind: 'known' });
  });

  it('says what waits in the mempool, with the fees of its child, and who spends an output', async () => {
    const { chain, backend, rewards } = funded(2);
    const parent = spend({ from: [rewards[0]!], to: [REWARD - 1000n], version: 3 });
    const { txid } = outputOf(parent, 0);
    expect(await backend.waiting(txid)).toBeUndefined();
    await backend.submit(parent);
    const alone = (await backend.waiting(txid))!;
    expect(alone).toMatchObject({ fee: 1000n, packageFee: 1000n, packageVsize: alone.vsize });
    const child = spend({ from: [outputOf(parent, 0)], to: [REWARD - 6000n], version: 3 });
    await backend.submit(child);
    expect(await backend.waiting(txid)).toMatchObject({ fee: 1000n, packageFee: 6000n });
    expect(await backend.spender(rewards[0]!)).toBe(txid);
    expect(await backend.spender({ txid, vout: 0 })).toBe(outputOf(child, 0).txid);
    expect(await backend.spender(rewards[1]!)).toBeUndefined();
    chain.mine(1, scriptOf(1));
    expect(await backend.waiting(txid)).toBeUndefined();
    expect(await backend.spender(rewards[0]!)).toBeUndefined();
  });

  it('a miner that asks for more leaves the rest waiting, and its price is what the backend says', async () => {
    const { chain, backend, rewards } = funded(1);
    const bytes = spend({ from: [rewards[0]!], to: [REWARD - 1000n] });
    const { txid } = outputOf(bytes, 0);
    await backend.submit(bytes);
    expect(await backend.feeRate()).toBe(100n);
    chain.mine(1, scriptOf(1), { minimumFeeRate: 20_000n });
    expect(await backend.feeRate()).toBe(20_000n);
    expect((await backend.transaction(txid))?.height).toBeUndefined();
    chain.mine(1, scriptOf(1));
    expect(await backend.feeRate()).toBe(100n);
    expect((await backend.transaction(txid))?.height).toBe(103);
  });

  it('reports blocks that come and go', () => {
    const { chain, backend } = funded(1);
    const events: [BlockEvent['kind'], number][] = [];
    const stop = backend.subscribe(({ kind, block }) => events.push([kind, block.height]));
    chain.mine(2, scriptOf(1));
    chain.invalidate(chain.tip().block.hash);
    stop();
    chain.mine(1, scriptOf(1));
    expect(events).toEqual([
      ['connected', 102],
      ['connected', 103],
      ['disconnected', 103],
    ]);
  });
});
