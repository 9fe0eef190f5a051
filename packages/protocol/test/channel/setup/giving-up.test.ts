import { describe, expect, it } from 'vitest';
import { abandon } from '../../../src/channel/setup/abandon.ts';
import { waitingFor } from '../../../src/channel/setup/waiting.ts';
import {
  type ChannelState,
  contractHash,
  type MessageOf,
  type Outpoint,
  type Recipient,
  type Role,
  type SetupState,
} from '../../../src/index.ts';
import type { Game } from '../play/game.ts';
import type { PlayerName } from '../play/tasks.ts';
import {
  DRAWN,
  ended,
  firstIn,
  heard,
  lastIn,
  move,
  offerOf,
  outcome,
  type Received,
  saying,
  stakeOf,
  wholeSetup,
} from './steps.ts';

const [FIRST, SECOND, THIRD] = DRAWN;
type Abandoned = Extract<ChannelState, { readonly how: 'abandoned' }>;
type Polling = Extract<SetupState, { readonly step: 'polling' }>;

const OFFERS = DRAWN.map(offerOf);
const stakes = (...names: readonly PlayerName[]): readonly Outpoint[] =>
  names.map((name) => stakeOf(name).coin.outpoint);

/** C has asked three, of which one has refused. */
function refusedByOne(game: Game): Polling {
  const state = move(firstIn(game, 'client', 'polling'), ended(game, 'client', 'offers-found'))
    .state as Polling;
  const asked = state.asked.map((entry) =>
    `offer:${entry.offer}` === offerOf(FIRST) ? { ...entry, answer: 'refused' as const } : entry,
  );
  return { ...state, asked };
}

/** A setup at every step, whom it tells when it is given up, and whether block h_s was there. */
type Case = readonly [state: SetupState, told: readonly Recipient[], drawn: boolean];

function cases(game: Game): readonly Case[] {
  const seeds = firstIn(game, 'verifier', 'seeds');
  const { snapshotHeight } = seeds.contract;
  return [
    [firstIn(game, 'client', 'terms'), ['worker', 'verifier'], false],
    [firstIn(game, 'worker', 'accepted-terms'), ['client'], false],
    [firstIn(game, 'client', 'contract'), ['worker', 'verifier'], false],
    [firstIn(game, 'verifier', 'contract'), ['client'], false],
    [{ ...seeds, tip: snapshotHeight - 1 }, ['client', 'worker'], false],
    [{ ...seeds, tip: snapshotHeight }, ['client', 'worker'], true],
    [{ ...seeds, tip: snapshotHeight + 1 }, ['client', 'worker'], true],
    [refusedByOne(game), ['worker', 'verifier', ...OFFERS.slice(1)], true],
    [firstIn(game, 'worker', 'arbiter-set'), ['client', 'verifier', ...OFFERS], true],
    [firstIn(game, FIRST, 'pledged'), ['client'], true],
    [firstIn(game, 'client', 'signatures'), ['worker', 'verifier', ...OFFERS], true],
    [
      firstIn(game, SECOND, 'signatures'),
      ['client', 'worker', 'verifier', offerOf(FIRST), offerOf(THIRD)],
      true,
    ],
  ];
}

/** The own coins in a setup. */
function coinsIn(game: Game, state: SetupState): readonly Outpoint[] {
  if (state.step === 'signatures' && state.self.startsWith('arbiter:')) return stakes(SECOND);
  if (state.step === 'pledged') return stakes(FIRST);
  const { contract } = firstIn(game, 'client', 'contract');
  return contract[state.role as Role].funding.map(({ outpoint }) => outpoint);
}

describe('T §Setup: a setup that is given up', () => {
  it('everybody who knows of it is told, under the name that it has by then, and the own coins are free', () => {
    const game = wholeSetup();
    const { session, contract } = firstIn(game, 'client', 'contract');
    for (const [state, told, drawn] of cases(game)) {
      const { messages, tasks, state: closed } = abandon(state, 'terms-refused', null, 'it breaks a rule');
      const named = ['terms', 'accepted-terms', 'contract'].includes(state.step);
      const channel = named ? session : contractHash(contract);
      const message = {
        kind: 'refused',
        channel,
        code: 'terms-refused',
        reason: 'it breaks a rule',
        culprit: null,
      };
      expect([state.step, messages]).toEqual([state.step, told.map((to) => ({ to, message }))]);
      expect([state.step, tasks]).toEqual([state.step, [{ kind: 'release', coins: coinsIn(game, state) }]]);
      expect(closed).toMatchObject({ how: 'abandoned', channel, drawn, before: null });
      expect((closed as Abandoned).suspects).toEqual([]);
    }
  });

  it('after the own input signatures the own coins are spent back instead, and the channel is kept', () => {
    const game = wholeSetup();
    for (const name of ['worker', SECOND] as const) {
      const state = lastIn(game, name, 'signatures');
      const { tasks, state: closed } = abandon(state, 'setup-timeout', null, 'too late');
      const [coin] = coinsIn(game, state);
      expect(tasks).toMatchObject([{ kind: 'respend', coins: [{ outpoint: coin }] }]);
      expect(closed).toMatchObject({ before: state });
    }
  });

  it('nobody is told of the time-out, which all see by themselves, nor who has given up that it has', () => {
    const game = wholeSetup();
    const state = firstIn(game, 'client', 'arbiter-set');
    const toldWhen = (tip: number, code: 'setup-timeout' | 'refused-by-peer', culprit: Recipient) =>
      abandon({ ...state, tip }, code, culprit, 'why').messages.map(({ to }) => to);
    expect(toldWhen(state.deadline, 'setup-timeout', 'worker')).toEqual([]);
    expect(toldWhen(state.deadline - 1, 'setup-timeout', 'worker')).toEqual([
      'worker',
      'verifier',
      ...OFFERS,
    ]);
    expect(toldWhen(state.tip, 'refused-by-peer', 'worker')).toEqual(['verifier', ...OFFERS]);
  });

  it('160 characters of the reason travel', () => {
    const state = firstIn(wholeSetup(), 'worker', 'accepted-terms');
    const { messages, fault } = abandon(state, 'terms-refused', null, 'x'.repeat(200));
    expect(messages[0]!.message).toMatchObject({ reason: 'x'.repeat(160) });
    expect(fault).toMatchObject({ reason: 'x'.repeat(200) });
  });
});

