import { describe, expect, it } from 'vitest';
import { type ChannelEvent, outpointKey, type Recipient, type SetupState } from '../../../src/index.ts';
import type { Game } from '../play/game.ts';
import { SNAPSHOT_HASH, STAKES } from '../play/identity.ts';
import type { PlayerName } from '../play/tasks.ts';
import {
  DRAWN,
  ended,
  expectRows,
  firstIn,
  heard,
  move,
  offerOf,
  outcome,
  type Row,
  saying,
  sealedBy,
  stakeOf,
  wholeSetup,
} from './steps.ts';

type Polling = Extract<SetupState, { readonly step: 'polling' }>;

const [FIRST, SECOND, THIRD] = DRAWN;
/** They come after those that are drawn; which one first is of no account here. */
const OTHERS = ['stake 2', 'stake 3'] as const;

const found = (avoided: readonly PlayerName[] = [], among: readonly PlayerName[] = [...DRAWN, ...OTHERS]) =>
  ({
    kind: 'offers-found',
    blockHash: SNAPSHOT_HASH,
    stakes: STAKES.filter((stake) => among.some((name) => stakeOf(name) === stake)),
    avoided: avoided.map((name) => stakeOf(name).coin.outpoint),
  }) as const;

/** C has asked the first three. */
const asking = (game: Game): Polling =>
  move(firstIn(game, 'client', 'polling'), ended(game, 'client', 'offers-found')).state as Polling;
const acceptance = (game: Game, of: PlayerName) => heard(game, 'client', 'acceptance', offerOf(of));
const listOf = (game: Game, from: 'worker' | 'verifier') => heard(game, 'client', 'acceptanceList', from);
/** W's list, which C has got while it was still asking. */
const withList = (game: Game): Polling => move(asking(game), listOf(game, 'worker')).state as Polling;

const refusal = (game: Game, from: Recipient) =>
  ({
    ...saying(heard(game, 'client', 'acceptance'), {
      kind: 'refused',
      code: 'busy',
      reason: 'the stake serves another',
      culprit: null,
    }),
    from,
  }) as const;

/** An acceptance that its signature does not cover. */
function invalid(game: Game, of: PlayerName) {
  const event = acceptance(game, of);
  const changed = { ...event.message.acceptance, expiry: event.message.acceptance.expiry + 1 };
  return saying(event, { acceptance: changed });
}

const ROWS: readonly Row[] = [
  [
    'offers that are found twice',
    (game) => [asking(game), ended(game, 'client', 'offers-found')],
    'ignored: out-of-place, null',
  ],
  [
    'an acceptance before the offers are found',
    (game) => [firstIn(game, 'client', 'polling'), acceptance(game, FIRST)],
    'later',
  ],
  [
    'an acceptance of an arbiter that was not asked',
    (game) => {
      const state = asking(game);
      const asked = state.asked.filter(({ offer }) => `offer:${offer}` !== offerOf(FIRST));
      return [{ ...state, asked }, acceptance(game, FIRST)];
    },
    `ignored: acceptance-invalid, ${offerOf(FIRST)}`,
  ],
  [
    'an acceptance in the name of another offer',
    (game) => [asking(game), { ...acceptance(game, FIRST), from: offerOf(SECOND) }],
    `ignored: acceptance-invalid, ${offerOf(SECOND)}`,
  ],
  [
    'an acceptance that comes twice',
    (game) => [move(asking(game), acceptance(game, FIRST)).state as Polling, acceptance(game, FIRST)],
    `ignored: out-of-place, ${offerOf(FIRST)}`,
  ],
  [
    'a list of an arbiter',
    (game) => [asking(game), { ...listOf(game, 'worker'), from: 'arbiter:1' }],
    'ignored: out-of-place, arbiter:1',
  ],
  ['the same list again', (game) => [withList(game), listOf(game, 'worker')], 'polling'],
  [
    'another list of the same partner',
    (game) => {
      const { message } = listOf(game, 'worker');
      const acceptances = message.acceptances.slice(1);
      return [withList(game), sealedBy('worker', 'worker', { ...message, acceptances })];
    },
    'over: selection-failed, worker',
  ],
  [
    'a list with an acceptance that does not hold, which its author has not checked',
    (game) => {
      const { message } = listOf(game, 'worker');
      const changed = { ...message.acceptances[0]!, expiry: message.height + 100 };
      const shown = { ...message, acceptances: [changed, ...message.acceptances.slice(1)] };
      const lists = {
        client: { height: message.height, acceptances: message.acceptances },
        worker: null,
        verifier: { height: message.height, acceptances: message.acceptances },
      };
      return [{ ...asking(game), lists }, sealedBy('worker', 'worker', shown)];
    },
    'over: selection-failed, worker',
  ],
];

