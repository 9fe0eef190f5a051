import { describe, expect, it } from 'vitest';
import {
  type ChannelState,
  type Duty,
  duties,
  type Party,
  type TransactionId,
  transition,
} from '../../src/index.ts';
import { CONTEXT, Game } from './play/game.ts';
import { otherHash, PARAMETERS } from './play/identity.ts';
import type { PlayerName } from './play/tasks.ts';

const { t1, t2, t3, t4 } = PARAMETERS;
/** Δ of the fixture's contract. */
const DELTA = 24;

/** Its t0. */
const T0 = 120;

type At = 'computation' | 'delivered' | 'payment' | 'accused';

/** Everybody's state when W has not delivered yet, has delivered, holds verdict and release, or has signed two deliveries. */
const STATES: Readonly<Record<At, Game>> = {
  computation: play({ blocks: 2 }),
  delivered: play({ blocks: 5, without: 'verdict' }),
  payment: play({ blocks: 4 }),
  accused: accused(),
};

function accused(): Game {
  const game = new Game({
    onSend: ({ message }) =>
      message.kind === 'delivery' ? [message, { ...message, root: otherHash('R') }] : [message],
  });
  game.mine(4);
  return game;
}

function play({ blocks, without }: { blocks: number; without?: string }): Game {
  const game = new Game({ onSend: ({ message }) => (message.kind === without ? [] : [message]) });
  game.mine(blocks);
  return game;
}

const h0 = STATES.computation.chain.heightOf('Tx0')!;
const wanted = (state: ChannelState, tip: number): readonly TransactionId[] =>
  duties(state)
    .filter(({ from, until }: Duty) => tip >= from && (until === null || tip <= until))
    .map(({ transaction }) => transaction);

interface Row {
  readonly at: At;
  readonly who: PlayerName;
  readonly does: TransactionId;
  /** First and last tip; null for ever. */
  readonly from: number;
  readonly until: number | null;
  /** What is wanted more. */
  readonly after?: TransactionId;
}

const ROWS: readonly Row[] = [
  { at: 'computation', who: 'client', does: 'Tx1', from: h0 + t3 - 1, until: null },
  { at: 'computation', who: 'verifier', does: 'Tx1', from: h0 + t3 - 1, until: null },
  { at: 'delivered', who: 'worker', does: 'Tx3', from: h0 + t1 - 1, until: h0 + t3 - 2 * DELTA },
  { at: 'payment', who: 'worker', does: 'Tx4', from: h0, until: h0 + t3 - 2 * DELTA },
  // Where Tx3 was published before verdict and release came.
  { at: 'payment', who: 'worker', does: 'Tx3', from: h0 + t1 - 1, until: h0 + t3 - 2 * DELTA, after: 'Tx4' },
  { at: 'payment', who: 'verifier', does: 'TxV1', from: h0 + t1 - DELTA - 1, until: h0 + t3 - 2 },
  { at: 'accused', who: 'verifier', does: 'TxV0', from: h0 + T0 + 2 * DELTA - 1, until: h0 + t1 - DELTA - 1 },
  { at: 'accused', who: 'verifier', does: 'Tx1', from: h0 + t3 - 1, until: null },
  { at: 'payment', who: 'client', does: 'Tx1', from: h0 + t3 - 1, until: null },
];

