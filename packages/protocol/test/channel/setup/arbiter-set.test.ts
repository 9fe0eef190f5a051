import { describe, expect, it } from 'vitest';
import { outpointKey, type SetupState } from '../../../src/index.ts';
import type { Game } from '../play/game.ts';
import { otherHash, SNAPSHOT_HASH, STAKES } from '../play/identity.ts';
import type { PlayerName } from '../play/tasks.ts';
import {
  DRAWN,
  expectRows,
  firstIn,
  heard,
  lastIn,
  move,
  offerOf,
  outcome,
  ROLES,
  type Row,
  saying,
  sealedBy,
  stakeOf,
  wholeSetup,
} from './steps.ts';

const [FIRST, SECOND, THIRD] = DRAWN;
type ArbiterSet = Extract<SetupState, { readonly step: 'arbiter-set' }>;

const drawn = (game: Game): ArbiterSet => firstIn(game, 'client', 'arbiter-set');
const checked = (game: Game): ArbiterSet => move(drawn(game), { kind: 'stakes-checked' }).state as ArbiterSet;
const setOf = (game: Game, from: 'worker' | 'verifier') => heard(game, 'client', 'arbiterSet', from);
const listOf = (game: Game) => heard(game, 'client', 'acceptanceList', 'worker');

const ROWS: readonly Row[] = [
  [
    'a look at the stakes that ends twice',
    (game) => [checked(game), { kind: 'stakes-checked' }],
    'ignored: out-of-place, null',
  ],
  [
    'a stake that is spent meanwhile',
    (game) => [
      drawn(game),
      { kind: 'disagreed', code: 'stake-spent', culprit: 'arbiter:2', reason: 'it is spent' },
    ],
    'over: stake-spent, arbiter:2',
  ],
  [
    'the agreement of an arbiter',
    (game) => [checked(game), { ...setOf(game, 'worker'), from: 'arbiter:1' }],
    'ignored: out-of-place, arbiter:1',
  ],
  [
    'a list of an arbiter',
    (game) => [checked(game), { ...listOf(game), from: 'arbiter:1' }],
    'ignored: out-of-place, arbiter:1',
  ],
  [
    'an agreement that comes twice',
    (game) => [move(checked(game), setOf(game, 'worker')).state as ArbiterSet, setOf(game, 'worker')],
    'ignored: out-of-place, worker',
  ],
  ['the agreement of one partner', (game) => [checked(game), setOf(game, 'worker')], 'arbiter-set'],
  [
    'the agreements of both before the own look is over',
    (game) => [move(drawn(game), setOf(game, 'worker')).state as ArbiterSet, setOf(game, 'verifier')],
    'arbiter-set',
  ],
  [
    'the agreements of both',
    (game) => [move(checked(game), setOf(game, 'worker')).state as ArbiterSet, setOf(game, 'verifier')],
    'signatures',
  ],
  ['the list of a partner again', (game) => [drawn(game), listOf(game)], 'arbiter-set'],
  [
    'another list of the same partner',
    (game) => {
      const { message } = listOf(game);
      const shown = { ...message, acceptances: message.acceptances.slice(1) };
      return [drawn(game), sealedBy('worker', 'worker', shown)];
    },
    'over: selection-failed, worker',
  ],
  [
    'a list that cannot be read is the work of its sender alone',
    (game) => [drawn(game), { ...listOf(game), envelope: new Uint8Array(1) }],
    'over: terms-refused, worker',
  ],
];

/** C asks the first of the draw last, so that it brings in one arbiter more than the others. */
function withOneTooMany(): { readonly game: Game; readonly passedOver: PlayerName } {
  const game = wholeSetup({
    onTask: (name, task) =>
      task.kind === 'find-offers' && name === 'client'
        ? {
            kind: 'offers-found',
            blockHash: SNAPSHOT_HASH,
            stakes: STAKES,
            avoided: [stakeOf(FIRST).coin.outpoint],
          }
        : undefined,
  });
  const passedOver = (['stake 2', 'stake 3'] as const).find((name) => game.player(name).state !== undefined);
  if (passedOver === undefined) throw new RangeError('nobody else was asked');
  return { game, passedOver };
}

