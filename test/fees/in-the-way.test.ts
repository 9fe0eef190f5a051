import { parseTransaction } from '@prometheus-compute/bitcoin';
import { completeTransaction, type TransactionId } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { expectSameVerdicts } from '../../packages/bitcoin/test/differential/compare.ts';
import { ScenarioBuilder } from '../../packages/bitcoin/test/differential/scenario.ts';
import { Publisher } from '../../packages/node/test/fees/publisher.ts';
import { anchorChild, bumps } from '../graph/children.ts';
import { type ReadyContract, readyFor } from './contract-chain.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);
const policy = { feeRate: 2_000n, maxFeeRate: 50_000n, feeReserve: 250_000n };

const complete = ({ graph, signatures }: ReadyContract, id: TransactionId): Uint8Array =>
  completeTransaction(graph, id, signatures);

/** Puts something of others into the mempool. */
function others(party: Publisher, list: readonly Uint8Array[]): void {
  const taken =
    list.length === 1
      ? party.chain.submitTransaction(list[0]!).kind === 'accepted'
      : party.chain.submitPackage(list).fault === undefined;
  expect(taken).toBe(true);
}

/**
 * What a party has handed to its chain, and the blocks that followed, as calls: bitcoind gives the same answers. Recorded
 * with BITCOIND=… RECORD=1, as all scenarios.
 */
class Recording {
  readonly s: ScenarioBuilder;
  readonly #party: Publisher;
  #noted = 0;

  constructor(name: string, ready: ReadyContract, party: Publisher) {
    this.s = new ScenarioBuilder(name);
    this.#party = party;
    for (const [i, block] of ready.blocks.entries()) this.block(`block ${i + 1}`, block);
  }

  block(label: string, bytes: Uint8Array): void {
    this.s.call(label, 'submitblock', [Buffer.from(bytes).toString('hex')]);
  }

  others(label: string, list: readonly Uint8Array[]): void {
    others(this.#party, list);
    if (list.length === 1) this.s.send(label, list[0]!);
    else this.s.package(label, list);
  }

  /** The party acts at this tip, and a miner leaves its transaction waiting. */
  async tip(label: string, confirmBy: number, minimum: bigint): Promise<void> {
    await this.#party.act(confirmBy);
    for (const { list } of this.#party.submitted.slice(this.#noted)) {
      const name = `${label} / ${list.length === 1 ? 'alone' : 'package'} ${this.#noted++}`;
      if (list.length === 1) this.s.send(name, list[0]!);
      else this.s.package(name, list);
    }
    this.s.mempool(`${label} / mempool`);
    this.block(`${label} / block`, this.#party.mine(minimum));
  }

  async verdicts(): Promise<void> {
    await expectSameVerdicts(this.s.finish(), FIXTURES);
  }
}

const verdict = readyFor('TxV1');
const appeal = readyFor('TxA');
const timeout = readyFor('Tx1');
const settled = readyFor('Tx5');

describe('D16: what is in the way is replaced, and bitcoind takes it too', () => {
  it.each([
    ['fees-verdict', verdict, 'TxV1', 'verifier'],
    ['fees-appeal', appeal, 'TxA', 'worker'],
    ['fees-timeout', timeout, 'Tx1', 'client'],
    ['fees-settled', settled, 'Tx5', 'verifier'],
  ] as const)(
    '%s: the child is replaced at every block until a miner takes it',
    async (name, ready, id, self) => {
      const party = new Publisher(ready, id, self, policy, { window: 12 });
      const recording = new Recording(name, ready, party);
      const confirmBy = party.height + 12;
      for (let i = 0; !party.confirmed && i < 12; i++) await recording.tip(`tip ${i}`, confirmBy, 45_000n);
      expect(party.confirmed).toBe(true);
      expect(party.submitted.length).toBeGreaterThan(4);
      expect(new Set(party.submitted.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
      await recording.verdicts();
    },
  );

  it('a settlement of the same money that waits is replaced by a package that pays more', async () => {
    const party = new Publisher(timeout, 'Tx1', 'client', policy, { window: 12 });
    const recording = new Recording('fees-conflict', timeout, party);
    recording.others('Tx3 waits', [complete(timeout, 'Tx3')]);
    await recording.tip('Tx1 comes', party.height + 12, 5_000n);
    expect(party.submitted.map(({ list, outcome }) => [list.length, outcome])).toEqual([
      [1, expect.stringContaining('insufficient fee')],
      [2, 'accepted'],
    ]);
    expect(party.confirmed).toBe(true);
    await recording.verdicts();
  });

  it('somebody else’s child on the anchor, large and cheap, is outbid', async () => {
    const party = new Publisher(verdict, 'TxV1', 'verifier', policy, { window: 12 });
    const recording = new Recording('fees-pinned', verdict, party);
    const coin = verdict.otherCoin;
    const parent = complete(verdict, 'TxV1');
    // 10 sat/vB for a child of nearly 1000 vB.
    recording.others('a large child', [parent, anchorChild(parent, coin, 10_000n, { filler: 800 })]);
    const confirmBy = party.height + 12;
    for (let i = 0; !party.confirmed && i < 12; i++) await recording.tip(`tip ${i}`, confirmBy, 12_000n);
    expect(party.confirmed).toBe(true);
    expect(party.spent).toBeGreaterThan(10_000n);
    await recording.verdicts();
  });

  it('a sibling’s child of a settlement is evicted when it pays too little, and left alone when it pays enough', async () => {
    const parent = complete(timeout, 'Tx1');
    const cheap = bumps(timeout.graph.transactions.get('Tx1')!, parent)['with a child']!;
    const party = new Publisher(timeout, 'Tx1', 'verifier', policy, { window: 12 });
    const recording = new Recording('fees-sibling', timeout, party);
    recording.others('Tx1 with a child of the Client', cheap);
    const confirmBy = party.height + 12;
    // The Client's child pays 5,000 sat: 19 sat/vB for both.
    await recording.tip('it is enough', confirmBy, 20_000n);
    expect(party.submitted).toEqual([]);
    for (let i = 0; !party.confirmed && i < 12; i++) await recording.tip(`tip ${i}`, confirmBy, 30_000n);
    expect(party.confirmed).toBe(true);
    expect(parseTransaction(party.child!).inputs).toHaveLength(1);
    await recording.verdicts();
  });
});

describe('h_p is not shown in a transaction that nobody mines (D9, D16)', () => {
  const paid = readyFor('Tx3');

  it('the chain asks for more than the contract can pay: nothing leaves the Worker, until it asks for less', async () => {
    const poor = { ...policy, maxFeeRate: 20_000n };
    const party = new Publisher(paid, 'Tx3', 'worker', poor, { told: true });
    const confirmBy = party.height + 20;
    party.mine(25_000n);
    expect(await party.act(confirmBy)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringMatching(/^the chain asks for 25000 sat\/kvB, and this contract can pay 20000/),
    });
    expect(party.submitted).toEqual([]);
    party.mine(18_000n);
    expect(await party.act(confirmBy)).toMatchObject({ kind: 'handed' });
    party.mine(18_000n);
    expect(party.confirmed).toBe(true);
  });

  it('what is shown already goes on being published, whatever the chain asks for', async () => {
    const party = new Publisher(paid, 'Tx3', 'worker', { ...policy, maxFeeRate: 20_000n }, { told: true });
    const confirmBy = party.height + 20;
    expect(await party.act(confirmBy)).toEqual({ kind: 'handed', child: null });
    party.mine(25_000n);
    expect(await party.act(confirmBy)).toMatchObject({ kind: 'handed', child: { rate: 20_000n } });
  });
});