describe('Y §Duties: the stake of an arbiter that failed outlives its place in the set', () => {
  type Culprit = MessageOf<'refused'>['culprit'];

  const named: readonly (readonly [SetupState['step'], Recipient, Culprit, readonly Outpoint[]])[] = [
    ['signatures', 'arbiter:2', { kind: 'party', party: 'arbiter:2' }, stakes(SECOND)],
    ['arbiter-set', 'arbiter:3', { kind: 'party', party: 'arbiter:3' }, stakes(THIRD)],
    ['arbiter-set', 'worker', { kind: 'party', party: 'worker' }, []],
    ['arbiter-set', 'arbiter:9', { kind: 'party', party: 'arbiter:9' }, []],
    ['seeds', 'arbiter:1', { kind: 'party', party: 'arbiter:1' }, []],
    ['polling', offerOf(FIRST), { kind: 'offer', outpoint: stakes(FIRST)[0]! }, stakes(FIRST)],
  ];

  it('C names the culprit as the others can, and remembers the stake', () => {
    const game = wholeSetup();
    for (const [step, culprit, wire, suspects] of named) {
      const { messages, state } = abandon(lastIn(game, 'client', step), 'signature-invalid', culprit, 'why');
      expect([step, messages[0]!.message]).toEqual([step, expect.objectContaining({ culprit: wire })]);
      expect([step, culprit, (state as Abandoned).suspects]).toEqual([step, culprit, suspects]);
    }
  });

  it('W remembers the stake that C names, and no more', () => {
    const game = wholeSetup();
    for (const [step, , culprit, suspects] of [...named, ['signatures', 'client', null, []] as const]) {
      if (step === 'polling') continue;
      const event = refusal(game, 'client', culprit);
      const { state } = move(firstIn(game, 'worker', step), event);
      expect([step, culprit, (state as Abandoned).suspects]).toEqual([step, culprit, suspects]);
    }
  });

  it('W remembers the stake that C names by its offer', () => {
    const game = wholeSetup();
    const [outpoint] = stakes(FIRST);
    const event = refusal(game, 'client', { kind: 'offer', outpoint: outpoint! });
    const { state } = move(firstIn(game, 'worker', 'polling'), event);
    expect((state as Abandoned).suspects).toEqual([outpoint]);
  });

  it('an arbiter refuses for its place in the set, and for other stakes of its own without any effect', () => {
    const game = wholeSetup();
    const state = firstIn(game, 'client', 'signatures');
    const naming = (name: PlayerName, from: Recipient, code = 'out-of-place') => {
      const [outpoint] = stakes(name);
      return outcome(state, saying(refusal(game, from, { kind: 'offer', outpoint: outpoint! }), { code }));
    };
    expect(naming(SECOND, 'arbiter:2')).toBe('over: refused-by-peer, arbiter:2');
    expect(naming('stake 2', 'arbiter:2')).toBe('ignored: out-of-place, null');
    // A partner may name whomever it likes: it is the one that gives up.
    expect(naming('stake 2', 'worker')).toBe('over: refused-by-peer, worker');
    // It was left out of the graph to which C invited it.
    expect(naming(SECOND, 'arbiter:2', 'not-selected')).toBe('over: refused-by-peer, arbiter:2');
  });
});

describe('terms that a block was quicker than', () => {
  it('are over for no lasting reason, in the step in which terms are answered, and in that one alone', () => {
    const game = wholeSetup();
    const late = (state: SetupState, code: string) =>
      outcome(state, saying(refusal(game, 'worker', null), { code }));
    const terms = firstIn(game, 'client', 'terms');
    expect(late(terms, 'snapshot-known')).toBe('over: setup-timeout, worker');
    expect(late(terms, 'unfunded')).toBe('over: refused-by-peer, worker');
    const signatures = firstIn(game, 'client', 'signatures');
    expect(late(signatures, 'snapshot-known')).toBe('over: refused-by-peer, worker');
  });
});