describe('T §Watch and publish: what each party publishes, and between which tips', () => {
  it.each(ROWS)('$at: the $who publishes $does', ({ at, who, does, from, until, after }) => {
    const state = STATES[at].state(who);
    const most = after === undefined ? [does] : [after, does];
    expect(wanted(state, from - 1)).not.toContain(does);
    expect(wanted(state, from)).toEqual(most);
    if (until === null) expect(wanted(state, from + 100_000)).toEqual(most);
    else {
      expect(wanted(state, until).slice(0, most.length)).toEqual(most);
      expect(wanted(state, until + 1)).not.toContain(does);
    }
  });

  it('D34: TxV0 and TxV1 are in a block before Tx3 is valid, Tx3 and Tx4 before Tx1 is', () => {
    const by = (at: At, who: PlayerName) =>
      Object.fromEntries(
        duties(STATES[at].state(who)).map(({ transaction, confirmBy }) => [transaction, confirmBy]),
      );
    expect(by('accused', 'verifier')).toEqual({ TxV0: h0 + t1 - 1, Tx1: null });
    expect(by('payment', 'verifier')).toEqual({ TxV1: h0 + t1 - 1, Tx1: null });
    expect(by('payment', 'worker')).toEqual({ Tx4: h0 + t3 - DELTA, Tx3: h0 + t3 - DELTA });
    expect(by('delivered', 'worker')).toEqual({ Tx3: h0 + t3 - DELTA });
  });

  it('a Worker that has delivered nothing has nothing to publish', () => {
    expect(duties(STATES.computation.state('worker'))).toEqual([]);
  });

  it('an arbiter has nothing to publish before a dispute', () => {
    for (const game of Object.values(STATES)) expect(duties(game.state(game.arbiter(1)))).toEqual([]);
  });

  it('never reveals h_p later than what confirms by t3 − Δ: nothing that completes an adaptor signature is due then', () => {
    for (const at of ['delivered', 'payment'] as const) {
      for (let tip = h0 + t3 - 2 * DELTA + 1; tip <= h0 + t4; tip += 7) {
        expect(wanted(STATES[at].state('worker'), tip)).toEqual([]);
      }
    }
  });

  it('the Client publishes Tx0 once it is complete, and nobody else does', () => {
    const game = new Game();
    game.chain.withheld.add('Tx0');
    game.mine();
    expect(wanted(game.state('client'), game.chain.height)).toEqual(['Tx0']);
    for (const name of ['worker', 'verifier'] as const) expect(duties(game.state(name))).toEqual([]);
  });

  it('a closed channel asks for nothing', () => {
    const game = new Game();
    game.mine(5);
    for (const name of ['client', 'worker', 'verifier'] as const)
      expect(duties(game.state(name))).toEqual([]);
  });
});

describe('T §Watch and publish: after a dispute went on the chain', () => {
  const at = 2_000;
  /** A party's state after the dispute transactions of `chain` were confirmed, the last one at height `at`. */
  const open = play({ blocks: 5, without: 'verdict' });
  const disputed = (who: PlayerName, ...chain: readonly TransactionId[]): ChannelState => {
    let state = open.state(who === 'stake 0' ? open.arbiter(1) : who);
    for (const [i, transaction] of chain.entries()) {
      const height = at - chain.length + 1 + i;
      const event = {
        kind: 'confirmed',
        transaction,
        height,
        blockHash: otherHash('block'),
        bytes: new Uint8Array(0),
      } as const;
      const step = transition(state, event, CONTEXT);
      if (step.kind === 'moved') state = step.state;
    }
    return state;
  };

  const DISPUTES: readonly {
    readonly chain: readonly TransactionId[];
    readonly who: PlayerName & Party;
    readonly does: TransactionId;
    readonly from: number;
    readonly until: number | null;
  }[] = [
    {
      chain: ['TxV1'],
      who: 'worker',
      does: "Tx4'",
      from: at + (t2 - t1) - 1,
      until: at + (t3 - t1) - 2 * DELTA,
    },
    { chain: ['TxV1'], who: 'client', does: "Tx1'", from: at + (t3 - t1) - 1, until: null },
    { chain: ['TxV1'], who: 'verifier', does: "Tx1'", from: at + (t3 - t1) - 1, until: null },
    { chain: ['TxV0'], who: 'client', does: 'Tx5', from: at + (t2 - t1) - 1, until: null },
    { chain: ['TxV0'], who: 'verifier', does: 'Tx5', from: at + (t2 - t1) - 1, until: null },
    ...(['client', 'worker', 'verifier'] as const).flatMap((who) => [
      { chain: ['TxV0', 'TxA'] as const, who, does: 'Tx6' as const, from: at + (t4 - t3) - 1, until: null },
      { chain: ['TxV1', 'TxAc'] as const, who, does: 'Tx6c' as const, from: at + (t4 - t3) - 1, until: null },
    ]),
  ];

  it.each(DISPUTES)('$chain: the $who publishes $does', ({ chain, who, does, from, until }) => {
    const state = disputed(who, ...chain);
    expect(wanted(state, from - 1)).toEqual([]);
    expect(wanted(state, from)).toEqual([does]);
    if (until !== null) {
      expect(wanted(state, until)).toEqual([does]);
      expect(wanted(state, until + 1)).toEqual([]);
    }
  });

  it('anyone, an arbiter too, ends a dispute without decision by Tx6', () => {
    expect(wanted(disputed('stake 0', 'TxV0', 'TxA'), at + (t4 - t3) - 1)).toEqual(['Tx6']);
  });
});
