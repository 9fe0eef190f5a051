import { describe, expect, it } from 'vitest';
import {
  type ChannelEvent,
  type ChannelState,
  contractHash,
  type Party,
  parties,
  type Recipient,
  type SignaturesStep,
  schnorrSignature,
} from '../../../src/index.ts';
import type { Deviations, Game } from '../play/game.ts';
import { otherHash } from '../play/identity.ts';
import type { PlayerName } from '../play/tasks.ts';
import {
  DRAWN,
  ended,
  expectRows,
  firstIn,
  heard,
  lastIn,
  move,
  offerOf,
  outcome,
  type Received,
  ROLES,
  type Row,
  saying,
  wholeSetup,
} from './steps.ts';

const [FIRST, , THIRD] = DRAWN;
const EVERYBODY = parties(3);

/** It has made its own pre-signatures. */
const signed = (game: Game, name: PlayerName): SignaturesStep =>
  move(firstIn(game, name, 'signatures'), ended(game, name, 'signed')).state as SignaturesStep;
/** Its last state before Tx0 is in a block: everything is signed. */
const done = (game: Game, name: PlayerName): SignaturesStep => lastIn(game, name, 'signatures');
const given = (game: Game, to: PlayerName, from: Recipient) => heard(game, to, 'preSignatures', from);
const list = (event: ReturnType<typeof given>) => event.message.signatures;

const gone: ChannelEvent = {
  kind: 'disagreed',
  code: 'coin-missing',
  culprit: 'arbiter:2',
  reason: 'it is spent',
};

const ROWS: readonly Row[] = [
  [
    'own signatures that are made twice',
    (game) => [signed(game, 'client'), ended(game, 'client', 'signed')],
    'ignored: out-of-place, null',
  ],
  [
    'own input signatures that are made twice',
    (game) => [done(game, 'worker'), ended(game, 'worker', 'inputs-signed')],
    'ignored: out-of-place, null',
  ],
  [
    'a missing coin, before the own inputs are to be signed',
    (game) => [signed(game, 'worker'), gone],
    'ignored: out-of-place, null',
  ],
  [
    'a missing coin, instead of the own input signatures',
    (game) => [{ ...done(game, 'worker'), inputs: {} }, gone],
    'over: coin-missing, arbiter:2',
  ],
  [
    'a missing coin, after the own input signatures',
    (game) => [done(game, 'worker'), gone],
    'ignored: out-of-place, null',
  ],
  [
    'whoever answers for an offer',
    (game) => [signed(game, 'client'), { ...given(game, 'client', 'worker'), from: offerOf(FIRST) }],
    `ignored: out-of-place, ${offerOf(FIRST)}`,
  ],
  [
    'signatures for another graph',
    (game) => [
      signed(game, 'client'),
      saying(given(game, 'client', 'worker'), { graphId: otherHash('graph') }),
    ],
    'over: graph-mismatch, worker',
  ],
  [
    'signatures in the name of somebody else',
    (game) => [signed(game, 'client'), { ...given(game, 'client', 'worker'), from: 'verifier' }],
    'over: signature-invalid, verifier',
  ],
  [
    'a signature that is not due here',
    (game) => {
      const event = given(game, 'client', 'worker');
      const [first] = list(event);
      return [signed(game, 'client'), saying(event, { signatures: [{ ...first, transaction: 'Tx0' }] })];
    },
    'ignored: signature-unasked, worker',
  ],
  [
    'a signature of nothing',
    (game) => {
      const event = given(game, 'client', 'worker');
      const [first, ...rest] = list(event);
      const wrong = { ...first, signature: schnorrSignature(new Uint8Array(64)) };
      return [signed(game, 'client'), saying(event, { signatures: [wrong, ...rest] })];
    },
    'over: signature-invalid, worker',
  ],
  [
    'the same signatures again',
    (game) => [done(game, 'client'), given(game, 'client', 'worker')],
    'ignored: out-of-place, worker',
  ],
  [
    'the same adaptor signatures again',
    (game) => {
      const event = given(game, 'worker', 'client');
      const adaptors = list(event).filter(({ kind }) => kind === 'adaptor');
      return [done(game, 'worker'), saying(event, { signatures: adaptors })];
    },
    'ignored: out-of-place, client',
  ],
  [
    'a guarantee that comes twice',
    (game) => [done(game, 'client'), heard(game, 'client', 'guaranteed', 'worker')],
    'ignored: out-of-place, worker',
  ],
  [
    'a list of acceptances',
    (game) => [done(game, 'client'), heard(game, 'client', 'acceptanceList', 'worker')],
    'ignored: out-of-place, worker',
  ],
  [
    'a Tx0 that somebody else announces',
    (game) => [
      { ...done(game, 'worker'), announced: null },
      { ...heard(game, 'worker', 'commitmentBroadcast'), from: 'verifier' },
    ],
    'ignored: out-of-place, verifier',
  ],
  [
    'a Tx0 that C announces twice',
    (game) => [done(game, 'worker'), heard(game, 'worker', 'commitmentBroadcast')],
    'ignored: out-of-place, client',
  ],
];

const sentOf = (game: Game, kind: string) =>
  game.sent.filter(({ message }) => message.kind === kind).map(({ from, to }) => [from, to]);

