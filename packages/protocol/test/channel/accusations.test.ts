import { describe, expect, it } from 'vitest';
import type { ChannelMessage } from '../../src/index.ts';
import type { Game, Sent } from './play/game.ts';
import { otherHash } from './play/identity.ts';
import {
  accepted,
  arbiters,
  B,
  DELTA,
  findsFault,
  H0,
  kindsSent,
  minedAt,
  open,
  T0,
  T1,
  until,
  without,
} from './play/late.ts';

describe('V accuses (M §Verdict)', () => {
  it('undelivered: when by H0 + t0 + 2Δ + B it has accepted no delivery; TxV0 is in the next block', () => {
    const game = until(
      without([
        { from: 'worker', kind: 'delivery' },
        { from: 'worker', kind: 'post' },
      ]),
      T0 + 2 * DELTA + B - 1,
    );
    expect(open(game, 'verifier').accusation).toBeNull();
    until(game, T0 + 2 * DELTA + B);
    expect(open(game, 'verifier')).toMatchObject({ accusation: { fault: 'undelivered' }, verdict: 0 });
    game.mine();
    expect(minedAt(game, 'TxV0')).toBe(T0 + 2 * DELTA + B + 1);
  });

  it('unopened: when by then it has accepted a delivery and no opening', () => {
    const game = until(
      without([
        { from: 'worker', kind: 'opening' },
        { from: 'worker', kind: 'post' },
      ]),
      T0 + 2 * DELTA + B,
    );
    expect(open(game, 'verifier').accusation).toEqual({ fault: 'unopened' });
  });

  it('a wrong chunk: at once, and TxV0 is in block H0 + t0 + 2Δ, no earlier (D14)', () => {
    const game = until(without([], { onTask: findsFault('verifier') }), 10);
    expect(open(game, 'verifier').accusation).toEqual({ fault: 'output', chunk: 3 });
    until(game, T0 + 2 * DELTA);
    expect(minedAt(game, 'TxV0')).toBe(T0 + 2 * DELTA);
    expect(game.chain.refused).toEqual([]);
  });

  it('equivocation: W delivers one thing to C and another to V, and neither acknowledges the other', () => {
    const game = without([{ kind: 'opening' }], {
      onSend: ({ to, message }) =>
        message.kind === 'delivery' && to === 'client' ? [{ ...message, root: otherHash('R') }] : [message],
    });
    until(game, T0 - B + 1);
    for (const role of ['client', 'verifier'] as const)
      expect(open(game, role).equivocations.map(({ of }) => of)).toContain('delivery');
    expect(open(game, 'verifier').accusation).toMatchObject({ fault: 'equivocation', of: 'delivery' });
    for (const name of arbiters(game))
      expect(accepted(game, name).map(([kind]) => kind)).toEqual(['delivery', 'delivery']);
  });

  it('equivocation of R: the opening is of another R than the delivery', () => {
    const game = without([], {
      onSend: ({ message }) =>
        message.kind === 'opening' ? [{ ...message, root: otherHash('R') }] : [message],
    });
    game.mine(3);
    const { delivery, opening, accusation } = open(game, 'verifier');
    expect(accusation).toEqual({
      fault: 'equivocation',
      of: 'root',
      first: delivery!.hash,
      second: opening!.sealed,
    });
    expect(kindsSent(game, 'verifier')).not.toContain('verdict');
  });

  it('says nothing against a Worker that did its part, however late the others are', () => {
    const game = until(
      without([{ from: 'client', kind: 'receipt' }, { kind: 'release' }]),
      T0 + 2 * DELTA + B + 3,
    );
    expect(open(game, 'verifier')).toMatchObject({ accusation: null, verdict: 1 });
  });
});

