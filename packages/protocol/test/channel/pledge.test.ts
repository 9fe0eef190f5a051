import { describe, expect, it } from 'vitest';
import { ACCEPTANCE_BLOCKS, type MessageOf } from '../../src/index.ts';
import { Game, type Player } from './play/game.ts';
import { STAKES } from './play/identity.ts';

const pledged = (game: Game): readonly Player[] =>
  STAKES.map((_, i) => game.player(`stake ${i}`)).filter(({ state }) => state !== undefined);

describe("Y §Duties: an arbiter's pledge", () => {
  it('ends with its acceptance when no graph comes, and does not wait for the setup of the others', () => {
    const game = new Game({ onSend: ({ message }) => (message.kind === 'graph' ? [] : [message]) });
    game.mine(1 + ACCEPTANCE_BLOCKS);
    expect(pledged(game)).toHaveLength(3);
    for (const { state } of pledged(game)) expect(state).toMatchObject({ step: 'pledged' });
    game.mine();
    for (const { name, state, tasks } of pledged(game)) {
      expect(state).toMatchObject({ how: 'abandoned', fault: { code: 'setup-timeout', culprit: 'client' } });
      const { outpoint } = STAKES[Number(name.slice('stake '.length))]!.coin;
      expect(tasks).toEqual([{ kind: 'release', coins: [outpoint] }]);
    }
  });

  it('lasts as long as every setup once the graph is there', () => {
    const game = new Game({ onSend: ({ message }) => (message.kind === 'preSignatures' ? [] : [message]) });
    game.mine(17);
    for (const { state } of pledged(game)) expect(state).toMatchObject({ step: 'signatures' });
    game.mine(2);
    for (const { state } of pledged(game)) expect(state).toMatchObject({ fault: { code: 'setup-timeout' } });
  });

  it('D38: signs nothing before it has program and list of inputs, which nobody can keep from it afterwards', () => {
    const waiting = new Game({
      onTask: (name, task) => (name.startsWith('stake') && task.kind === 'agree' ? null : undefined),
    });
    waiting.mine(2);
    for (const { name, state, tasks } of pledged(waiting)) {
      expect(state).toMatchObject({
        step: 'pledged',
        selected: { self: expect.stringMatching(/^arbiter:/) },
      });
      expect(tasks.map(({ kind }) => kind)).toEqual(['find-offers', 'agree']);
      const said = waiting.sent.filter(({ from }) => from === name).map(({ message }) => message.kind);
      expect(new Set(said)).toEqual(new Set(['acceptance']));
      waiting.feed(name, { kind: 'agreed', pointLockProof: null });
    }
    waiting.settle();
    for (const { name, state, tasks } of pledged(waiting)) {
      expect(state).toMatchObject({ step: 'signatures' });
      expect(tasks.map(({ kind }) => kind)).toEqual(['find-offers', 'agree', 'sign', 'sign-inputs']);
      waiting.feed(name, { kind: 'agreed', pointLockProof: null });
    }
    expect(pledged(waiting).flatMap(({ faults }) => faults.map(({ code }) => code))).toEqual(
      Array(3).fill('out-of-place'),
    );
  });

  it('D38: an arbiter that cannot get them gives the contract up, and names the Client', () => {
    const game = new Game({
      onTask: (name, task) =>
        name.startsWith('stake') && task.kind === 'agree'
          ? {
              kind: 'disagreed',
              code: 'payload-unavailable',
              culprit: 'client',
              reason: 'nobody serves the program',
            }
          : undefined,
    });
    game.mine(1);
    for (const { state, tasks } of pledged(game)) {
      expect(state).toMatchObject({
        how: 'abandoned',
        fault: { code: 'payload-unavailable', culprit: 'client' },
      });
      expect(tasks.at(-1)).toMatchObject({ kind: 'release' });
    }
    game.mine(20);
    expect(game.chain.has('Tx0')).toBe(false);
  });

  it('answers for one stake: a request for another one is refused at once, so that nobody waits for an answer', () => {
    const game = new Game({ onSend: ({ message }) => (message.kind === 'graph' ? [] : [message]) });
    game.mine();
    const [first] = pledged(game);
    const { message, to } = game.sent.find(
      (sent) => sent.message.kind === 'acceptanceRequest' && first!.name === nameOf(sent.to),
    )!;
    const request = message as MessageOf<'acceptanceRequest'>;
    const other = STAKES.find((_, i) => game.player(`stake ${i}`).state === undefined)!;
    const answers = () => game.sent.filter(({ from }) => from === first!.name);
    const before = answers().length;
    const outpoint = other.coin.outpoint;
    game.inject('worker', to, { ...request, offer: outpoint });
    expect(answers().slice(before)).toMatchObject([
      {
        to: 'worker',
        message: { kind: 'refused', code: 'out-of-place', culprit: { kind: 'offer', outpoint } },
      },
    ]);
    expect(first!.state).toMatchObject({ step: 'pledged', acceptance: { outpoint: request.offer } });
    expect(game.player('worker').state).toMatchObject({ name: 'setup' });
    game.inject('worker', to, request);
    expect(answers().at(-1)).toMatchObject({ message: { kind: 'acceptance' } });
  });
});

const nameOf = (recipient: string): string =>
  `stake ${STAKES.findIndex(({ coin }) => recipient === `offer:${coin.outpoint.txid}:${coin.outpoint.vout}`)}`;