describe('T §Setup 3–5: pre-signatures, guarantee sets, input signatures', () => {
  it('who says what, and when', () => expectRows(ROWS));

  it('what is here already is skipped, and the rest of the message counts', () => {
    const game = wholeSetup();
    const event = given(game, 'client', 'arbiter:1');
    const [first] = list(event);
    const part = saying(event, { signatures: [first] });
    const some = move(signed(game, 'client'), part).state;
    expect(move(some, event).state).toEqual(move(signed(game, 'client'), event).state);
  });

  it("nobody's list of acceptances means anything here, C's neither, and none announces a Tx0", () => {
    const game = wholeSetup();
    const event = heard(game, 'worker', 'acceptanceList', 'client');
    expect(outcome(signed(game, 'worker'), event)).toBe('ignored: out-of-place, client');
  });

  it('everybody but C tells C once that its guarantee set is complete', () => {
    const game = wholeSetup();
    const others = ['worker', 'verifier', ...DRAWN];
    expect(sentOf(game, 'guaranteed').sort()).toEqual(others.map((name) => [name, 'client']).sort());
    for (const name of ['client', 'worker', FIRST] as const)
      expect(firstIn(game, name, 'signatures').guaranteed).toEqual([]);
    expect([...done(game, 'client').guaranteed].sort()).toEqual([...EVERYBODY].sort());
    const { agreement } = done(game, 'client');
    expect(heard(game, 'client', 'guaranteed', 'worker').message).toEqual({
      kind: 'guaranteed',
      channel: contractHash(agreement.contract),
      graphId: given(game, 'client', 'worker').message.graphId,
    });
  });

  it('C hands Tx0 in and tells everybody else; the channel is open when it is in a block', () => {
    const game = wholeSetup();
    const others = EVERYBODY.filter((party) => party !== 'client');
    expect(sentOf(game, 'commitmentBroadcast')).toEqual(others.map((party) => ['client', party]));
    const open = move(done(game, 'verifier'), ended(game, 'verifier', 'confirmed')).state;
    const { height } = ended(game, 'verifier', 'confirmed');
    const nothing = { delivery: null, opening: null, opened: null };
    expect(open).toMatchObject({
      name: 'computation',
      commitmentHeight: height,
      receipts: { client: nothing, verifier: nothing },
      substitutes: { client: null, verifier: null },
      drafts: { delivery: null, opening: null },
    });
    const { equivocations, posts, begun, blocksAsked } = open as Extract<
      ChannelState,
      { readonly name: 'computation' }
    >;
    expect([equivocations, posts, begun, blocksAsked]).toEqual([[], [], [], []]);
  });

  it("W signs no input while it lacks one of C's adaptor signatures: it could not be paid", () => {
    const game = wholeSetup({
      onSend: ({ from, to, message }) =>
        from === 'client' && to === 'worker' && message.kind === 'preSignatures'
          ? [{ ...message, signatures: message.signatures.filter(({ kind }) => kind === 'plain') }]
          : [message],
    });
    expect(game.player('worker').tasks.map(({ kind }) => kind)).not.toContain('sign-inputs');
    expect(game.state('worker')).toMatchObject({ step: 'signatures', signed: true, committed: false });
    expect(game.chain.has('Tx0')).toBe(false);
  });
});

/** What a party that waits says at so many blocks before the time-out; null: nothing. */
function saidAt(state: SignaturesStep, left: number): string {
  return outcome(state, { kind: 'tip', height: state.deadline - left });
}

/** Messages of some do not come to `to`, and it waits for them. */
const waitsFor = (to: PlayerName, senders: readonly PlayerName[], kind: Received['message']['kind']) => {
  const deviations: Deviations = {
    onSend: ({ from, to: recipient, message }) =>
      senders.includes(from) && nameOf(recipient) === to && message.kind === kind ? [] : [message],
  };
  const game = wholeSetup(deviations);
  return game.state(to) as SignaturesStep;
};
const nameOf = (to: Recipient): PlayerName =>
  to.startsWith('arbiter:') ? DRAWN[Number(to.slice('arbiter:'.length)) - 1]! : (to as PlayerName);

describe('T §Setup: who waits for one party alone says so in time', () => {
  it.each<[PlayerName, PlayerName, Party]>([
    ['worker', THIRD, 'arbiter:3'],
    ['verifier', 'worker', 'worker'],
    [FIRST, 'verifier', 'verifier'],
  ])('%s lacks the pre-signatures of %s: six blocks before', (name, sender, culprit) => {
    const state = waitsFor(name, [sender], 'preSignatures');
    expect([8, 7, 6, 5].map((left) => saidAt(state, left))).toEqual([
      'signatures',
      'signatures',
      `over: setup-timeout, ${culprit}`,
      `over: setup-timeout, ${culprit}`,
    ]);
  });

  it('of two it names nobody, neither before nor at the time-out', () => {
    const state = waitsFor('worker', [FIRST, THIRD], 'preSignatures');
    expect([6, 1, 0].map((left) => saidAt(state, left))).toEqual([
      'signatures',
      'signatures',
      'over: setup-timeout, null',
    ]);
  });

  it.each(['worker', 'verifier'] as const)(
    '%s lacks the input of one arbiter alone: two blocks before, for it does not come while that one lacks something',
    (name) => {
      const state = waitsFor(name, [THIRD], 'inputSignatures');
      expect([6, 3, 2, 1].map((left) => saidAt(state, left))).toEqual([
        'signatures',
        'signatures',
        'over: setup-timeout, arbiter:3',
        'over: setup-timeout, arbiter:3',
      ]);
    },
  );

  it('C waits on: the others tell it, and it tells the arbiters', () => {
    const state = waitsFor('client', [THIRD], 'inputSignatures');
    expect([6, 2, 1, 0].map((left) => saidAt(state, left))).toEqual([
      'signatures',
      'signatures',
      'signatures',
      'over: setup-timeout, arbiter:3',
    ]);
  });

  it('who has signed its inputs waits up to the time-out', () => {
    const game = wholeSetup();
    for (const name of ROLES) {
      const state = done(game, name);
      expect([name, ...[6, 2, 1].map((left) => saidAt(state, left))]).toEqual([
        name,
        'signatures',
        'signatures',
        'signatures',
      ]);
    }
  });
});
