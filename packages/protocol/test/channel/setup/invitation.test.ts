import { describe, expect, it } from 'vitest';
import {
  type ChannelEvent,
  encodeContract,
  type MessageOf,
  type SetupState,
  transition,
} from '../../../src/index.ts';
import { CONTEXT, type Game } from '../play/game.ts';
import { otherHash, SNAPSHOT_HASH, STAKES } from '../play/identity.ts';
import {
  after,
  DRAWN,
  ended,
  expectRows,
  firstIn,
  heard,
  lastIn,
  move,
  outcome,
  type Received,
  type Row,
  saying,
  sealedBy,
  stakeOf,
  wholeSetup,
} from './steps.ts';

type Pledged = Extract<SetupState, { readonly step: 'pledged' }>;

const [FIRST, SECOND] = DRAWN;
const pledged = (game: Game): Pledged => firstIn(game, FIRST, 'pledged');
const graph = (game: Game) => heard(game, FIRST, 'graph');
/** C's invitation is here, and the arbiter looks up the stakes. */
const invited = (game: Game, invitation: Received = graph(game)): Pledged =>
  move(pledged(game), invitation).state as Pledged;
const found = (stakes = STAKES): ChannelEvent => ({
  kind: 'offers-found',
  blockHash: SNAPSHOT_HASH,
  stakes,
  avoided: [],
});
const selected = (game: Game): Pledged => lastIn(game, FIRST, 'pledged');
const cannot: ChannelEvent = {
  kind: 'disagreed',
  code: 'payload-unavailable',
  culprit: 'client',
  reason: 'nobody serves the program',
};

/** An invitation that shows something else as the agreement of a partner. */
const agreements = (game: Game, changes: Partial<MessageOf<'graph'>['agreements']>): Received => {
  const event = graph(game);
  return saying(event, { agreements: { ...event.message.agreements, ...changes } });
};
const MISMATCH = 'over: arbiter-set-mismatch, client';

const ROWS: readonly Row[] = [
  ['offers before there is an invitation', (game) => [pledged(game), found()], 'ignored: out-of-place, null'],
  ['offers that are found twice', (game) => [selected(game), found()], 'ignored: out-of-place, null'],
  [
    'program and inputs before the list of arbiters is right',
    (game) => [invited(game), ended(game, FIRST, 'agreed')],
    'ignored: out-of-place, null',
  ],
  ['program and inputs', (game) => [selected(game), ended(game, FIRST, 'agreed')], 'signatures'],
  [
    'no program, before the list of arbiters is right',
    (game) => [invited(game), cannot],
    'ignored: out-of-place, null',
  ],
  ['no program', (game) => [selected(game), cannot], 'over: payload-unavailable, client'],
  [
    'an invitation that does not come from C',
    (game) => [pledged(game), { ...graph(game), from: 'worker' }],
    'ignored: out-of-place, worker',
  ],
  ['an invitation that comes twice', (game) => [invited(game), graph(game)], 'ignored: out-of-place, client'],
  [
    'an invitation to another contract than it has accepted',
    (game) => {
      const state = pledged(game);
      const contract = encodeContract({ ...state.contract, chunks: 21 });
      return [state, saying(graph(game), { contract })];
    },
    'over: terms-altered, client',
  ],
  [
    'a list of arbiters without this one',
    (game) => {
      const [, ...others] = graph(game).message.acceptances;
      return [invited(game, saying(graph(game), { acceptances: others })), found()];
    },
    'over: not-selected, null',
  ],
  [
    'an arbiter of the list whose stake is not there',
    (game) => [invited(game), found(STAKES.filter((stake) => stake !== stakeOf(SECOND)))],
    'over: selection-failed, client',
  ],
  [
    'an arbiter of the list whose stake was spent at the snapshot',
    (game) => {
      const spentHeight = pledged(game).contract.snapshotHeight;
      const stakes = STAKES.map((stake) => (stake === stakeOf(SECOND) ? { ...stake, spentHeight } : stake));
      return [invited(game), found(stakes)];
    },
    'over: selection-failed, client',
  ],
  [
    'one agreement that is shown as those of both partners',
    (game) => {
      const { worker } = graph(game).message.agreements;
      return [invited(game, agreements(game, { verifier: worker })), found()];
    },
    MISMATCH,
  ],
  [
    'the agreement of C as that of W',
    (game) => {
      const { envelope } = heard(game, 'worker', 'arbiterSet', 'client');
      return [invited(game, agreements(game, { worker: envelope })), found()];
    },
    MISMATCH,
  ],
  [
    'the agreement of W to another list',
    (game) => {
      const { message } = heard(game, 'client', 'arbiterSet', 'worker');
      const { envelope } = sealedBy('worker', 'worker', { ...message, graphId: otherHash('graph') });
      return [invited(game, agreements(game, { worker: envelope })), found()];
    },
    MISMATCH,
  ],
  [
    'other words of W about this list',
    (game) => {
      const { channel, graphId } = heard(game, 'client', 'arbiterSet', 'worker').message;
      const { envelope } = sealedBy('worker', 'worker', { kind: 'guaranteed', channel, graphId });
      return [invited(game, agreements(game, { worker: envelope })), found()];
    },
    MISMATCH,
  ],
  [
    'an agreement that cannot be read',
    (game) => [invited(game, agreements(game, { verifier: new Uint8Array(3) })), found()],
    MISMATCH,
  ],
  [
    'a partner that gives up: what it says to the arbiters C says to them',
    (game) => [
      pledged(game),
      {
        ...saying(graph(game), { kind: 'refused', code: 'left', reason: 'I have to go', culprit: null }),
        from: 'worker',
      },
    ],
    'ignored: out-of-place, worker',
  ],
  [
    'a list of which no graph can be built, and that nobody has sent last',
    (game) => {
      const state = selected(game);
      const { agreement } = state.selected!;
      const arbiters = agreement.arbiters.map((arbiter) => ({ ...arbiter, key: agreement.arbiters[0]!.key }));
      const repeated = { ...state.selected!, agreement: { ...agreement, arbiters } };
      return [{ ...state, selected: repeated }, ended(game, FIRST, 'agreed')];
    },
    'over: terms-refused, null',
  ],
];

describe('Y §Agreement: an arbiter looks at the list of arbiters before it fetches anything', () => {
  it('who says what, and when', () => expectRows(ROWS));

  it('an error of the program itself is no wrong agreement: it goes through', () => {
    const state = invited(wholeSetup());
    const verify = () => {
      throw new RangeError('no memory');
    };
    expect(() => transition(state, found(), { ...CONTEXT, verify })).toThrow(RangeError);
    expect(after(state, found())).toMatchObject({ kind: 'moved', tasks: [{ kind: 'agree' }] });
  });

  it('its place in the list is its name', () => {
    const game = wholeSetup();
    expect(DRAWN.map((name) => lastIn(game, name, 'pledged').selected?.self)).toEqual([
      'arbiter:1',
      'arbiter:2',
      'arbiter:3',
    ]);
    expect(outcome(selected(game), { kind: 'agreed', pointLockProof: null })).toBe('signatures');
  });
});
