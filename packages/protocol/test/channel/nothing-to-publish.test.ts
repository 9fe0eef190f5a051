import { describe, expect, it } from 'vitest';
import {
  type Accusation,
  type ChannelState,
  duties,
  type Party,
  type TransactionId,
} from '../../src/index.ts';
import { CourtPlay } from './arbitration/court.ts';
import { Game } from './play/game.ts';
import { PARAMETERS } from './play/identity.ts';

const published = (state: ChannelState): readonly TransactionId[] =>
  duties(state).map(({ transaction }) => transaction);

/** A channel in which messages of some kinds never arrive. */
function without(kinds: readonly string[], blocks: number): Game {
  const game = new Game({ onSend: ({ message }) => (kinds.includes(message.kind) ? [] : [message]) });
  game.mine(blocks);
  return game;
}

const accusation: Accusation = { fault: 'unopened' };

describe('T §Watch and publish: who publishes nothing', () => {
  it('during the setup, whatever is still missing', () => {
    const STEPS = ['termsAccepted', 'contractAgreed', 'acceptance', 'graph', 'preSignatures'] as const;
    for (const kind of STEPS) {
      const game = without([kind], 0);
      expect(published(game.state('client'))).toEqual([]);
    }
  });

  it('V before it has checked: no TxV1 for a result that it has not seen to be right', () => {
    const state = without(['verdict', 'opening'], 4).state('verifier');
    expect(state).toMatchObject({ verdict: null });
    expect(published(state)).toEqual(['Tx1']);
  });

  it('V that has said r = 1 does not publish TxV0 any more, whatever it hears later', () => {
    const state = without([], 4).state('verifier');
    if (state.name !== 'verification') throw new Error(`V is in ${state.name}`);
    expect(state.verdict).toBe(1);
    expect(published({ ...state, accusation })).toEqual(['TxV1', 'Tx1']);
  });

  it('C before TxV1 is on the chain, whatever it holds against W: a verdict is V’s to publish', () => {
    const state = without([], 3).state('client');
    if (state.name !== 'computation' && state.name !== 'verification') throw new Error(state.name);
    expect(published({ ...state, accusation, verdict: null })).toEqual(['Tx1']);
    expect(published({ ...state, accusation: null, verdict: 1 })).toEqual(['Tx1']);
  });

  it('arbiters before an appeal: their stakes free themselves at t4', () => {
    const game = without(['verdict'], 5);
    const waiting = [...game.players.values()].flatMap(({ name, state }) =>
      name.startsWith('stake') && state !== undefined && state.name !== 'setup' ? [state] : [],
    );
    expect(waiting).toHaveLength(PARAMETERS.n);
    for (const state of waiting) expect(published(state)).toEqual([]);
    for (const court of ['TxA', 'TxAc'] as const) {
      const play = new CourtPlay({ arbiters: 3, court, unsigned: true });
      play.unconfirm(court);
      for (const party of ['arbiter:1', 'arbiter:2', 'arbiter:3'] as const) {
        expect(published(play.state(party))).toEqual([]);
      }
    }
  });

  it('after TxV1 only C challenges: V has spoken, and waits for Tx1′', () => {
    const knows = () => ({ accusation });
    const play = new CourtPlay({ arbiters: 3, court: 'TxAc', unsigned: true, knows });
    play.unconfirm('TxAc');
    const after = (party: Party) => published(play.state(party));
    expect(after('client')).toEqual(['TxAc', "Tx1'"]);
    expect(after('verifier')).toEqual(["Tx1'"]);
    expect(after('worker')).toEqual(["Tx4'"]);
  });

  it('W before it has delivered: Tx3 is not for nothing', () => {
    const state = without(['receipt'], 2).state('worker');
    if (state.name !== 'computation' && state.name !== 'verification') throw new Error(state.name);
    expect(published({ ...state, delivery: null })).toEqual([]);
  });
});
