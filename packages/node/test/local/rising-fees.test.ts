import { describe, expect, it } from 'vitest';
import { logEngineNotice } from '../../src/daemon/notices.ts';
import type { DutyNotice } from '../../src/engine/publisher.ts';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { commitmentHeight, FUNDS, graphIn, mineUntil, PARAMETERS, startPlay, stateOf } from './play.ts';
import { choosyMiner, uninformed } from './prices.ts';

const { feeReserve } = DEVELOPMENT_POLICY;

function collectedLog() {
  const lines: unknown[] = [];
  const write = (line: string): unknown => lines.push(JSON.parse(line));
  return { lines, log: createLog({ level: 'debug', format: 'json', target: { write } }) };
}

describe('D16: the watcher pays what it has to', () => {
  it('Tx4 waits below a miner’s price and is raised by the Worker’s own output; the reserve stays whole and is free at the end', async () => {
    const { price, miner } = choosyMiner();
    const notices: DutyNotice[] = [];
    await using play = await startPlay({
      miner,
      ports: uninformed,
      onDuty: (party, notice) => {
        if (party.name === 'worker') notices.push(notice);
      },
    });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    price.rate = 25_000n;
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    const paid = notices.flatMap(({ child }) => (child === null ? [] : [child]));
    expect(notices[0]).toMatchObject({ did: 'handed', child: null });
    expect(paid.length).toBeGreaterThan(1);
    const last = paid.at(-1)!;
    expect(last.rate).toBeGreaterThanOrEqual(25_000n);
    const { wallet, node } = network.worker;
    // w + σc less the fee came into the wallet with the child; the reserve was not needed.
    expect(wallet.balance()).toBe(400_000n + 90_000n - last.fee + feeReserve);
    const [record] = node.engine.records;
    expect(node.watcher.reserveOf(record!)).toMatchObject({ spent: 0n });
    expect(() => wallet.reserveOne(feeReserve)).not.toThrow();
    await network.mine(4);
    expect(node.watcher.reserveOf(record!)).toBeDefined();
    await network.mine();
    expect(node.watcher.reserveOf(record!)).toBeUndefined();
    expect(() => wallet.reserveOne(feeReserve)).not.toThrow();
  });

  it('Tx0 that pays too little is raised through the Client’s change, and without a change it is given up', async () => {
    for (const change of [100_000n, 0n]) {
      const { price, miner } = choosyMiner();
      const notices: DutyNotice[] = [];
      await using play = await startPlay({
        miner,
        ports: uninformed,
        funds: { client: [FUNDS.client + change], worker: [FUNDS.worker], verifier: [FUNDS.verifier] },
        onDuty: (_, notice) => notices.push(notice),
      });
      const { network } = play;
      await play.begin();
      price.rate = 15_000n;
      await mineUntil(
        network,
        () => 'before' in stateOf(network.client) || stateOf(network.client).name === 'computation',
      );
      if (change === 0n) {
        expect(stateOf(network.client)).toMatchObject({ fault: { code: 'setup-timeout' } });
        expect(notices.at(-1)).toMatchObject({
          did: 'short',
          refused: expect.stringMatching(/^it pays this party nothing/),
        });
        continue;
      }
      const { child } = notices.findLast((each) => each.child !== null)!;
      expect(child!.rate).toBeGreaterThanOrEqual(15_000n);
      expect(network.client.wallet.balance()).toBe(change - child!.fee + feeReserve);
    }
  });

  it('a TxV0 that nobody mines at what may be spent: the operator is told once, and it confirms when the price falls', async () => {
    const { price, miner } = choosyMiner();
    await using play = await startPlay({ miner, ports: uninformed });
    const { network } = play;
    const late: unknown[] = [];
    const { node } = network.verifier;
    node.engine.watch((notice) => {
      if (notice.kind === 'not-confirmed-in-time') late.push([notice.duty.transaction, network.height]);
    });
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    await network.stop(network.worker);
    const { txid } = graphIn(stateOf(network.verifier)).transactions.get('TxV0')!;
    const h0 = commitmentHeight(stateOf(network.client));
    price.rate = 60_000n;
    await network.mine(h0 + PARAMETERS.t1 + 2 - network.height);
    expect(late).toEqual([['TxV0', h0 + PARAMETERS.t1 - 1]]);
    const { packageFee } = (await node.ports.chain.waiting(txid))!;
    // 50 sat/vB for TxV0 and its child, and no more.
    expect(packageFee).toBe(50n * (191n + 153n));
    price.rate = 49_000n;
    await network.mine();
    expect((await node.ports.chain.transaction(txid))?.height).toBe(network.height);
  });

  it('terms are refused when the reserve is missing, and when it does not cover what they may cost: the operator hears which, the Client does not', async () => {
    for (const [policy, reason] of [
      [{ feeReserve: feeReserve + 1n }, /the fee reserve of 250001 sat is missing/],
      [{ maxFeeRate: 500_000n }, /the fee reserve of 250000 sat does not cover the \d+ sat/],
    ] as const) {
      await using play = await startPlay({
        policies: (party, common) => (party === 'worker' ? { ...common, ...policy } : common),
      });
      const { client, worker } = play.network;
      const { lines, log } = collectedLog();
      worker.node.engine.watch((notice) => logEngineNotice(log, notice));
      await play.begin();
      expect(lines).toEqual([
        expect.objectContaining({
          level: 'warn',
          event: 'refused-request',
          peer: 'client',
          kind: 'terms',
          code: 'fee-reserve',
          rule: 'D16',
          reason: expect.stringMatching(reason),
          remedy: expect.any(String),
        }),
      ]);
      const state = stateOf(client);
      const fault = state.name === 'closed' && state.how === 'abandoned' ? state.fault : state.name;
      expect(fault).toMatchObject({
        code: 'refused-by-peer',
        culprit: 'worker',
        reason: 'this node cannot fund one more contract now',
      });
      expect(worker.node.engine.records).toEqual([]);
      // Nothing stays set aside for what was refused.
      expect(() => worker.wallet.reserve(650_000n)).not.toThrow();
    }
  });
  it('Tx3 that was published in time is raised after the last tip for showing h_p too, also by a Worker that was away', async () => {
    const { price, miner } = choosyMiner();
    const tips: number[] = [];
    await using play = await startPlay({
      miner,
      ports: uninformed,
      onDuty: ({ name, node }, { duty }) => {
        if (name === 'worker' && duty.transaction === 'Tx3') tips.push(node.engine.records[0]!.state.tip);
      },
    });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    const h0 = commitmentHeight(stateOf(network.client));
    await network.stop(network.verifier);
    await network.mine(h0 + PARAMETERS.t1 - 2 - network.height);
    price.rate = 60_000n;
    // M §Honest strategy: h_p is shown for the first time at H0 + t3 − 2Δ at the latest.
    const until = h0 + PARAMETERS.t3 - 48;
    await network.mine(until + 1 - network.height);
    expect(tips.at(-1)).toBe(until + 1);
    await network.stop(network.worker);
    await network.restart(network.worker);
    await network.mine();
    expect(tips.at(-1)).toBe(until + 2);
    price.rate = 49_000n;
    await network.mine();
    expect(stateOf(network.worker)).toMatchObject({ transaction: 'Tx3', height: network.height });
  });
});