/** Whom a party asks with this event, in this order. */
const askedBy = (state: Polling, event: ChannelEvent): readonly Recipient[] =>
  move(state, event).messages.flatMap(({ to, message }) =>
    message.kind === 'acceptanceRequest' ? [to] : [],
  );

/** All that are asked refuse, one after the other. */
function afterRefusals(game: Game, from: Polling): { readonly asked: number; readonly last: string } {
  let state: SetupState = from;
  for (let asked = 0; ; asked++) {
    const open = (state as Polling).asked.find(({ answer }) => answer === 'none');
    const event = refusal(game, `offer:${open!.offer}`);
    const last = outcome(state, event);
    if (last !== 'polling') return { asked: asked + 1, last };
    state = move(state, event).state as Polling;
  }
}

describe('Y §Polling: arbiters are asked in the order of their ranks', () => {
  it('who says what, and when', () => expectRows(ROWS));

  it('nobody is asked before the offers are found', () => {
    const state = firstIn(wholeSetup(), 'client', 'polling');
    const step = move(state, { kind: 'tip', height: state.tip + 1 });
    expect([step.state.name, step.messages]).toEqual(['setup', []]);
  });

  it('n at a time, each once, and who failed this party lately when nobody else is left', () => {
    const state = firstIn(wholeSetup(), 'client', 'polling');
    expect(askedBy(state, found())).toEqual(DRAWN.map(offerOf));
    const late = askedBy(state, found([FIRST]));
    expect([late.length, late.slice(0, 2)]).toEqual([3, [SECOND, THIRD].map(offerOf)]);
    expect(late).not.toContain(offerOf(FIRST));
    expect(askedBy(state, found([FIRST], DRAWN))).toEqual([SECOND, THIRD, FIRST].map(offerOf));
    expect(askedBy(state, found([FIRST], [FIRST]))).toEqual([offerOf(FIRST)]);
  });

  it('who has not answered within a block is passed over, and may still accept', () => {
    const game = wholeSetup();
    const state = asking(game);
    const next = move(state, { kind: 'tip', height: state.tip + 1 });
    expect(next.messages).toEqual([]);
    const later = move(next.state, { kind: 'tip', height: state.tip + 2 });
    expect(later.messages.map(({ to }) => to).sort()).toEqual(OTHERS.map(offerOf).sort());
    const accepted = move(later.state, acceptance(game, FIRST)).state as Polling;
    expect(accepted.acceptances.map(({ outpoint }) => `offer:${outpointKey(outpoint)}`)).toEqual([
      offerOf(FIRST),
    ]);
  });

  it('who refuses is not waited for: the next one is asked, and the setup is over when nobody is left', () => {
    const game = wholeSetup();
    const state = asking(game);
    expect(askedBy(state, refusal(game, offerOf(FIRST)))).toHaveLength(1);
    expect(afterRefusals(game, state)).toEqual({ asked: 5, last: 'over: offers-exhausted, null' });
    // One of them accepted: that is not enough, and nobody else is there.
    const accepted = move(state, acceptance(game, FIRST)).state as Polling;
    expect(afterRefusals(game, accepted)).toEqual({ asked: 4, last: 'over: offers-exhausted, null' });
  });

  it('an acceptance that does not hold is a refusal, and named: but for that the setup goes on', () => {
    const game = wholeSetup();
    const state = asking(game);
    const step = move(state, invalid(game, FIRST));
    expect(step.fault).toMatchObject({ code: 'acceptance-invalid', culprit: offerOf(FIRST) });
    expect(step.messages.map(({ message }) => message.kind)).toEqual(['acceptanceRequest']);
    const [first, ...rest] = (step.state as Polling).asked;
    expect(first).toMatchObject({ answer: 'refused' });
    expect(rest.map(({ answer }) => answer)).toEqual(['none', 'none', 'none']);
    const alone = move(firstIn(game, 'client', 'polling'), found([], [FIRST])).state as Polling;
    expect(outcome(alone, invalid(game, FIRST))).toBe('over: offers-exhausted, null');
  });

  it('who has refused is asked no more, and not told how the setup ends', () => {
    const game = wholeSetup();
    const state = move(asking(game), refusal(game, offerOf(FIRST))).state as Polling;
    expect(state.asked.map(({ answer }) => answer)).toEqual(['refused', 'none', 'none', 'none']);
    const { messages } = move(state, { kind: 'tip', height: state.deadline - 1 });
    expect(messages.map(({ to }) => to)).not.toContain(offerOf(FIRST));
    const left = { ...refusal(game, 'worker'), from: 'worker' } as const;
    expect(move(state, left).messages.map(({ to }) => to)).toEqual([
      'verifier',
      ...state.asked.slice(1).map(({ offer }) => `offer:${offer}`),
    ]);
  });
});
