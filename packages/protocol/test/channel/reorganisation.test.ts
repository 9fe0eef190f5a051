import { describe, expect, it } from 'vitest';
import { type ChannelState, duties } from '../../src/index.ts';
import { type Deviations, Game, replay } from './play/game.ts';
import { fingerprint, otherHash } from './play/identity.ts';

const ROLES = ['client', 'worker', 'verifier'] as const;
const without = (kind: string): Deviations => ({
  onSend: ({ message }) => (message.kind === kind ? [] : [message]),
});

function expectSettledByTx4(game: Game): void {
  for (const role of ROLES) {
    expect(game.state(role)).toMatchObject({ name: 'closed', how: 'settled', transaction: 'Tx4' });
    expect(fingerprint(replay(game.player(role)))).toBe(fingerprint(game.state(role)));
  }
  expect(game.state('client')).toMatchObject({ failures: [] });
}

describe('reorganisations', () => {
  it('Tx0 leaves the chain while the Worker waits for its confirmations, and comes back', () => {
    const game = new Game();
    game.mine(3);
    game.reorganise(2);
    for (const role of ROLES)
      expect(game.state(role)).toMatchObject({ name: 'computation', commitmentHeight: null });
    expect(duties(game.state('client')).map(({ transaction }) => transaction)).toEqual(['Tx0']);
    expect(duties(game.state('worker'))).toEqual([]);
    expect(game.player('worker').tasks.filter(({ kind }) => kind === 'compute')).toEqual([]);
    game.mine(6);
    expectSettledByTx4(game);
  });

  it.each([
    { at: 'the delivery', missing: 'receipt', name: 'computation' },
    { at: 'the opening', missing: 'verdict', name: 'verification' },
  ] as const)(
    'Tx0 leaves the chain after $at: what was done stays done, and dates count from the new block',
    ({ missing, name }) => {
      const game = new Game(without(missing));
      game.mine(6);
      const h0 = game.chain.heightOf('Tx0')!;
      game.reorganise(game.chain.height - h0 + 1);
      for (const role of ROLES) expect(game.state(role)).toMatchObject({ name, commitmentHeight: null });
      game.mine(3);
      const again = game.chain.heightOf('Tx0')!;
      for (const role of ROLES) expect(game.state(role)).toMatchObject({ name, commitmentHeight: again });
      expect(game.sent.filter(({ message }) => message.kind === 'delivery')).toHaveLength(3);
      expect(game.player('worker').tasks.filter(({ kind }) => kind === 'compute')).toHaveLength(1);
    },
  );

  it('the settlement leaves the chain: the channel is open again, W publishes it again, and C decrypts once more', () => {
    const game = new Game();
    game.mine(5);
    const before = game.state('client') as Extract<ChannelState, { how: 'settled' }>;
    game.reorganise(1);
    for (const role of ROLES) expect(game.state(role).name).toBe('verification');
    expect(duties(game.state('worker'))[0]).toMatchObject({ transaction: 'Tx4' });
    game.mine();
    expectSettledByTx4(game);
    expect((game.state('client') as typeof before).revealed).toEqual(before.revealed);
  });

  it('settlement and Tx0 leave the chain together, and both come back', () => {
    const game = new Game();
    game.mine(6);
    game.reorganise(game.chain.height - game.chain.heightOf('Tx0')! + 1);
    for (const role of ROLES)
      expect(game.state(role)).toMatchObject({ name: 'verification', commitmentHeight: null });
    game.mine(2);
    expectSettledByTx4(game);
  });

  it('another settlement takes the place of the one that left', () => {
    const game = new Game();
    game.mine(5);
    game.reorganise(1);
    const settlement = {
      kind: 'confirmed',
      transaction: 'Tx1',
      height: 1_600,
      blockHash: otherHash('b'),
    } as const;
    game.feed('verifier', { ...settlement, bytes: new Uint8Array(0) });
    expect(game.state('verifier')).toMatchObject({ name: 'closed', transaction: 'Tx1', height: 1_600 });
  });

  it('TxV0 leaves the chain: V publishes it again', () => {
    const game = new Game(without('delivery'));
    game.mine(180);
    expect(game.state('verifier').name).toBe('arbitration');
    const height = game.chain.heightOf('TxV0')!;
    game.reorganise(game.chain.height - height + 1);
    expect(game.state('verifier')).toMatchObject({
      name: 'computation',
      accusation: { fault: 'undelivered' },
      verdict: 0,
    });
    expect(duties(game.state('verifier')).map(({ transaction }) => transaction)).toEqual(['TxV0', 'Tx1']);
    game.mine();
    expect(game.chain.heightOf('TxV0')).toBe(height);
  });

  it('a dispute leaves the chain: the channel is what it was before, with the tip of now', () => {
    const game = new Game(without('verdict'));
    game.mine(6);
    const before = game.state('worker');
    const dispute = {
      kind: 'confirmed',
      transaction: 'TxV1',
      height: 1_100,
      blockHash: otherHash('b'),
    } as const;
    game.feed('worker', { ...dispute, bytes: new Uint8Array(0) });
    expect(game.state('worker').name).toBe('arbitration');
    game.feed('worker', { kind: 'tip', height: 1_101 });
    game.feed('worker', { kind: 'unconfirmed', transaction: 'TxV1' });
    expect(fingerprint(game.state('worker'))).toBe(fingerprint({ ...before, tip: 1_101 }));
  });
});
