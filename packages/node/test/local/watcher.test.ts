import { type Devchain, serializeBlock } from '@prometheus-compute/bitcoin';
import { clock } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';
import { commitmentHeight, graphIn, mineUntil, startPlay, stateOf } from './play.ts';
import { choosyMiner, type Ports, uninformed } from './prices.ts';

const { feeReserve } = DEVELOPMENT_POLICY;

describe('reorganisations', () => {
  it('what fell out of the chain is handed to it again, and the channel is closed again', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    const { transaction, height } = stateOf(network.client) as { transaction: 'Tx4'; height: number };
    const { txid } = graphIn(stateOf(network.client)).transactions.get(transaction)!;
    network.chain.invalidate(network.chain.blockAt(height)!.block.hash);
    // A block without it takes its place.
    network.chain.submitBlock(blockWithout(network));
    for (const { node } of network.parties) await node.onBlock();
    await network.settle();
    expect(stateOf(network.worker).name).toBe('verification');
    expect((await network.worker.node.ports.chain.transaction(txid))?.height).toBeUndefined();
    await network.mine();
    expect(stateOf(network.client)).toMatchObject({ name: 'closed', transaction: 'Tx4', height: height + 1 });
  });

  it('more than six blocks taken back: an alarm, and nothing is published until the operator says so, also after a restart', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    const h0 = commitmentHeight(stateOf(network.client));
    const alarms: unknown[] = [];
    network.verifier.node.engine.watch((notice) => {
      if (notice.kind === 'reorganisation-too-deep') alarms.push(notice);
    });
    // Nothing is delivered: the Verifier will have to publish TxV0.
    await network.stop(network.worker);
    await network.mine(h0 + 6 - network.height);
    // Six blocks are within what is expected; one more is not.
    for (const depth of [6, 7]) {
      const from = network.height - depth + 1;
      network.chain.invalidate(network.chain.blockAt(from)!.block.hash);
      await network.mine(depth + 1);
      expect(alarms).toHaveLength(depth - 6);
    }
    expect(alarms).toEqual([{ kind: 'reorganisation-too-deep', depth: 7, height: expect.any(Number) }]);
    expect(network.verifier.node.watcher.halted).toBe(true);
    await network.stop(network.verifier);
    const { node } = await network.restart(network.verifier);
    expect(node.watcher.halted).toBe(true);

    const { txid } = graphIn(stateOf(network.verifier)).transactions.get('TxV0')!;
    const { parameters, contract } = graphIn(stateOf(network.verifier)).terms;
    const { verdict, B } = clock(parameters, contract);
    await network.mine(commitmentHeight(stateOf(network.verifier)) + verdict + B + 3 - network.height);
    expect(await node.ports.chain.transaction(txid)).toBeUndefined();
    await node.watcher.resumePublishing();
    expect(node.watcher.halted).toBe(false);
    expect(await node.ports.chain.transaction(txid)).toMatchObject({ height: undefined });
    await network.mine();
    expect(await node.ports.chain.transaction(txid)).toMatchObject({ height: network.height });
  });
});

describe('the reserve of a channel', () => {
  it('pays for TxV0, goes on in what its child leaves, is found again after a restart, and is free after six confirmations', async () => {
    const children: bigint[] = [];
    await using play = await startPlay({
      onDuty: ({ name }, { child }) => {
        if (name === 'verifier' && child !== null) children.push(child.fee);
      },
    });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    await network.stop(network.worker);
    await mineUntil(network, () => stateOf(network.client).name === 'arbitration', 200);
    const left = feeReserve - children[0]!;
    const reserveOf = () => {
      const { node } = network.verifier;
      return node.watcher.reserveOf(node.engine.records[0]!);
    };
    expect(children).toHaveLength(1);
    expect(reserveOf()).toMatchObject({ spent: children[0], coin: { amount: left } });
    await network.stop(network.verifier);
    await network.restart(network.verifier);
    expect(reserveOf()).toMatchObject({ spent: children[0], coin: { amount: left } });
    expect(() => network.verifier.wallet.reserve(1n)).toThrow();
    // A block less, and it is what it was; a block more, and it is spent again.
    network.chain.invalidate(network.chain.tip().block.hash);
    for (const { node } of [network.client, network.verifier]) await node.onBlock();
    expect(reserveOf()).toMatchObject({ spent: 0n, coin: { amount: feeReserve } });
    await network.mine();
    expect(reserveOf()).toMatchObject({ spent: children[0], coin: { amount: left } });

    await mineUntil(network, () => stateOf(network.client).name === 'closed', 200);
    expect(stateOf(network.client)).toMatchObject({ transaction: 'Tx5' });
    await network.mine(4);
    expect(reserveOf()).toBeDefined();
    await network.mine();
    expect(reserveOf()).toBeUndefined();
    await network.mine(2);
    await network.stop(network.verifier);
    const { wallet } = await network.restart(network.verifier);
    expect(() => wallet.reserveOne(left)).not.toThrow();
  });
});

