import { describe, expect, it } from 'vitest';
import { type MessageOf, signedHash } from '../../src/index.ts';
import type { Game } from './play/game.ts';
import { messageSecret, otherHash, sign } from './play/identity.ts';
import { accepted, arbiters, B, DELTA, H0, kindsSent, open, T0, until, without } from './play/late.ts';
import {
  BLOCK_C,
  BLOCK_V,
  BY,
  checks,
  FOR_C,
  FOR_V,
  named,
  opened,
  POSTED,
  S_C,
  S_V,
  silentClient,
  silentVerifier,
  unpaid,
} from './play/seeds.ts';

describe('D37: C’s receipt names the seeds that W answers, and blocks stand for what was not opened', () => {
  it('V opens at once, and C names s_V and its own as soon as it has s_V', () => {
    const game = without([]);
    game.mine(2);
    expect(named(game)).toHaveLength(3);
    for (const { seed, verifierSeed } of named(game)) expect([seed, verifierSeed]).toEqual([S_C, S_V]);
    expect(opened(game)).toMatchObject([{ seedClient: S_C, seedVerifier: S_V }]);
  });

  it('V is silent: C opens its seed when block H0 + t0 + B + 1 stands for s_V, and names none', () => {
    const game = until(without([silentVerifier]), FOR_V - 1);
    expect(kindsSent(game, 'client')).not.toContain('receipt');
    until(game, FOR_V);
    for (const { seed, verifierSeed } of named(game)) expect([seed, verifierSeed]).toEqual([S_C, null]);
    expect(named(game)).toHaveLength(3);
  });

  it('W opens with a block hash only when that block has six confirmations: its one opening would be worthless otherwise', () => {
    const game = until(without([silentVerifier, unpaid]), FOR_V + 4);
    expect(opened(game)).toEqual([]);
    until(game, FOR_V + 5);
    expect(opened(game)).toMatchObject([{ seedClient: S_C, seedVerifier: BLOCK_V }]);
    expect(open(game, 'client').checked).toEqual({ r: 1, lockSecret: null });
  });

  it('C is silent: W opens for two block hashes, and everybody checks with them', () => {
    const game = until(without([silentClient]), FOR_C + 4);
    expect(opened(game)).toEqual([]);
    until(game, FOR_C + 5);
    expect(opened(game)).toMatchObject([{ seedClient: BLOCK_C, seedVerifier: BLOCK_V, answers: null }]);
    expect(checks(game, 'verifier')).toMatchObject([{ substitutes: { client: BLOCK_C, verifier: BLOCK_V } }]);
    until(game, T0 + 2 * DELTA + B);
    expect(kindsSent(game, 'verifier')).toContain('verdict');
  });

  it('C’s receipt does not reach W: C posts it, and W answers it', () => {
    const game = without([{ from: 'client', to: 'worker', kind: 'receipt', subject: 'delivery' }]);
    until(game, POSTED - 1);
    expect(opened(game)).toEqual([]);
    until(game, POSTED);
    expect(opened(game)).toMatchObject([{ seedClient: S_C, seedVerifier: S_V }]);
  });

  it('a reorganisation takes the block that stood for a seed: its hash is asked for again', () => {
    const game = until(without([silentClient, { kind: 'opening' }]), FOR_C + 5);
    const asked = () =>
      game.player('worker').tasks.filter((task) => task.kind === 'find-block' && task.height === H0 + FOR_C)
        .length;
    expect(asked()).toBe(1);
    expect(open(game, 'worker').substitutes.client).toEqual(BLOCK_C);
    game.reorganise(6);
    expect(open(game, 'worker').substitutes.client).toBeNull();
  });
});

