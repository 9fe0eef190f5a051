import { describe, expect, it } from 'vitest';
import {
  type Acceptance,
  acceptanceHash,
  type ChannelEvent,
  type Recipient,
  type SeenStake,
  transition,
} from '../../src/index.ts';
import { renewedStake } from '../fixtures/renewed-stake.ts';
import { fixtureKey, fixtureSecret } from '../fixtures/terms.ts';
import { CONTEXT, type Deviations, Game } from './play/game.ts';
import { otherHash, PARAMETERS, SNAPSHOT_HASH, STAKES, sign } from './play/identity.ts';

/** The owner of the stake that is asked first in the honest run. */
const ASKED = 4;
const { outpoint } = STAKES[ASKED]!.coin;
const OFFER: Recipient = `offer:${outpoint.txid}:${outpoint.vout}`;

/** The first arbiter accepts with other words, which it signs under the key of `label`. */
const answersWith = (
  changes: Partial<Acceptance>,
  label: string,
  stakes: readonly SeenStake[] = STAKES,
): Deviations => ({
  onSend: ({ from, message }) => {
    if (from !== `stake ${ASKED}` || message.kind !== 'acceptance') return [message];
    const unsigned = { ...message.acceptance, ...changes };
    const signature = sign(acceptanceHash(unsigned), fixtureSecret(label));
    return [{ ...message, acceptance: { ...unsigned, signature } }];
  },
  onTask: (_, task) =>
    task.kind === 'find-offers'
      ? { kind: 'offers-found', blockHash: SNAPSHOT_HASH, stakes, avoided: [] }
      : undefined,
});

/** The Client passes the offer over, names it, and the contract comes about with others. */
function expectPassedOver(deviations: Deviations, reason: RegExp): void {
  const game = new Game(deviations);
  game.mine(6);
  const fault = game.player('client').faults.find(({ code }) => code === 'acceptance-invalid');
  expect(fault).toMatchObject({ culprit: OFFER, reason: expect.stringMatching(reason) });
  for (const role of ['client', 'worker', 'verifier'] as const)
    expect(game.state(role)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
}

it('the arbiter that is asked first, when nobody is at fault', () => {
  const game = new Game();
  game.mine();
  expect(game.arbiter(1)).toBe(`stake ${ASKED}`);
});

describe('Y §Polling: acceptances that do not count', () => {
  it('of a renewed stake that its old contract still locks: its Tx0 could not be confirmed', () => {
    const { coin, sequence, leafScript, controlBlock } = renewedStake(1, PARAMETERS.a);
    const locked: SeenStake = { coin: { ...coin, outpoint }, confirmedHeight: 1_000 - sequence + 1 };
    const stakes = STAKES.map((stake, i) => (i === ASKED ? locked : stake));
    const label = 'arbiter:1 old';
    const proof = {
      kind: 'renewed',
      offerKey: fixtureKey(label),
      sequence,
      leafScript,
      controlBlock,
    } as const;
    expectPassedOver(answersWith({ proof }, label, stakes), /not old enough/);
  });

  it('with a key of the contract: no graph can be built with it (C19)', () => {
    const transactionKey = fixtureKey('worker');
    expectPassedOver(answersWith({ key: transactionKey }, `stake ${ASKED}`), /a key of the contract/);
  });
});

describe('Y §Agreement: a list of arbiters of which no graph can be built', () => {
  it('blames nobody for having signed it last', () => {
    const game = new Game({
      onSend: ({ to, message }) => (to === 'client' && message.kind === 'arbiterSet' ? [] : [message]),
    });
    game.mine();
    const state = game.state('client');
    if (state.name !== 'setup' || state.step !== 'arbiter-set') throw new RangeError('not at the list');
    const { agreement, graphId } = state;
    const repeated = agreement.arbiters.map((arbiter) => ({ ...arbiter, key: fixtureKey('worker') }));
    const channel = otherHash('contract');
    const event: ChannelEvent = {
      kind: 'message',
      from: 'verifier',
      message: { kind: 'arbiterSet', channel, graphId },
      sealed: otherHash('message'),
      signature: sign(otherHash('message'), fixtureSecret('verifier message')),
      envelope: new Uint8Array(1),
    };
    const envelopes = { ...state.envelopes, worker: new Uint8Array(1) };
    const broken = { ...state, envelopes, agreement: { ...agreement, arbiters: repeated } };
    expect(transition(broken, event, CONTEXT)).toMatchObject({
      kind: 'moved',
      state: { name: 'closed', how: 'abandoned' },
      fault: { code: 'terms-refused', culprit: null },
    });
  });
});