describe('T §Setup 5: coins of a setup that was given up after they were signed for', () => {
  it('are respent with a fee that rises until a miner takes it; the setup is final, and its reserve free, after six confirmations', async () => {
    const { price, miner } = choosyMiner();
    await using play = await startPlay({ miner, ports: uninformed });
    const { network } = play;
    await play.begin();
    const { node, wallet } = network.verifier;
    node.engine.watch(() => {
      const state = stateOf(network.verifier);
      if (state.name === 'setup' && state.step === 'signatures' && state.committed)
        void network.stop(network.client);
    });
    await network.mine();
    price.rate = 20_000n;
    await mineUntil(network, () => stateOf(network.verifier).name === 'closed');
    const before = stateOf(network.verifier);
    if (before.name !== 'closed' || before.how !== 'abandoned' || before.before === null)
      throw new RangeError('nothing was signed');
    const { outpoint, amount } = before.before.agreement.contract.verifier.funding[0]!;
    const [record] = node.engine.records;
    const fees: bigint[] = [];
    for (let i = 0; (await node.ports.chain.output(outpoint)) !== undefined && i < 24; i++) {
      const spender = await node.ports.chain.spender(outpoint);
      fees.push((await node.ports.chain.waiting(spender!))!.fee);
      await network.mine();
    }
    expect(fees.length).toBeGreaterThan(2);
    expect(fees).toEqual([...fees].sort((a, b) => Number(a - b)));
    expect(wallet.balance()).toBe(amount - fees.at(-1)! + feeReserve);
    await network.mine(4);
    expect(node.watcher.reserveOf(record!)).toBeDefined();
    await network.mine();
    expect(node.watcher.reserveOf(record!)).toBeUndefined();
  });
});

describe('a block counts as seen only after its events are stored', () => {
  it('a store that fails in between: the confirmation is not lost', async () => {
    let failing = false;
    let failed = 0;
    const ports = (name: string, real: Ports): Ports => ({
      ...real,
      store: {
        ...real.store,
        commit: async (commit) => {
          if (failing && name === 'worker') {
            failed += 1;
            throw new Error('the disk is full');
          }
          return real.store.commit(commit);
        },
      },
    });
    await using play = await startPlay({ ports });
    const { network } = play;
    const troubles: string[] = [];
    network.worker.node.engine.watch((notice) => {
      if (notice.kind === 'follow-failed') troubles.push(notice.error.message);
    });
    await play.begin();
    await mineUntil(network, () => network.chain.mempool.size > 0);
    failing = true;
    // The block with Tx0.
    await network.mine();
    expect(stateOf(network.worker).name).toBe('setup');
    expect([failed > 0, troubles[0]]).toEqual([true, 'the disk is full']);
    failing = false;
    await network.mine();
    expect(stateOf(network.worker).name).toBe('computation');
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ transaction: 'Tx4' });
  });
});

/** A block on the tip with nothing in it. */
function blockWithout({ chain }: { readonly chain: Devchain }): Uint8Array {
  return serializeBlock(chain.assembleBlock(Uint8Array.of(0x51), []));
}
