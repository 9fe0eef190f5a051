import { describe, expect, it } from 'vitest';
import { type Deviations, Game } from './play/game.ts';

/** The Client's look at its partners' coins ends so. */
const clientFinds = (event: ReturnType<NonNullable<Deviations['onTask']>>): Deviations => ({
  onTask: (name, { kind }) => (name === 'client' && kind === 'agree' ? event : undefined),
});

const seedsSent = (game: Game) => game.sent.filter(({ message }) => message.kind === 'ceremonySeed');

describe("the Client's own check of the contract", () => {
  it.each(['worker', 'verifier'] as const)(
    'gives the setup up when a coin of the %s is missing',
    (culprit) => {
      const reason = `the ${culprit}'s coin is spent`;
      const game = new Game(clientFinds({ kind: 'disagreed', code: 'coin-missing', culprit, reason }));
      game.mine(2);
      expect(game.state('client')).toMatchObject({
        name: 'closed',
        how: 'abandoned',
        fault: { code: 'coin-missing', culprit, reason },
        before: null,
      });
      for (const role of ['worker', 'verifier'] as const)
        expect(game.state(role)).toMatchObject({ how: 'abandoned', fault: { code: 'refused-by-peer' } });
      expect(seedsSent(game)).toEqual([]);
      expect(game.sent.filter(({ message }) => message.kind === 'preSignatures')).toEqual([]);
    },
  );

  it('comes before anybody gets the contract, and counts once', () => {
    const game = new Game(clientFinds(null));
    const contracts = () =>
      game.sent.filter(({ message }) => message.kind === 'contract').map(({ to }) => to);
    game.mine(2);
    expect(game.state('client')).toMatchObject({ step: 'contract', agreed: [] });
    expect(contracts()).toEqual([]);
    for (let i = 0; i < 3; i++) game.feed('client', { kind: 'agreed', pointLockProof: null });
    expect(contracts()).toEqual(['worker', 'verifier']);
    game.mine(6);
    expect(game.state('client')).toMatchObject({ how: 'settled', transaction: 'Tx4' });
  });
});
