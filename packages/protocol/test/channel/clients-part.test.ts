import { describe, expect, it } from 'vitest';
import { type ChannelEvent, duties, type Task } from '../../src/index.ts';
import { type Deviations, Game } from './play/game.ts';
import { PARAMETERS } from './play/identity.ts';
import type { PlayerName } from './play/tasks.ts';

/** W and V together: V says r = 1, whatever the opening is; C's check finds the third chunk wrong. */
const garbage: Deviations['onTask'] = (name, task) => (name === 'client' ? findsFault(task) : undefined);

function findsFault(task: Task): ChannelEvent | undefined {
  if (task.kind !== 'check-opening') return undefined;
  const { openingHash, deliveryHash, thorough } = task;
  const verdict = { r: 0, chunk: 3, fault: 'output' } as const;
  return { kind: 'opening-checked', openingHash, deliveryHash, thorough, verdict };
}

const sentBy = (game: Game, name: PlayerName, kind: string): number =>
  game.sent.filter(({ from, message }) => from === name && message.kind === kind).length;

describe('D27: the Client has a part after setup', () => {
  it('what V confirms and C finds wrong is not released; after TxV1 C challenges', () => {
    const game = new Game({ onTask: garbage });
    const isOnChain = () => game.chain.blocks.some(({ confirmed }) => confirmed.some(isVerdict));
    for (let blocks = 0; blocks < PARAMETERS.t1 && !isOnChain(); blocks++) game.mine();
    expect(isOnChain()).toBe(true);
    expect(sentBy(game, 'verifier', 'verdict')).toBeGreaterThan(0);
    expect(sentBy(game, 'client', 'release')).toBe(0);
    expect(duties(game.state('client')).map(({ transaction }) => transaction)).toContain('TxAc');
  });

  it('what it finds right it releases, and challenges nothing', () => {
    const game = new Game();
    game.mine(5);
    expect(sentBy(game, 'client', 'release')).toBe(1);
    expect(game.state('client')).toMatchObject({ name: 'closed', transaction: 'Tx4' });
  });
});

const isVerdict = (event: ChannelEvent): boolean =>
  event.kind === 'confirmed' && event.transaction === 'TxV1';

describe('D20: nobody commits to work on data that it does not have', () => {
  it.each(['worker', 'verifier'] as const)(
    'the %s signs nothing for a payload that C keeps back, and C is named',
    (name) => {
      const reason = 'input 4 is not served';
      const game = new Game({
        onTask: (player, task) =>
          player === name && task.kind === 'agree'
            ? { kind: 'disagreed', code: 'payload-unavailable', culprit: 'client', reason }
            : undefined,
      });
      game.mine(3);
      expect(game.state(name)).toMatchObject({
        name: 'closed',
        how: 'abandoned',
        fault: { code: 'payload-unavailable', culprit: 'client', reason },
      });
      for (const kind of ['contractAgreed', 'preSignatures', 'inputSignatures'])
        expect(sentBy(game, name, kind)).toBe(0);
      expect(game.chain.blocks.flatMap(({ confirmed }) => confirmed)).toEqual([]);
    },
  );

  it.each(['worker', 'verifier'] as const)('the %s agrees to a contract only when it has looked', (name) => {
    const game = new Game({
      onTask: (player, task) => (player === name && task.kind === 'agree' ? null : undefined),
    });
    game.mine(3);
    expect(game.player(name).tasks.map(({ kind }) => kind)).toContain('agree');
    expect(sentBy(game, name, 'contractAgreed')).toBe(0);
  });
});
