import { describe, expect, it } from 'vitest';
import type { ChannelMessage } from '../../../src/index.ts';
import { type Case, CourtPlay } from './court.ts';
import { UNDELIVERED } from './knowledge.ts';
import { type Behaviour, SIGNS_NOTHING } from './manners.ts';

const guilty: Case = { arbiters: 5, court: 'TxA', knows: UNDELIVERED, unsigned: true };

/** HA and the times of these plays. */
function timesHere(): Pick<CourtPlay, 'height' | 'clock' | 'times'> {
  const { height, clock, times } = new CourtPlay(guilty);
  return { height, clock, times };
}

/** Not there from one tip to another, counted from HA. */
function away(from: number, to: number): Behaviour {
  const { height } = timesHere();
  return { offline: (tip) => tip >= height + from && tip < height + to };
}

/** Says things of a kind so many blocks later than the others. */
const late = (kind: ChannelMessage['kind'], after: number): Behaviour => ({
  onPost: (message) => [{ message, after: message.kind === kind ? after : 0 }],
});

const lacks = (play: CourtPlay, kinds: readonly string[]): ChannelMessage => ({
  kind: 'lacking',
  channel: play.channel,
  items: kinds.map((kind) => ({ what: 'message', kind, from: null }) as const),
});

describe('M §Clock: an arbiter that was away', () => {
  it('asks the others for what was posted, gets it with their receipts, and votes as they do', () => {
    const { clock, times } = timesHere();
    const back = times.claim + times.B;
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': away(0, back) } });
    play.until(clock.judge);
    expect(play.state('arbiter:5').arbitration.words.map(({ content }) => content.about)).toContain('claim');
    play.until(clock.stages[0]!.from);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('asks nobody after a block or two at once', () => {
    const { clock, times } = timesHere();
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': away(2, 1 + times.B) } });
    play.until(clock.judge);
    expect(play.direct.filter(({ message }) => message.kind === 'lacking')).toEqual([]);
    const longer = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': away(2, 2 + times.B) } });
    longer.until(clock.judge);
    const asked = longer.direct.filter(({ message }) => message.kind === 'lacking');
    expect(asked.map(({ to }) => to).sort()).toEqual([
      'arbiter:1',
      'arbiter:2',
      'arbiter:3',
      'arbiter:4',
      'client',
      'verifier',
    ]);
  });

  it('signs nothing that leaves out anybody once it missed a whole stage, since it cannot tell who failed', () => {
    const { height, clock } = timesHere();
    const [first, second] = clock.stages;
    const play = new CourtPlay({
      ...guilty,
      behaviours: {
        'arbiter:4': SIGNS_NOTHING,
        'arbiter:5': away(first!.from - 1 - height, second!.from - height),
      },
    });
    play.until(second!.until);
    expect(play.state('arbiter:5').arbitration.away).toBe(true);
    expect(play.signedBy(5)).toEqual([]);
    expect(play.signedBy(1).length).toBeGreaterThan(1);
  });

  it('signs nothing that leaves out whoever signed in time, while it was away at the end of a stage', () => {
    const { height, clock } = timesHere();
    const [first, second] = clock.stages;
    const play = new CourtPlay({
      ...guilty,
      behaviours: {
        'arbiter:1': SIGNS_NOTHING,
        'arbiter:4': late('decisionSignatures', first!.until - first!.from),
        'arbiter:5': away(first!.from + 1 - height, second!.from - height),
      },
    });
    play.until(second!.until);
    expect(play.signedBy(4)).toEqual(['Tx7:1.2.3.4.5', 'Tx7:2.3.4.5']);
    expect(play.signedBy(5)).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('signs nothing that leaves out whoever committed in time, while it was away', () => {
    const { height, clock } = timesHere();
    const play = new CourtPlay({
      ...guilty,
      behaviours: {
        'arbiter:1': SIGNS_NOTHING,
        'arbiter:4': late('voteCommitment', clock.commitment - clock.judge),
        'arbiter:5': away(clock.judge + 1 - height, clock.openFrom - height),
      },
    });
    play.until(clock.stages[1]!.until);
    expect(play.signedBy(4)).toEqual(['Tx7:1.2.3.4.5', 'Tx7:2.3.4.5']);
    expect(play.signedBy(5)).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('is answered once in B blocks, and only what it asks for and has given no receipt for', () => {
    const { clock, times } = timesHere();
    const play = new CourtPlay(guilty);
    play.until(clock.stages[0]!.from);
    const relays = () =>
      play.tasks.flatMap(({ party, task }) =>
        party === 'client' && task.kind === 'relay' ? [task.message.kind] : [],
      );
    const known = relays().length;
    const ask = (kinds: readonly string[]) => {
      play.send('arbiter:5', 'client', lacks(play, kinds));
      return relays().slice(known);
    };
    // Whoever has given its receipt has it.
    expect(ask(['claim', 'voteCommitment', 'voteOpening', 'decisionSignatures'])).toEqual([]);
    const forget = play.state('client');
    play.states.set('client', {
      ...forget,
      posts: forget.posts.map((post) => ({ ...post, receipts: [] })),
    });
    expect(ask(['claim'])).toEqual([]);
    play.mine(times.B - 1);
    expect(ask(['claim'])).toEqual([]);
    play.mine(1);
    expect(ask(['claim', 'voteOpening'])).toEqual([
      ...Array(2).fill('claim'),
      ...Array(4).fill('voteOpening'),
    ]);
  });

  it('is answered alone: nobody else is sent what it lacks', () => {
    const { clock } = timesHere();
    const play = new CourtPlay(guilty);
    play.until(clock.stages[0]!.from);
    const state = play.state('client');
    play.states.set('client', {
      ...state,
      posts: state.posts.map((post) => ({ ...post, receipts: [] })),
    });
    const before = play.tasks.length;
    const sent = play.passedOn.length;
    play.send('arbiter:5', 'client', lacks(play, ['voteOpening']));
    expect(play.tasks.slice(before).filter(({ party }) => party === 'client')).toHaveLength(4);
    const answers = play.passedOn.slice(sent).filter(({ from }) => from === 'client');
    expect(answers.map(({ to, message }) => `${message.kind} to ${to}`)).toEqual(
      Array(4).fill('post to arbiter:5'),
    );
  });

  it('only arbiters are answered', () => {
    const play = new CourtPlay(guilty);
    play.mine(1);
    play.send('worker', 'client', lacks(play, ['claim']));
    expect(play.faults.at(-1)).toMatchObject({
      party: 'client',
      fault: { code: 'out-of-place', culprit: 'worker' },
    });
  });
});

describe('reorganisations during an arbitration', () => {
  it('TxA in a later block: what was posted still counts, and the clock runs from there', () => {
    const { height, clock } = timesHere();
    const play = new CourtPlay(guilty);
    play.mine(2);
    play.unconfirm('TxA');
    expect(play.state('arbiter:1').arbitration.court).toBeNull();
    expect(play.wants('client')).toEqual([]);
    play.mine(3);
    play.confirm('TxA', play.tip);
    const later = play.tip - height;
    play.until(clock.stages[0]!.from + later);
    expect(play.said.filter(({ message }) => message.kind === 'claim')).toHaveLength(2);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('signatures that were made for a TxA that is gone are good when it is back: it is the same transaction', () => {
    const { clock, times } = timesHere();
    const play = new CourtPlay(guilty);
    play.until(clock.stages[0]!.from);
    play.unconfirm('TxA');
    expect(play.wants('client')).toEqual([]);
    play.mine(1);
    play.confirm('TxA', play.tip);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4.5']);
    play.until(play.tip + times.delta2 + 10);
    expect(play.signedBy(1)).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('TxV0 alone in another block, as a node finds it that was away: TxA still is what there is to settle', () => {
    const { height, clock } = timesHere();
    const play = new CourtPlay(guilty);
    play.until(clock.stages[0]!.from);
    play.unconfirm('TxV0');
    play.confirm('TxV0', height - 2);
    expect(play.state('client').disputes.map(({ transaction }) => transaction)).toEqual(['TxV0', 'TxA']);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4.5']);
  });

  it('an arbiter asks for what was posted while it was away, though TxA is in another block since', () => {
    const { height, times } = timesHere();
    const gone = { from: 3, to: 4 + times.B };
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': away(gone.from, gone.to) } });
    play.until(height + gone.to - 1);
    play.unconfirm('TxA');
    play.confirm('TxA', play.tip);
    expect(play.direct).toEqual([]);
    play.mine(1);
    expect(play.direct.map(({ from, message }) => `${message.kind} of ${from}`)).toEqual(
      Array(6).fill('lacking of arbiter:5'),
    );
  });

  it('a judgement that comes while TxA is gone waits for it', () => {
    const { height, clock } = timesHere();
    const play = new CourtPlay({
      ...guilty,
      behaviours: { 'arbiter:1': { onTask: ({ kind }) => (kind === 'judge' ? null : undefined) } },
    });
    play.until(clock.judge);
    play.unconfirm('TxA');
    play.feed('arbiter:1', { kind: 'judged', court: 'TxA', confirmed: true, nonce: play.channel });
    expect(play.state('arbiter:1').arbitration?.vote).toBeNull();
    play.confirm('TxA', height);
    play.settle();
    expect(play.state('arbiter:1').arbitration.vote?.decision).toBe(1);
  });
});
