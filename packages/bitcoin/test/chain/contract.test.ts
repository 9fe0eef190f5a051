import { type Txid, toHex } from '@prometheus-compute/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlockEvent, loadTransaction } from '../../src/index.ts';
import { ANCHOR, anchorOf, outputOf, type ScenarioCoin, spend } from '../differential/coins.ts';
import { type ChainRig, rigMakers } from './rigs.ts';

/** Rewards that tests spend. */
const REWARDS = 40;
const UNKNOWN = 'ab'.repeat(32) as Txid;

describe.each(rigMakers())('chain port over $name', ({ start }) => {
  let rig: ChainRig;
  let used = 0;

  beforeAll(async () => {
    rig = await start();
    await rig.mine(REWARDS);
    await rig.mine(100, 1);
    await rig.backend.tip();
  });

  afterAll(() => rig.close());

  /** A mature reward that no other test has spent. */
  async function coin(): Promise<ScenarioCoin> {
    used += 1;
    expect(used).toBeLessThanOrEqual(REWARDS);
    return rig.reward(used);
  }

  const paying = (from: ScenarioCoin, fee = 1_000n, version = 2) =>
    spend({ from: [from], to: [from.amount - fee], version });

  const idOf = (bytes: Uint8Array): Txid => loadTransaction(bytes).txid;

  /** As Core's messages name a transaction. */
  const idsOf = (bytes: Uint8Array): string => {
    const { txid, wtxid } = loadTransaction(bytes);
    return `${txid} (wtxid=${wtxid})`;
  };

  it('tip and blocks belong together, from the first block to the last and not beyond', async () => {
    const { backend } = rig;
    const tip = await backend.tip();
    const last = (await backend.blockAt(tip.height))!;
    const before = (await backend.blockAt(tip.height - 1))!;
    expect(last).toMatchObject({ height: tip.height, hash: tip.hash, previous: before.hash });
    expect(last.transactions).toHaveLength(1);
    const genesis = (await backend.blockAt(0))!;
    expect(toHex(genesis.hash.slice().reverse())).toBe(
      '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    );
    expect(await backend.blockAt(tip.height + 1)).toBeUndefined();
    expect(await backend.blockAt(-1)).toBeUndefined();
  });

  it('an output is there from its confirmation to the block that spends it', async () => {
    const { backend } = rig;
    const reward = await coin();
    const bytes = paying(reward);
    const txid = idOf(bytes);
    expect(await backend.submit(bytes)).toEqual({ kind: 'accepted' });
    expect(await backend.output({ txid, vout: 0 })).toBeUndefined();
    expect(await backend.output(reward)).toEqual({
      amount: reward.amount,
      script: reward.script,
      height: used,
      coinbase: true,
    });
    await rig.mine(1, 1);
    const { height } = await backend.tip();
    expect(await backend.output({ txid, vout: 0 })).toEqual({
      amount: reward.amount - 1_000n,
      script: reward.script,
      height,
      coinbase: false,
    });
    expect(await backend.output(reward)).toBeUndefined();
    expect(await backend.output({ txid, vout: 1 })).toBeUndefined();
    expect(await backend.output({ txid: UNKNOWN, vout: 0 })).toBeUndefined();
  });

  it('a transaction is found in the mempool, in its block, and after all its outputs are spent', async () => {
    const { backend } = rig;
    const bytes = paying(await coin());
    const txid = idOf(bytes);
    expect(await backend.transaction(txid)).toBeUndefined();
    await backend.submit(bytes);
    expect(await backend.transaction(txid)).toEqual({ bytes, height: undefined });
    await rig.mine(1, 1);
    const { height } = await backend.tip();
    expect(await backend.transaction(txid)).toEqual({ bytes, height });
    await backend.submit(paying(outputOf(bytes, 0)));
    await rig.mine(3, 1);
    expect(await backend.transaction(txid)).toEqual({ bytes, height });
    expect(await backend.transaction(UNKNOWN)).toBeUndefined();
  });

  it('submit: accepted, known in the mempool, in a block, and in a block with every output spent', async () => {
    const { backend } = rig;
    const bytes = paying(await coin());
    expect(await backend.submit(bytes)).toEqual({ kind: 'accepted' });
    expect(await backend.submit(bytes)).toEqual({ kind: 'known' });
    await rig.mine(1, 1);
    expect(await backend.submit(bytes)).toEqual({ kind: 'known' });
    expect(await backend.submit(paying(outputOf(bytes, 0)))).toEqual({ kind: 'accepted' });
    await rig.mine(1, 1);
    expect(await backend.submit(bytes)).toEqual({ kind: 'known' });
  });

  it('submit: rejected with the reason', async () => {
    const { backend } = rig;
    const [first, second] = [await coin(), await coin()];
    const { height } = await backend.tip();
    const rejected = async (bytes: Uint8Array, reason: string) =>
      expect(await backend.submit(bytes)).toEqual({ kind: 'rejected', reason });
    await rejected(
      spend({ from: [first], to: [first.amount - 1_000n], sequence: 60_000 }),
      'non-BIP68-final',
    );
    await rejected(spend({ from: [first], to: [first.amount - 1_000n], lockTime: height + 10 }), 'non-final');
    await rejected(paying(first, -1n), 'bad-txns-in-belowout, value in (50.00) < value out (50.00000001)');
    await rejected(paying(first, 0n), 'min relay fee not met, 0 < 12');
    await rejected(paying({ ...first, txid: UNKNOWN }), 'bad-txns-inputs-missingorspent');
    const unsigned = spend({
      from: [first],
      to: [first.amount - 1_000n],
      edit: (transaction) => ({
        ...transaction,
        inputs: transaction.inputs.map((input) => ({ ...input, witness: [new Uint8Array(64).fill(1)] })),
      }),
    });
    const { txid, wtxid } = loadTransaction(unsigned);
    await rejected(
      unsigned,
      'mempool-script-verify-flag-failed (Invalid Schnorr signature), ' +
        `input 0 of ${txid} (wtxid ${wtxid}), spending ${first.txid}:${first.vout}`,
    );
    const better = paying(second, 5_000n);
    await backend.submit(better);
    const worse = paying(second, 4_000n);
    const conflict = `rejecting replacement ${idOf(worse)}, less fees than conflicting txs; 0.00004 < 0.00005`;
    await rejected(worse, `insufficient fee, ${conflict}`);
    await expect(backend.submit(Uint8Array.of(1))).rejects.toMatchObject({ code: 'truncated' });
  });

  it('submitPackage: a parent of version 3 without fee passes with a child on its anchor that pays for both', async () => {
    const { backend } = rig;
    const [first, second] = [await coin(), await coin()];
    const free = spend({ from: [first], to: [first.amount, ANCHOR], version: 3 });
    const child = (fee: bigint, version = 3) =>
      spend({ from: [anchorOf(free, 1), second], to: [second.amount - fee], version });
    expect(await backend.submit(free)).toMatchObject({ kind: 'rejected' });
    const verdicts = [
      await backend.submitPackage([free, child(5_000n, 2)]),
      await backend.submitPackage([free, child(1n)]),
      await backend.submitPackage([child(5_000n), free]),
      await backend.submitPackage([free, free]),
      await backend.submitPackage([free, paying(await coin())]),
    ];
    expect(verdicts).toEqual([
      {
        kind: 'rejected',
        reason:
          `TRUC-violation, non-version=3 tx ${idsOf(child(5_000n, 2))} ` +
          `cannot spend from version=3 tx ${idsOf(free)}`,
      },
      { kind: 'rejected', reason: 'min relay fee not met, 1 < 28' },
      { kind: 'rejected', reason: 'package-not-sorted' },
      { kind: 'rejected', reason: 'package-contains-duplicates' },
      { kind: 'rejected', reason: 'package-not-child-with-parents' },
    ]);
    expect(await backend.submitPackage([free, child(5_000n)])).toEqual({ kind: 'accepted' });
    expect(await backend.submitPackage([free, child(5_000n)])).toEqual({ kind: 'known' });
    const waiting = await backend.waiting(idOf(free));
    expect(waiting).toMatchObject({ fee: 0n, packageFee: 5_000n });
    await rig.mine(1, 1);
    expect(await backend.submitPackage([free, child(5_000n)])).toEqual({ kind: 'known' });
    expect((await backend.transaction(idOf(free)))?.height).toBe((await backend.tip()).height);
  });

  it('says what waits in the mempool, with the fees of its child, and who spends an output', async () => {
    const { backend } = rig;
    const [first, untouched] = [await coin(), await coin()];
    const parent = paying(first, 1_000n, 3);
    const txid = idOf(parent);
    expect(await backend.waiting(txid)).toBeUndefined();
    await backend.submit(parent);
    const alone = (await backend.waiting(txid))!;
    expect(alone).toEqual({ fee: 1_000n, vsize: 111, packageFee: 1_000n, packageVsize: 111 });
    const child = paying(outputOf(parent, 0), 5_000n, 3);
    await backend.submit(child);
    expect(await backend.waiting(txid)).toEqual({ ...alone, packageFee: 6_000n, packageVsize: 222 });
    expect(await backend.spender(first)).toBe(txid);
    expect(await backend.spender({ txid, vout: 0 })).toBe(idOf(child));
    expect(await backend.spender(untouched)).toBeUndefined();
    await rig.mine(1, 1);
    expect(await backend.waiting(txid)).toBeUndefined();
    expect(await backend.spender(first)).toBeUndefined();
  });

  it('without a market, the fee is the least that is relayed', async () => {
    expect(await rig.backend.feeRate()).toBe(100n);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'a reorganisation of depth %i takes blocks and confirmations back, in order',
    async (depth) => {
      const { backend } = rig;
      const reward = await coin();
      const bytes = paying(reward);
      await backend.submit(bytes);
      await rig.mine(depth, 1);
      const before = await backend.tip();
      const fork = before.height - depth;
      expect(await backend.transaction(idOf(bytes))).toEqual({ bytes, height: fork + 1 });
      const events: (readonly [BlockEvent['kind'], number])[] = [];
      const left: string[] = [];
      const stop = backend.subscribe(({ kind, block }) => {
        events.push([kind, block.height]);
        if (kind === 'disconnected') left.push(toHex(block.hash));
      });
      await rig.takeBack(fork + 1);
      await rig.mine(depth + 1, 2);
      const after = await backend.tip();
      stop();
      expect(after.height).toBe(before.height + 1);
      expect(left[0]).toBe(toHex(before.hash));
      expect(events).toEqual([
        ...Array.from({ length: depth }, (_, index) => ['disconnected', before.height - index]),
        ...Array.from({ length: depth + 1 }, (_, index) => ['connected', fork + 1 + index]),
      ]);
      const first = (await backend.blockAt(fork + 1))!;
      expect(first.previous).toEqual((await backend.blockAt(fork))!.hash);
      // What was confirmed in a block that is gone is in the new one at the same height: the miner took it again.
      expect(await backend.transaction(idOf(bytes))).toEqual({ bytes, height: fork + 1 });
      expect(first.transactions.map(toHex)).toContain(toHex(bytes));
      expect(await backend.output({ txid: idOf(bytes), vout: 0 })).toMatchObject({ height: fork + 1 });
    },
  );

  it('a transaction whose block is gone, and that no other block took, is unconfirmed again', async () => {
    const { backend } = rig;
    const reward = await coin();
    const bytes = paying(reward);
    await backend.submit(bytes);
    await rig.mine(1, 1);
    const { height } = await backend.tip();
    expect(await backend.output({ txid: idOf(bytes), vout: 0 })).toMatchObject({ height });
    await rig.takeBack(height);
    // An empty block in its place: the reward alone.
    await rig.mineEmpty(2);
    expect(await backend.transaction(idOf(bytes))).toEqual({ bytes, height: undefined });
    expect(await backend.output({ txid: idOf(bytes), vout: 0 })).toBeUndefined();
    expect(await backend.output(reward)).toMatchObject({ coinbase: true });
  });

  it('has raised no alarm in all this', () => {
    expect(rig.alarms).toEqual([]);
  });
});
