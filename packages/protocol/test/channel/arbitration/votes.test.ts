import { describe, expect, it } from 'vitest';
import { openedVotes } from '../../../src/channel/arbitration/standing.ts';
import { type ChannelMessage, type MessageOf, type Party, voteHash } from '../../../src/index.ts';
import { fixtureHash, fixtureKey } from '../../fixtures/terms.ts';
import { type Case, CourtPlay } from './court.ts';
import { UNDELIVERED } from './knowledge.ts';
import { type Behaviour, nonceOf, VOTES_THE_OPPOSITE } from './manners.ts';

const guilty: Case = { arbiters: 5, court: 'TxA', knows: UNDELIVERED, unsigned: true };
const HONEST = [1, 2, 3, 4] as const;

/** The play with one arbiter that is not honest, at the first tip of the second stage. */
function withFifth(behaviour: Behaviour): CourtPlay {
  const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': behaviour } });
  return play.until(play.clock.stages[1]!.from);
}

/** Whether the four others have left the fifth out, and did so alike. */
function leftOut(play: CourtPlay): boolean {
  const signed = HONEST.map((index) => play.signedBy(index).includes('Tx7:1.2.3.4'));
  expect(new Set(signed).size).toBe(1);
  return signed[0]!;
}

const codes = (play: CourtPlay, culprit: Party): ReadonlySet<string> =>
  new Set(play.faults.filter(({ fault }) => fault.culprit === culprit).map(({ fault }) => fault.code));

/** Changes the words of one kind. */
const says = (
  kind: ChannelMessage['kind'],
  change: (message: ChannelMessage) => ReturnType<NonNullable<Behaviour['onPost']>>,
): Behaviour => ({
  onPost: (message) => (message.kind === kind ? change(message) : [{ message }]),
});

