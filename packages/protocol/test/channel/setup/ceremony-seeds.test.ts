import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/index.ts';
import type { Game } from '../play/game.ts';
import { otherHash } from '../play/identity.ts';
import {
  ended,
  expectRows,
  firstIn,
  heard,
  lastIn,
  move,
  outcome,
  ROLES,
  type Row,
  saying,
  wholeSetup,
} from './steps.ts';

const seedOf = (game: Game, from: (typeof ROLES)[number], to: (typeof ROLES)[number]) =>
  heard(game, to, 'ceremonySeed', from);

const SEEDS: readonly Row[] = [
  [
    'V: a seed of W in the words of C',
    (game) => [firstIn(game, 'verifier', 'seeds'), { ...seedOf(game, 'client', 'verifier'), from: 'worker' }],
    'ignored: seed-mismatch, worker',
  ],
  [
    'V: a seed of C that comes twice',
    (game) => [lastIn(game, 'verifier', 'seeds'), seedOf(game, 'client', 'verifier')],
    'ignored: out-of-place, client',
  ],
  [
    'V: a seed of C that the contract does not commit to',
    (game) => [
      firstIn(game, 'verifier', 'seeds'),
      saying(seedOf(game, 'client', 'verifier'), { seed: otherHash('seed') }),
    ],
    'over: seed-mismatch, client',
  ],
  [
    'C: its own seed for the challenge, which is not asked for',
    (game) => [
      lastIn(game, 'client', 'seeds'),
      { kind: 'seed-opened', which: 'challenge', seed: otherHash('seed') },
    ],
    'ignored: out-of-place, null',
  ],
  [
    'C: its own seed a second time',
    (game) => [lastIn(game, 'client', 'seeds'), ended(game, 'client', 'seed-opened')],
    'ignored: out-of-place, null',
  ],
  [
    'C: an acceptance before the draw',
    (game) => [firstIn(game, 'client', 'seeds'), heard(game, 'client', 'acceptance')],
    'later',
  ],
  [
    'C: the seeds of both partners, before its own',
    (game) => [
      {
        ...firstIn(game, 'client', 'seeds'),
        seeds: { client: null, verifier: otherHash('V'), worker: null },
      },
      seedOf(game, 'worker', 'client'),
    ],
    'seeds',
  ],
];

describe('Y §Oracle: seeds are opened in the order C, V, W, from block h_s on', () => {
  it('who says what, and when', () => expectRows(SEEDS));

  it('everybody opens its own once, when those before it have', () => {
    const game = wholeSetup();
    const cases: readonly (readonly [name: Role, known: readonly Role[], at: number, opens: boolean])[] = [
      ['client', [], 0, true],
      ['client', [], -1, false],
      ['verifier', [], 0, false],
      ['verifier', ['client'], 0, true],
      ['verifier', ['client'], -1, false],
      ['worker', ['client'], 0, false],
      ['worker', ['verifier'], 0, false],
      ['worker', ['client', 'verifier'], 0, true],
      ['worker', ['client', 'verifier'], -1, false],
    ];
    for (const [name, known, at, opens] of cases) {
      const state = firstIn(game, name, 'seeds');
      const seeds = Object.fromEntries(known.map((role) => [role, otherHash(role)]));
      const before = {
        ...state,
        opening: false,
        seeds: { client: null, verifier: null, worker: null, ...seeds },
      };
      const { tasks } = move(before, { kind: 'tip', height: state.contract.snapshotHeight + at });
      expect([name, known, at, tasks.length === 1]).toEqual([name, known, at, opens]);
      expect(tasks).toEqual(opens ? [{ kind: 'open-seed', which: 'ceremony' }] : []);
      expect(move({ ...before, opening: true }, { kind: 'tip', height: before.tip + 1 }).tasks).toEqual([]);
    }
  });

  it('a seed goes to both others, and three of them ask for the offers of which nobody knows any yet', () => {
    const game = wholeSetup();
    for (const name of ROLES) {
      const to = game.sent.flatMap((sent) =>
        sent.from === name && sent.message.kind === 'ceremonySeed' ? [sent.to] : [],
      );
      expect(to).toEqual(ROLES.filter((role) => role !== name));
      const { snapshotHeight } = firstIn(game, name, 'seeds').contract;
      expect(game.player(name).tasks).toContainEqual({ kind: 'find-offers', height: snapshotHeight });
      expect(firstIn(game, name, 'polling')).toMatchObject({
        seed: null,
        stakes: [],
        avoided: [],
        asked: [],
        acceptances: [],
        lists: { client: null, worker: null, verifier: null },
        shown: {},
      });
    }
  });

  it('C opens the seed of the ceremony here, and not the one of the challenge', () => {
    const state = firstIn(wholeSetup(), 'client', 'seeds');
    const event = { kind: 'seed-opened', which: 'challenge', seed: otherHash('seed') } as const;
    expect(outcome(state, event)).toBe('ignored: out-of-place, null');
    expect(outcome(state, { ...event, which: 'ceremony' })).toBe('seeds');
  });
});