const farewells = (game: Game) =>
  game.sent.filter(({ message }) => message.kind === 'refused' && message.code === 'not-selected');

describe('Y §Agreement: all three have drawn the same arbiters', () => {
  it('who says what, and when', () => expectRows(ROWS));

  it('each looks at the drawn stakes once more, in their order', () => {
    const game = wholeSetup();
    const stakes = DRAWN.map((name) => stakeOf(name).coin.outpoint);
    for (const name of ROLES)
      expect(game.player(name).tasks).toContainEqual({ kind: 'check-stakes', stakes });
  });

  it('C parts with who accepted and was not drawn, and with nobody else: its stake is free at once', () => {
    const { game, passedOver } = withOneTooMany();
    const { outpoint } = stakeOf(passedOver).coin;
    expect(firstIn(game, 'worker', 'arbiter-set').passedOver).toEqual([outpointKey(outpoint)]);
    expect(farewells(game)).toMatchObject([
      {
        from: 'client',
        to: offerOf(passedOver),
        message: { code: 'not-selected', culprit: { kind: 'offer', outpoint } },
      },
    ]);
    expect(game.state(passedOver)).toMatchObject({ how: 'abandoned', suspects: [] });
    expect(game.player(passedOver).tasks).toEqual([{ kind: 'release', coins: [outpoint] }]);
    expect(farewells(wholeSetup())).toEqual([]);
  });

  it('who gets such a farewell can end nothing with it for anybody else', () => {
    const { game, passedOver } = withOneTooMany();
    const parting = heard(game, passedOver, 'refused', 'client');
    const states: readonly SetupState[] = [
      lastIn(game, 'worker', 'arbiter-set'),
      lastIn(game, 'verifier', 'polling'),
      firstIn(game, 'worker', 'signatures'),
      firstIn(game, SECOND, 'signatures'),
      firstIn(game, SECOND, 'pledged'),
      lastIn(game, THIRD, 'pledged'),
    ];
    for (const state of states) {
      expect([state.step, outcome(state, parting)]).toEqual([state.step, 'ignored: out-of-place, null']);
    }
    const own = firstIn(game, passedOver, 'pledged');
    expect(outcome(own, parting)).toBe('over: refused-by-peer, client');
    // It names whom it is for, or it is for nobody.
    for (const culprit of [null, { kind: 'party', party: 'client' }])
      expect(outcome(own, saying(parting, { culprit }))).toBe('ignored: out-of-place, null');
    // Whatever else C says when it gives up is for all.
    const leaves = saying(parting, { code: 'left' });
    expect(outcome(firstIn(game, SECOND, 'pledged'), leaves)).toBe('over: refused-by-peer, client');
  });

  it('who agrees to another set makes both show what the third has shown them, as they got it', () => {
    const game = wholeSetup();
    const other = { ...setOf(game, 'worker').message, graphId: otherHash('graph') };
    const step = move(checked(game), sealedBy('worker', 'worker', other));
    const { envelope, message } = heard(game, 'client', 'acceptanceList', 'verifier');
    expect(step.messages).toEqual([{ to: 'worker', message, forwarded: envelope }]);
    // The first that differs is the one that is waited for, and no agreement of the other helps.
    const next = move(step.state, setOf(game, 'verifier'));
    expect(next.state).toMatchObject({ step: 'arbiter-set', mismatch: { by: 'worker' } });
    const { tip } = step.state;
    expect(outcome(next.state, { kind: 'tip', height: tip + 1 })).toBe('arbiter-set');
    expect(outcome(next.state, { kind: 'tip', height: tip + 2 })).toBe('over: arbiter-set-mismatch, worker');
  });

  it('C alone invites the arbiters of the set, each of them', () => {
    const { game } = withOneTooMany();
    const invited = game.sent.flatMap(({ from, to, message }) =>
      message.kind === 'graph' ? [[from, to]] : [],
    );
    expect(invited).toEqual([1, 2, 3].map((i) => ['client', `arbiter:${i}`]));
  });
});
