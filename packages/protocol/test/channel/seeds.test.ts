import { describe, expect, it } from 'vitest';
import type { Game } from './play/game.ts';
import { seedOf } from './play/identity.ts';
import { accepted, arbiters, B, DELTA, H0, kindsSent, open, T0, until, without } from './play/late.ts';
import { blockHashAt } from './play/tasks.ts';

describe('D37: seeds, and what stands for one that was not opened in time', () => {
  const opened = (game: Game) =>
    game.player('worker').tasks.flatMap((task) => (task.kind === 'open' ? [task] : []));

  it('V is silent: C opens its seed when block H0 + t0 + Δ stands for s_V, and posts it at once', () => {
    const game = until(without([{ from: 'verifier', kind: 'receipt' }]), T0 + DELTA - 1);
    expect(kindsSent(game, 'client')).not.toContain('receipt');
    until(game, T0 + DELTA);
    expect(kindsSent(game, 'client')).toContain('receipt');
    for (const name of arbiters(game)) {
      expect(accepted(game, name)).toContainEqual(['receipt', 'client', T0 + DELTA]);
    }
  });

  it('W opens with a block hash only when that block has six confirmations: its one opening would be worthless otherwise', () => {
    const game = until(without([{ from: 'verifier', kind: 'receipt' }, { kind: 'release' }]), T0 + DELTA + 4);
    expect(opened(game)).toEqual([]);
    until(game, T0 + DELTA + 5);
    expect(opened(game)).toMatchObject([
      { seedClient: seedOf('client', 'challenge'), seedVerifier: blockHashAt(H0 + T0 + DELTA) },
    ]);
    expect(open(game, 'client').checked).toEqual({ r: 1, lockSecret: null });
  });

  it('C is silent: V posts its own seed, and block H0 + t0 + Δ + B + 1 stands for s_C', () => {
    const game = until(without([{ from: 'client', kind: 'receipt' }]), T0 + DELTA - B - 1);
    for (const name of arbiters(game)) {
      expect(accepted(game, name)).toContainEqual(['receipt', 'verifier', T0 + DELTA - 2 * B - 1]);
    }
    const block = T0 + DELTA + B + 1;
    until(game, block + 4);
    expect(opened(game)).toEqual([]);
    until(game, block + 5);
    expect(opened(game)).toMatchObject([
      { seedClient: blockHashAt(H0 + block), seedVerifier: seedOf('verifier', 'challenge') },
    ]);
    // V checks with the substitute, since it has accepted no s_C.
    const check = game.player('verifier').tasks.find(({ kind }) => kind === 'check-opening');
    expect(check).toMatchObject({ substitutes: { client: blockHashAt(H0 + block), verifier: null } });
    until(game, T0 + 2 * DELTA + B);
    expect(kindsSent(game, 'verifier')).toContain('verdict');
  });

  it("a receipt that reached only one of them is posted by it: W hears the other's seed in time", () => {
    const game = without([{ from: 'client', to: 'worker', kind: 'receipt', subject: 'delivery' }]);
    until(game, T0 - B);
    until(game, T0 + DELTA - B);
    expect(opened(game)).toMatchObject([
      { seedClient: seedOf('client', 'challenge'), seedVerifier: seedOf('verifier', 'challenge') },
    ]);
  });

  it('a reorganisation takes the block that stood for a seed: its hash is asked for again', () => {
    const game = until(
      without([{ from: 'client', kind: 'receipt' }, { kind: 'opening' }]),
      T0 + DELTA + B + 1 + 5,
    );
    const height = H0 + T0 + DELTA + B + 1;
    const asked = () =>
      game.player('worker').tasks.filter((task) => task.kind === 'find-block' && task.height === height)
        .length;
    expect(asked()).toBe(1);
    expect(open(game, 'worker').substitutes.client).toEqual(blockHashAt(height));
    game.reorganise(6);
    expect(open(game, 'worker').substitutes.client).toBeNull();
  });
});