describe('M §Clock: votes', () => {
  it('nobody can see a vote before nobody can commit any more', () => {
    const play = new CourtPlay(guilty);
    play.until(play.clock.opening);
    const tips = (kind: string) =>
      play.said.flatMap(({ message, tip }) => (message.kind === kind ? [tip] : []));
    expect(tips('voteCommitment')).toEqual(Array(5).fill(play.clock.judge));
    expect(tips('voteOpening')).toEqual(Array(5).fill(play.clock.commitment + play.times.B + 1));
  });

  it('an arbiter that opens no d is left out; so is one that opens another', () => {
    expect(leftOut(withFifth({}))).toBe(false);
    expect(leftOut(withFifth(says('voteOpening', () => [])))).toBe(true);
    expect(leftOut(withFifth(VOTES_THE_OPPOSITE))).toBe(true);
  });

  it('a vote that is opened after HA + Δ_1 is not opened', () => {
    const late = (after: number) => says('voteOpening', (message) => [{ message, after }]);
    const play = new CourtPlay(guilty);
    const most = play.clock.opening - play.clock.openFrom;
    expect(leftOut(withFifth(late(most)))).toBe(false);
    expect(leftOut(withFifth(late(most + 1)))).toBe(true);
  });

  it('a re-run that ends while a reorganisation has taken verdict and appeal away is asked for again when they are back', () => {
    const held: Behaviour = { onTask: ({ kind }) => (kind === 'judge' ? null : undefined) };
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': held } });
    play.until(play.clock.judge);
    const asked = () =>
      play.tasks.filter(({ party, task }) => party === 'arbiter:5' && task.kind === 'judge').length;
    expect(asked()).toBe(1);
    const { disputes } = play.state('arbiter:5');
    play.unconfirm('TxA');
    play.unconfirm('TxV0');
    play.feed('arbiter:5', { kind: 'judged', court: 'TxA', confirmed: true, nonce: nonceOf('arbiter:5') });
    for (const { transaction, height } of disputes) play.confirm(transaction, height);
    play.mine(1);
    expect(asked()).toBe(2);
    // Who has a vote already keeps it.
    expect(
      play.tasks.filter(({ party, task }) => party === 'arbiter:1' && task.kind === 'judge'),
    ).toHaveLength(1);
  });

  it('a vote that was not committed to in time is none', () => {
    const late = (after: number) => says('voteCommitment', (message) => [{ message, after }]);
    const play = new CourtPlay(guilty);
    const most = play.clock.commitment - play.clock.judge;
    expect(leftOut(withFifth(late(most)))).toBe(false);
    expect(leftOut(withFifth(late(most + 1)))).toBe(true);
  });

  it('a vote that is not what was committed to is none', () => {
    const play = withFifth(
      says('voteOpening', (message) =>
        message.kind === 'voteOpening' ? [{ message: { ...message, nonce: fixtureHash('another') } }] : [],
      ),
    );
    expect(leftOut(play)).toBe(true);
    expect(codes(play, 'arbiter:5')).toContain('vote-mismatch');
  });

  it('two commitments void each other: whichever is opened, no d is', () => {
    const play = withFifth(
      says('voteCommitment', (message) => [
        { message },
        { message: { ...(message as MessageOf<'voteCommitment'>), commitment: fixtureHash('another') } },
      ]),
    );
    expect(leftOut(play)).toBe(true);
    expect(codes(play, 'arbiter:5')).toContain('words-void');
  });

  it('two openings void each other', () => {
    const play = withFifth({
      onPost: (message) => {
        if (message.kind === 'decisionSignatures') return [];
        if (message.kind !== 'voteOpening') return [{ message }];
        return [{ message }, { message: { ...message, nonce: fixtureHash('another') } }];
      },
    });
    expect(codes(play, 'arbiter:5')).toContain('words-void');
    expect(openedVotes(play.state('arbiter:1')).has(5)).toBe(false);
    expect(openedVotes(play.state('arbiter:1')).get(4)).toBe(1);
  });

  it("an arbiter that posts a copy of another's commitment first takes nothing from it", () => {
    const play = new CourtPlay(guilty);
    play.until(play.clock.judge - 1);
    const commitment = voteHash(1, nonceOf('arbiter:1'), fixtureKey('arbiter:1'));
    play.post('arbiter:5', { kind: 'voteCommitment', channel: play.channel, court: 'TxA', commitment });
    play.until(play.clock.stages[1]!.from);
    expect(HONEST.map((index) => play.signedBy(index).includes('Tx7:1.2.3.4'))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4']);
  });

  it('an arbiter whose re-run is not done in time does not vote', () => {
    const play = withFifth({ onTask: ({ kind }) => (kind === 'judge' ? null : undefined) });
    expect(leftOut(play)).toBe(true);
    expect(play.said.filter(({ author }) => author === 'arbiter:5')).toEqual([]);
    const nonce = nonceOf('arbiter:5');
    play.feed('arbiter:5', { kind: 'judged', court: 'TxA', confirmed: true, nonce });
    expect(play.said.filter(({ author }) => author === 'arbiter:5')).toEqual([]);
    // Nor when a reorganisation takes TxA away after it.
    play.unconfirm('TxA');
    play.mine(1);
    expect(play.state('arbiter:5').arbitration).toMatchObject({ court: null, vote: { decision: 1 } });
    expect(play.said.filter(({ author }) => author === 'arbiter:5')).toEqual([]);
  });

  it('a vote that is committed to at the last tip counts for its arbiter too, though its own copy comes a block later', () => {
    const play = new CourtPlay({
      ...guilty,
      behaviours: {
        'arbiter:5': {
          onTask: ({ kind }) => (kind === 'judge' ? null : undefined),
          onPost: (message, to, author) => [
            { message, after: message.kind === 'voteCommitment' && to === author ? 1 : 0 },
          ],
        },
      },
    });
    play.until(play.clock.commitment);
    play.feed('arbiter:5', { kind: 'judged', court: 'TxA', confirmed: true, nonce: nonceOf('arbiter:5') });
    play.settle();
    play.until(play.clock.stages[0]!.until);
    expect(play.signedBy(5)).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('an arbiter votes once, whatever its engine says again', () => {
    const play = new CourtPlay(guilty);
    play.until(play.clock.judge);
    play.feed('arbiter:1', { kind: 'judged', court: 'TxA', confirmed: false, nonce: fixtureHash('again') });
    play.until(play.clock.opening);
    expect(
      play.said.filter(({ author }) => author === 'arbiter:1').map(({ message }) => message.kind),
    ).toEqual(['voteCommitment', 'voteOpening', 'decisionSignatures']);
  });
});
