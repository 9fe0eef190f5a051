import { describe, expect, it } from 'vitest';
import type { ChannelEvent, Party, SetupState } from '../../../src/index.ts';
import type { Game } from '../play/game.ts';
import { SNAPSHOT_HASH } from '../play/identity.ts';
import type { PlayerName } from '../play/tasks.ts';
import { DRAWN, ended, firstIn, heard, lastIn, move, outcome, saying, wholeSetup } from './steps.ts';

const [FIRST, SECOND] = DRAWN;

/** Every step with a party that comes to it. */
const STEPS: readonly (readonly [PlayerName, SetupState['step']])[] = [
  ['client', 'terms'],
  ['worker', 'accepted-terms'],
  ['verifier', 'contract'],
  ['client', 'contract'],
  ['worker', 'seeds'],
  ['client', 'polling'],
  ['verifier', 'arbiter-set'],
  [FIRST, 'pledged'],
  ['client', 'signatures'],
  [SECOND, 'signatures'],
];

describe('T §Setup: what has nothing to do with a step', () => {
  it('a new block is seen, and nothing else follows from it', () => {
    const game = wholeSetup();
    for (const [name, step] of STEPS) {
      const state = firstIn(game, name, step);
      const height = state.tip + 1;
      const { state: next } = move({ ...state, deadline: height + 20 }, { kind: 'tip', height });
      expect(next).toMatchObject({ name: 'setup', step, tip: height });
    }
  });

  it('the result of a task that nobody has asked for', () => {
    const game = wholeSetup();
    for (const [name, step] of STEPS) {
      const first = firstIn(game, name, step);
      const foreign: readonly ChannelEvent[] = [
        { kind: 'block-found', height: first.deadline, hash: SNAPSHOT_HASH },
        { kind: 'decrypted', failures: [] },
        { kind: 'unconfirmed', transaction: 'Tx0' },
        { ...confirmed(game), transaction: 'TxV1' },
        ...(step === 'signatures' ? [] : [confirmed(game)]),
      ];
      for (const event of foreign)
        expect([name, step, outcome(first, event)]).toEqual([name, step, 'ignored: out-of-place, null']);
    }
  });

  it('a message of a later step waits', () => {
    const game = wholeSetup();
    const delivery = { ...heard(inOperation(), 'client', 'delivery'), from: 'arbiter:3' } as const;
    for (const [name, step] of STEPS) {
      for (const state of [firstIn(game, name, step), lastIn(game, name, step)])
        expect([name, step, outcome(state, delivery)]).toEqual([name, step, 'later']);
    }
  });

  it('own words that somebody sends back, which everybody can who has got them', () => {
    const game = wholeSetup();
    const message = { kind: 'refused', code: 'left', reason: 'gone', culprit: null } as const;
    const refused = saying(heard(game, 'client', 'arbiterSet'), message);
    for (const [name, step] of STEPS) {
      const state = firstIn(game, name, step);
      if (state.step === 'pledged') continue;
      const from = (state.step === 'signatures' ? state.self : state.role) as Party;
      expect([name, step, outcome(state, { ...refused, from })]).toEqual([
        name,
        step,
        `ignored: out-of-place, ${from}`,
      ]);
    }
  });
});

const confirmed = (game: Game) => ended(game, 'client', 'confirmed');

function inOperation(): Game {
  const game = wholeSetup();
  game.mine(3);
  return game;
}