function refusal(game: Game, from: Recipient, culprit: MessageOf<'refused'>['culprit']): Received {
  const event = heard(game, 'client', 'arbiterSet', 'worker');
  return { ...saying(event, { kind: 'refused', code: 'left', reason: 'why', culprit }), from };
}

describe('T §Setup: whom a setup waits for', () => {
  it('at each step, as far as it waits for somebody', () => {
    const game = wholeSetup();
    const proposed = lastIn(game, 'client', 'contract');
    const seeds = firstIn(game, 'verifier', 'seeds');
    const at = seeds.contract.snapshotHeight;
    const [client, verifier, worker] = [seeds.contract.inputRoot, seeds.contract.inputRoot, null];
    const none = { client: null, verifier: null, worker: null };
    const polling = refusedByOne(game);
    const signing = lastIn(game, 'worker', 'signatures');
    const inputs = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, []]));
    const all = ['arbiter:1', 'arbiter:2', 'arbiter:3'] as const;
    const ofVerifier = Object.keys(signing.signatures.plain).filter((key) => key.endsWith('/verifier'));
    const without = Object.fromEntries(
      Object.entries(signing.signatures.plain).filter(([key]) => !ofVerifier.includes(key)),
    );
    const list = { height: at, acceptances: [] };
    const expected: readonly (readonly [SetupState, readonly Recipient[]])[] = [
      [firstIn(game, 'client', 'terms'), ['worker', 'verifier']],
      [firstIn(game, 'worker', 'accepted-terms'), ['client']],
      [firstIn(game, FIRST, 'pledged'), ['client']],
      [{ ...proposed, agreed: [] }, []],
      [{ ...proposed, agreed: ['client'] }, ['worker', 'verifier']],
      [{ ...proposed, agreed: ['client', 'worker'] }, ['verifier']],
      [{ ...seeds, tip: at - 1, seeds: none }, []],
      [{ ...seeds, tip: at, seeds: none }, ['client']],
      [{ ...seeds, tip: at, seeds: { ...none, client } }, []],
      [{ ...seeds, tip: at, seeds: { client, verifier, worker } }, ['worker']],
      [polling, OFFERS.slice(1)],
      [{ ...polling, lists: { client: list, worker: list, verifier: null } }, ['verifier']],
      [firstIn(game, 'client', 'arbiter-set'), ['worker', 'verifier']],
      [{ ...signing, signatures: { ...signing.signatures, plain: without } }, ['verifier']],
      [{ ...signing, inputs: inputs('worker', 'arbiter:1') }, ['arbiter:2', 'arbiter:3']],
      [{ ...signing, inputs: inputs(...all) }, ['client']],
      [{ ...lastIn(game, 'client', 'signatures'), inputs: inputs('worker') }, all],
      [{ ...lastIn(game, 'client', 'signatures'), inputs: inputs('worker', ...all) }, ['verifier']],
      [{ ...lastIn(game, 'client', 'signatures'), inputs: inputs(...all) }, ['worker', 'verifier']],
      [{ ...lastIn(game, SECOND, 'signatures'), inputs: inputs('arbiter:2') }, ['client']],
    ];
    for (const [state, whom] of expected) expect([state.step, waitingFor(state)]).toEqual([state.step, whom]);
  });

  it('a partner says late whose message it lacks: who lacks it too blames that one, and nobody else does', () => {
    const game = wholeSetup();
    const state = firstIn(game, 'client', 'arbiter-set');
    const by = (left: number, culprit: MessageOf<'refused'>['culprit']) =>
      outcome({ ...state, tip: state.deadline - left }, refusal(game, 'worker', culprit));
    const ofVerifier = { kind: 'party', party: 'verifier' } as const;
    expect(by(7, ofVerifier)).toBe('over: refused-by-peer, worker');
    expect(by(6, ofVerifier)).toBe('over: setup-timeout, verifier');
    expect(by(5, ofVerifier)).toBe('over: setup-timeout, verifier');
    expect(by(5, { kind: 'party', party: 'arbiter:1' })).toBe('over: refused-by-peer, worker');
    expect(by(5, null)).toBe('over: refused-by-peer, worker');
    const polling = refusedByOne(game);
    const late = { ...polling, tip: polling.deadline - 1 };
    const [ofFirst, ofSecond] = stakes(FIRST, SECOND).map(
      (outpoint) => ({ kind: 'offer', outpoint }) as const,
    );
    expect(outcome(late, refusal(game, 'worker', ofSecond!))).toBe(`over: setup-timeout, ${offerOf(SECOND)}`);
    expect(outcome(late, refusal(game, 'worker', ofFirst!))).toBe('over: refused-by-peer, worker');
  });
});