describe('D37: an honest Client has one sample, whenever V opens its seed', () => {
  it('s_V comes after C has opened its own: the block stands for it, and C signs nothing else', () => {
    const game = until(without([{ from: 'verifier', to: 'client', kind: 'receipt' }, unpaid]), FOR_V);
    const [late] = game.sent.filter(
      ({ from, to, message: { kind } }) => from === 'verifier' && to === 'client' && kind === 'receipt',
    );
    game.injectPosted('worker', 'client', late!.message, 'verifier');
    until(game, T0 + 2 * DELTA + B);
    expect(named(game)).toHaveLength(3);
    for (const { verifierSeed } of named(game)) expect(verifierSeed).toBeNull();
    expect(opened(game)).toMatchObject([{ seedVerifier: BLOCK_V }]);
  });

  it('s_V comes in the last block before: C names it, and no block stands for it', () => {
    const game = until(without([{ from: 'verifier', to: 'client', kind: 'receipt' }, unpaid]), FOR_V - 1);
    const [late] = game.sent.filter(
      ({ from, message: { kind } }) => from === 'verifier' && kind === 'receipt',
    );
    expect(named(game)).toEqual([]);
    game.inject('verifier', 'client', late!.message);
    expect(named(game)).toMatchObject(Array(3).fill({ verifierSeed: S_V }));
    until(game, T0 + 2 * DELTA + B);
    expect(opened(game)).toMatchObject([{ seedVerifier: S_V }]);
  });

  it('s_V comes in a receipt for another R: it is s_V all the same, and C names it', () => {
    const game = until(without([{ from: 'verifier', to: 'client', kind: 'receipt' }, unpaid]), 3);
    const given = game.sent.find(({ from, message: { kind } }) => from === 'verifier' && kind === 'receipt')!;
    const message = otherHash('delivery');
    const signature = sign(signedHash('delivery', message), messageSecret('worker'));
    const receipt = { ...(given.message as MessageOf<'receipt'>), root: otherHash('R'), message, signature };
    game.inject('verifier', 'client', receipt);
    expect(named(game)).toMatchObject(Array(3).fill({ seed: S_C, verifierSeed: S_V }));
    expect(open(game, 'client').receipts.verifier.delivery).toBeNull();
  });

  it('C posts its receipt by H0 + t0 + Δ, although it has an opening, unless it has paid: then no hash stands for s_C', () => {
    const game = until(without([unpaid]), POSTED - 1);
    expect(open(game, 'client').opening).not.toBeNull();
    for (const name of arbiters(game)) expect(accepted(game, name)).toEqual([]);
    until(game, POSTED);
    for (const name of arbiters(game)) expect(accepted(game, name)).toEqual([['receipt', 'client', POSTED]]);
    const paid = until(without([]), 10);
    expect(paid.sent.filter(({ posted }) => posted)).toEqual([]);
    const released = until(without([{ from: 'client', kind: 'release' }]), BY);
    expect(open(released, 'client').released).toBe(true);
    for (const name of arbiters(released)) expect(accepted(released, name)).toEqual([]);
  });

  it.each([
    ['by H0 + t0 + Δ', BY, 3],
    ['and no later: its seed and the hash would both count', BY + 1, 0],
  ])('C opens its seed %s', (_, at, receipts) => {
    const game = without([silentVerifier, unpaid], {
      onTask: (name, task) =>
        name === 'client' && task.kind === 'open-seed' && task.which === 'challenge' ? null : undefined,
    });
    until(game, at);
    game.feed('client', { kind: 'seed-opened', which: 'challenge', seed: S_C });
    game.settle();
    expect(named(game)).toHaveLength(receipts);
    for (const name of arbiters(game)) {
      const posted = accepted(game, name).filter(([kind]) => kind === 'receipt');
      expect(posted).toEqual(receipts > 0 ? [['receipt', 'client', BY]] : []);
    }
    until(game, FOR_C + 5);
    expect(opened(game)).toMatchObject([
      receipts > 0
        ? { seedClient: S_C, seedVerifier: BLOCK_V }
        : { seedClient: BLOCK_C, seedVerifier: BLOCK_V },
    ]);
  });

  it('W = V shows C an opening for its seeds and posts another for block hashes: C and arbiters count no hash for s_C', () => {
    const other = { challengeClient: BLOCK_C, challengeVerifier: BLOCK_V, answers: null };
    const game: Game = without([unpaid, { to: 'verifier', kind: 'post' }, { from: 'worker', kind: 'post' }], {
      onSend: ({ from, to, message }) => {
        if (from === 'worker' && to === 'verifier' && message.kind === 'opening')
          return [{ ...message, ...other }];
        if (from !== 'verifier' || to !== 'client' || message.kind !== 'receipt') return [message];
        if (message.subject === 'delivery') return [message];
        // V gives C its receipt for what only C has, so that C does not post it.
        const { sealed, signature } = open(game, 'client').opening!;
        return [{ ...message, message: sealed, signature }];
      },
    });
    until(game, 288 - DELTA);
    const { opening } = open(game, 'verifier');
    expect(opening?.seeds).toEqual({ client: BLOCK_C, verifier: BLOCK_V });
    const last = checks(game, 'client').at(-1);
    expect(last).toMatchObject({ openingHash: opening?.hash, thorough: true });
    expect(last?.substitutes).toEqual({ client: null, verifier: BLOCK_V });
  });
});
