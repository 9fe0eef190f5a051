import { describe, expect, it } from 'vitest';
import { outpointKey } from '../../src/index.ts';
import { type Deviations, Game, replay } from './play/game.ts';
import { fingerprint, STAKES } from './play/identity.ts';

/** C collects every input signature and keeps Tx0 to itself. */
const withholding: Deviations = {
  onSend: ({ message }) => (message.kind === 'commitmentBroadcast' ? [] : [message]),
};

describe('T §Setup 5: a setup that is given up', () => {
  it('frees the coins of everybody at once while nothing is signed with them', () => {
    const game = new Game({
      onSend: ({ from, message }) =>
        from === 'worker' && message.kind === 'arbiterSet'
          ? [
              {
                kind: 'refused',
                channel: message.channel,
                code: 'left',
                reason: 'I have to go',
                culprit: null,
              },
            ]
          : [message],
    });
    game.mine();
    const freed = (name: 'client' | 'verifier' | 'stake 0') =>
      game.player(name).tasks.flatMap((task) => (task.kind === 'release' ? task.coins.map(outpointKey) : []));
    for (const role of ['client', 'verifier'] as const) expect(freed(role)).toHaveLength(1);
    const asked = STAKES.map((_, i) => game.player(`stake ${i}`)).filter(({ state }) => state !== undefined);
    expect(asked).toHaveLength(3);
    for (const { name, state, tasks } of asked) {
      expect(state).toMatchObject({ name: 'closed', how: 'abandoned', fault: { code: 'refused-by-peer' } });
      expect(tasks).toContainEqual({
        kind: 'release',
        coins: [STAKES[Number(name.slice(6))]!.coin.outpoint],
      });
    }
  });

  it('spends the coins back once own input signatures have left', () => {
    const game = new Game(withholding);
    game.chain.withheld.add('Tx0');
    game.mine(18);
    for (const name of ['client', 'worker', 'verifier'] as const) {
      const { state, tasks } = game.player(name);
      expect(state).toMatchObject({ name: 'closed', how: 'abandoned', fault: { code: 'setup-timeout' } });
      expect(tasks.filter(({ kind }) => kind === 'respend')).toHaveLength(1);
      expect(tasks.filter(({ kind }) => kind === 'release')).toHaveLength(0);
    }
  });

  it('a Tx0 that was quicker than the respend opens the channel after all, and it ends in #3', () => {
    const game = new Game(withholding);
    game.chain.withheld.add('Tx0');
    game.mine(18);
    game.chain.withheld.delete('Tx0');
    game.mine(6);
    for (const name of ['client', 'worker', 'verifier'] as const) {
      expect(game.state(name)).toMatchObject({ name: 'closed', how: 'settled', transaction: 'Tx4' });
      expect(fingerprint(replay(game.player(name)))).toBe(fingerprint(game.state(name)));
    }
  });

  it('a refusal that comes after own input signatures left is not obeyed', () => {
    const game = new Game(withholding);
    game.chain.withheld.add('Tx0');
    game.mine();
    const { state } = game.player('worker');
    if (state?.name !== 'setup' || state.step !== 'signatures') throw new RangeError('not in signatures');
    const refusal = { kind: 'refused', code: 'left', reason: 'I have to go', culprit: null } as const;
    const channel = game.sent.find(({ message }) => message.kind === 'inputSignatures')!.message;
    if (!('channel' in channel)) throw new RangeError('no channel');
    game.inject('client', 'worker', { ...refusal, channel: channel.channel });
    expect(game.state('worker')).toMatchObject({ name: 'setup', committed: true });
    expect(game.player('worker').faults).toMatchObject([{ code: 'out-of-place', culprit: 'client' }]);
  });
});
