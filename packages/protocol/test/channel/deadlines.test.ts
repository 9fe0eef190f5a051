import { describe, expect, it } from 'vitest';
import type { Deviations } from './play/game.ts';
import { otherHash } from './play/identity.ts';
import { accepted, arbiters, B, DELTA, H0, kindsSent, open, T0, until, without } from './play/late.ts';
import { DELIVERY } from './play/tasks.ts';

describe('M §Fast path: with the receipts of both, nothing is posted', () => {
  it('a channel whose parties cooperate posts nothing', () => {
    const game = without([]);
    game.mine(3);
    expect(
      game.sent.filter(({ message }) => message.kind === 'post' || message.kind === 'postReceipt'),
    ).toEqual([]);
    expect(game.state('client')).toMatchObject({ how: 'settled', transaction: 'Tx4' });
  });

  it('both give receipts for the opening before any long check', () => {
    const game = without([], { onTask: (_, task) => (task.kind === 'check-opening' ? null : undefined) });
    game.mine(3);
    for (const role of ['client', 'verifier'] as const)
      expect(open(game, 'worker').receipts[role].opening).not.toBeNull();
  });
});

describe('D26: what one of C and V does not acknowledge becomes known to all', () => {
  it('C gives no receipt for the delivery: W posts it from H0 + t0 − B, and V relays it', () => {
    const game = until(without([{ from: 'client', kind: 'receipt' }]), T0 - B - 1);
    expect(kindsSent(game, 'worker')).not.toContain('post');
    until(game, T0 - B);
    expect(kindsSent(game, 'worker')).toContain('post');
    expect(kindsSent(game, 'verifier')).toContain('post');
    for (const name of [...arbiters(game), 'client', 'verifier'] as const) {
      expect(accepted(game, name)).toEqual([['delivery', 'worker', T0 - B]]);
    }
  });

  it('V relays to all what W delivered to it alone; C accepts it by Post and fetches it from either', () => {
    const game = until(without([{ from: 'worker', to: 'client', kind: 'delivery' }]), T0 - B);
    expect(open(game, 'client').delivery).toMatchObject({ root: DELIVERY.root, acceptedAt: H0 + T0 - B });
    const sources = game
      .player('client')
      .tasks.flatMap((task) => (task.kind === 'check-delivery' ? [task.sources] : []));
    expect(new Set(sources.flat())).toEqual(new Set(['verifier', 'worker']));
    game.mine(2);
    expect(game.state('client')).toMatchObject({ how: 'settled', transaction: 'Tx4' });
  });

  it('an opening that one of them does not acknowledge is posted from H0 + t0 + 2Δ − B; then V needs no receipt of C', () => {
    const game = until(
      without([{ from: 'client', kind: 'receipt', subject: 'opening' }]),
      T0 + 2 * DELTA - B - 1,
    );
    expect(kindsSent(game, 'verifier')).not.toContain('verdict');
    until(game, T0 + 2 * DELTA - B);
    for (const name of arbiters(game)) {
      // C, which has not paid, has posted its seed before.
      expect(accepted(game, name)).toEqual([
        ['receipt', 'client', T0 + DELTA - B],
        ['opening', 'worker', T0 + 2 * DELTA - B],
      ]);
    }
    until(game, T0 + 2 * DELTA + B);
    expect(kindsSent(game, 'verifier')).toContain('verdict');
  });

  it('a delivery that comes directly after H0 + t0 counts for nobody', () => {
    const game = without([{ from: 'worker', kind: 'delivery' }]);
    until(game, T0 + 1);
    const { message } = game.sent.find(({ message: { kind } }) => kind === 'delivery')!;
    for (const role of ['client', 'verifier'] as const) {
      game.inject('worker', role, message);
      expect(open(game, role).delivery).toBeNull();
    }
  });

  it('a delivery whose ciphertexts come together after H0 + t0 counts for nobody', () => {
    const game = without([], { onTask: (_, task) => (task.kind === 'check-delivery' ? null : undefined) });
    until(game, T0 + 1);
    const deliveryHash = open(game, 'verifier').delivery!.hash;
    game.feed('verifier', {
      kind: 'delivery-checked',
      deliveryHash,
      ok: true,
      bytes: 520,
      height: 1,
      blockHash: otherHash('b'),
    });
    expect(open(game, 'verifier').delivery).toMatchObject({ rebuilt: true, acceptedAt: null });
    expect(kindsSent(game, 'verifier')).not.toContain('receipt');
  });

  it('an arbiter accepts a posted delivery once it has rebuilt R: the tip of that moment counts', () => {
    const lazy: Deviations = {
      onTask: (name, task) => (name.startsWith('stake') && task.kind === 'check-delivery' ? null : undefined),
    };
    const game = until(without([{ from: 'client', kind: 'receipt' }], lazy), T0);
    const [name] = arbiters(game);
    expect(accepted(game, name!)).toEqual([]);
    // C and V have given their words by now: two rounds.
    until(game, T0 + 2);
    const deliveryHash = open(game, 'verifier').delivery!.hash;
    const done = {
      kind: 'delivery-checked',
      deliveryHash,
      ok: true,
      bytes: 520,
      height: 1,
      blockHash: otherHash('b'),
    } as const;
    game.feed(name!, done);
    expect(accepted(game, name!)).toEqual([['delivery', 'worker', T0 + 2]]);
    until(game, T0 + 3);
    const other = arbiters(game)[1]!;
    game.feed(other, done);
    game.settle();
    // The first one's word makes it three.
    expect(accepted(game, other)).toEqual([['delivery', 'worker', T0 + 3]]);
  });
});