describe('D34: r = 1 goes on the chain when Tx4 does not', () => {
  const latest = T1 - DELTA - 1;

  it('the verdict is posted before H0 + t1 − Δ − 1, and TxV1 is published then', () => {
    const game = until(without([{ kind: 'release' }]), latest - B - 1);
    expect(game.sent.filter(({ posted }) => posted)).toEqual([]);
    until(game, latest - B);
    const posted = game.sent.filter((sent) => sent.posted);
    expect(posted.map(({ message, to }) => [message.kind, to])).toEqual(
      ['client', 'worker', 'verifier', 'arbiter:1', 'arbiter:2', 'arbiter:3'].map((to) => ['verdict', to]),
    );
    for (const name of arbiters(game))
      expect(accepted(game, name)).toEqual([['verdict', 'verifier', latest - B]]);
    until(game, latest);
    expect(minedAt(game, 'TxV1')).toBeUndefined();
    game.mine();
    expect(minedAt(game, 'TxV1')).toBe(latest + 1);
  });

  it('a verdict that never reached W directly reaches it by Post', () => {
    const game = until(
      without([], {
        onSend: ({ to, message, posted }) =>
          message.kind === 'verdict' && to === 'worker' && !posted ? [] : [message],
      }),
      latest - B,
    );
    expect(open(game, 'worker').verdict).toBe(1);
  });

  it('a reorganisation removes Tx4, and the Worker stays silent: V publishes TxV1', () => {
    const game = without([]);
    game.mine(3);
    expect(game.state('verifier')).toMatchObject({ name: 'closed', transaction: 'Tx4' });
    game.reorganise(1);
    game.chain.withheld.add('Tx4');
    game.disconnect('worker');
    until(game, latest + 1);
    expect(minedAt(game, 'TxV1')).toBe(latest + 1);
    expect(open(game, 'verifier')).toMatchObject({ name: 'arbitration', accusation: null });
  });

  it('C looks at everything again on TxV1, whatever it took for right before', () => {
    const game = until(
      without([{ kind: 'release' }], { onTask: findsFault('client', ({ thorough }) => thorough) }),
      latest,
    );
    expect(open(game, 'client')).toMatchObject({ checked: { r: 1 }, accusation: null });
    game.mine();
    expect(open(game, 'client')).toMatchObject({
      checked: { r: 0 },
      accusation: { fault: 'output', chunk: 3 },
    });
  });

  /** W signs one delivery and one opening for C, and others for the world. */
  const twoFaced = ({ from, to, message }: Sent): ChannelMessage =>
    from === 'worker' && to === 'client' && (message.kind === 'delivery' || message.kind === 'opening')
      ? { ...message, root: otherHash('R') }
      : message;

  it('D31: C looks at what the verdict names when that alone was posted, whatever W sent to it', () => {
    // W = V: V gives C its receipts for what only C has, so that C posts nothing.
    const game: Game = without([{ kind: 'release' }, { to: 'verifier', kind: 'post' }], {
      onSend: (sent) => {
        const { from, to, message } = sent;
        if (from !== 'verifier' || to !== 'client' || message.kind !== 'receipt') return [twoFaced(sent)];
        const { delivery, opening } = open(game, 'client');
        const { root, signature } = (message.subject === 'delivery' ? delivery : opening)!;
        const named = message.subject === 'delivery' ? delivery!.hash : opening!.sealed;
        return [{ ...message, root, signature, message: named }];
      },
    });
    until(game, latest);
    expect(open(game, 'client').opening?.root).toEqual(otherHash('R'));
    const { delivery, opening } = open(game, 'verifier');
    game.mine();
    const { accusation, ...now } = open(game, 'client');
    expect(now.delivery?.hash).toEqual(delivery?.hash);
    expect(now.opening?.hash).toEqual(opening?.hash);
    const checks = game.player('client').tasks.filter(({ kind }) => kind === 'check-opening');
    expect(checks.at(-1)).toMatchObject({
      thorough: true,
      openingHash: opening?.hash,
      deliveryHash: delivery?.hash,
    });
    expect(accusation).toBeNull();
  });

  it('D31: a verdict about one of two that were posted binds C to nothing but its own receipts', () => {
    const game = without([{ kind: 'release' }, { to: 'verifier', kind: 'post' }], {
      onSend: (sent) => [twoFaced(sent)],
    });
    until(game, latest + 1);
    expect(minedAt(game, 'TxV1')).toBe(latest + 1);
    expect(open(game, 'client').delivery?.root).toEqual(otherHash('R'));
    expect(open(game, 'client').opening?.root).toEqual(otherHash('R'));
  });

  it('V gives no verdict while a second document may still be posted, and none when one was', () => {
    const game = until(without([{ from: 'client', kind: 'receipt' }]), T0 + 2 * DELTA + B - 1);
    expect(open(game, 'verifier')).toMatchObject({ checked: { r: 1 }, verdict: null });
    until(game, T0 + 2 * DELTA + B);
    expect(open(game, 'verifier').verdict).toBe(1);

    const twice = until(without([], { onSend: (sent) => [twoFaced(sent)] }), T0 + 2 * DELTA + B);
    expect(open(twice, 'verifier')).toMatchObject({ checked: { r: 1 }, verdict: 0 });
  });

  it('C has accepted nothing: on TxV1 it accuses', () => {
    const game = without([
      { from: 'worker', to: 'client', kind: 'opening' },
      { from: 'worker', to: 'client', kind: 'post' },
      { from: 'verifier', to: 'client', kind: 'post' },
      { kind: 'release' },
    ]);
    until(game, 10);
    expect(open(game, 'client')).toMatchObject({ opening: null, accusation: null });
    // Nobody is honest but C here: V goes on the chain with r = 1 for an opening that it shows to nobody.
    const blockHash = otherHash('b');
    const height = H0 + latest + 1;
    game.feed('client', {
      kind: 'confirmed',
      transaction: 'TxV1',
      height,
      blockHash,
      bytes: new Uint8Array(0),
    });
    game.feed('client', { kind: 'tip', height });
    expect(open(game, 'client').accusation).toEqual({ fault: 'unopened' });
  });
});
