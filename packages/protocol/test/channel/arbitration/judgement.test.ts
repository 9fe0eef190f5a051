import { describe, expect, it } from 'vitest';
import type { ChannelMessage, MessageOf, PostedMessage, Task } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { type Case, CourtPlay, type Knows } from './court.ts';
import { CHUNK_CLAIM, chunkClaim, documents, UNDELIVERED } from './knowledge.ts';
import { AWAY, type Behaviour } from './manners.ts';

const onAppeal: Case = { arbiters: 3, court: 'TxA', unsigned: true };
const onChallenge: Case = { ...onAppeal, court: 'TxAc' };
const ARBITERS = ['arbiter:1', 'arbiter:2', 'arbiter:3'] as const;

const judgesOf = (play: CourtPlay): readonly Extract<Task, { kind: 'judge' }>[] =>
  play.tasks.flatMap(({ task }) => (task.kind === 'judge' ? [task] : []));

const decisions = (play: CourtPlay): readonly (0 | 1 | undefined)[] => {
  play.until(play.clock.commitment);
  return ARBITERS.map((party) => play.state(party).arbitration.vote?.decision);
};

describe('M §Claims: what documents show needs no chunk', () => {
  const undelivered: Knows = (party) => (party === 'client' ? { accusation: { fault: 'undelivered' } } : {});

  it('a claim that they confirm is enough: no chunk that another one names is run again', () => {
    const play = new CourtPlay({ ...onAppeal, knows: undelivered });
    play.post('verifier', { kind: 'claim', channel: play.channel, court: 'TxA', ...chunkClaim('output', 1) });
    play.until(play.clock.judge);
    expect(judgesOf(play).map(({ claims }) => claims)).toEqual([[], [], []]);
    expect(decisions(play)).toEqual([1, 1, 1]);
  });

  it('D37: nor is a hash that stands for a seed, which a chunk waits for', () => {
    const noBlocks: Behaviour = { onTask: ({ kind }) => (kind === 'find-block' ? null : undefined) };
    const behaviours = Object.fromEntries(ARBITERS.map((party) => [party, noBlocks]));
    const judged = (knows: Knows) => {
      const play = new CourtPlay({ ...onAppeal, knows, behaviours });
      return judgesOf(play.until(play.clock.commitment)).length;
    };
    expect(judged(UNDELIVERED)).toBe(3);
    expect(judged(CHUNK_CLAIM)).toBe(0);
  });

  it.each([
    ['delivery', 'opening'],
    ['opening', 'delivery'],
  ] as const)('D26: a receipt for the %s says nothing about the %s', (given, lacking) => {
    const receipt = (play: CourtPlay): PostedMessage => ({
      ...documents(play).posts[0]!,
      kind: 'receipt',
      author: 'client',
      sealed: fixtureHash('receipt'),
      timely: false,
      detail: {
        of: 'receipt',
        subject: given,
        root: fixtureHash('R'),
        message: fixtureHash(given),
        seed: null,
        verifierSeed: null,
      },
    });
    const play = new CourtPlay({
      ...onChallenge,
      knows: (_, at) => ({
        ...documents(at),
        posts: [...documents(at).posts.filter(({ kind }) => kind !== lacking), receipt(at)],
      }),
    });
    const body =
      lacking === 'delivery'
        ? ({ fault: 'undelivered' } as const)
        : ({ fault: 'unopened', root: fixtureHash('R') } as const);
    play.post('client', { kind: 'claim', channel: play.channel, court: 'TxAc', ...body });
    expect(decisions(play)).toEqual([1, 1, 1]);
  });
});

describe('M §Claims: what V claims that has the delivery and no opening', () => {
  it('names R, and proves nothing: there is nothing to prove it with', () => {
    const play = new CourtPlay({
      ...onAppeal,
      knows: (party, at) => ({
        ...documents(at),
        opening: null,
        posts: documents(at).posts.filter(({ kind }) => kind === 'delivery'),
        ...(party === 'verifier' ? { accusation: { fault: 'unopened' } } : {}),
      }),
    });
    play.until(play.clock.judge);
    const claims = play.said.flatMap(({ author, message }) => (author === 'verifier' ? [message] : []));
    const { channel } = play;
    expect(claims).toEqual([
      { kind: 'claim', channel, court: 'TxA', fault: 'unopened', root: fixtureHash('R') },
    ]);
    expect(play.tasks.filter(({ task }) => task.kind === 'make-claim')).toEqual([]);
    expect(decisions(play)).toEqual([1, 1, 1]);
  });
});

describe('M §Clock: what honest parties say', () => {
  const codes = ['words-void', 'vote-mismatch', 'decision-invalid'];

  it('names nobody, in all the stages before and after Δ_2', () => {
    const behaviours = { 'arbiter:5': AWAY };
    const play = new CourtPlay({ ...onAppeal, arbiters: 5, knows: CHUNK_CLAIM, behaviours });
    play.until(play.clock.stages[2]!.until);
    expect(play.signedBy(1)).toEqual(['Tx7:1.2.3.4', 'Tx8:1.2.3.4.5', 'Tx8:1.2.3.4']);
    expect(play.faults.filter(({ fault }) => codes.includes(fault.code))).toEqual([]);
  });

  it('asks nothing of W, which reads it, and W says nothing', () => {
    const play = new CourtPlay({ ...onAppeal, knows: CHUNK_CLAIM });
    const before = play.tasks.length;
    play.until(play.clock.stages[0]!.until);
    expect(play.wants('worker')).toEqual(['Tx8:1.2.3']);
    expect(play.tasks.slice(before).filter(({ party }) => party === 'worker')).toEqual([]);
    expect(play.said.filter(({ author }) => author === 'worker')).toEqual([]);
  });
});

describe('M §Clock: an arbiter that lacks something', () => {
  const asks = (play: CourtPlay, items: MessageOf<'lacking'>['items']): ChannelMessage => ({
    kind: 'lacking',
    channel: play.channel,
    items,
  });
  const item = (kind: 'claim' | 'voteOpening', from: 'arbiter:1' | null) =>
    ({ what: 'message', kind, from }) as const;

  /** What C sends to the third arbiter again, having no receipt of it for anything. */
  function answer(
    items: MessageOf<'lacking'>['items'],
    change: (post: PostedMessage) => PostedMessage = (post) => post,
  ): readonly string[] {
    const play = new CourtPlay({ ...onAppeal, knows: UNDELIVERED });
    play.until(play.clock.stages[0]!.from);
    const state = play.state('client');
    const posts = state.posts.map((post) => change({ ...post, receipts: [] }));
    play.states.set('client', { ...state, posts });
    const before = play.tasks.length;
    play.send('arbiter:3', 'client', asks(play, items));
    return play.tasks
      .slice(before)
      .flatMap(({ party, task }) =>
        party === 'client' && task.kind === 'relay' ? [`${task.message.kind} of ${task.message.author}`] : [],
      )
      .sort();
  }

  it('is sent what it names of one author, or of all', () => {
    expect(answer([item('voteOpening', 'arbiter:1')])).toEqual(['voteOpening of arbiter:1']);
    const ofAll = ['voteOpening of arbiter:1', 'voteOpening of arbiter:2'];
    expect(answer([item('voteOpening', null)])).toEqual(ofAll);
    expect(answer([item('claim', 'arbiter:1')])).toEqual([]);
  });

  it('is sent nothing that was not accepted: nobody vouches for it', () => {
    const waits = (post: PostedMessage) =>
      post.author === 'arbiter:1' ? { ...post, acceptedAt: null } : post;
    expect(answer([item('voteOpening', null)], waits)).toEqual(['voteOpening of arbiter:2']);
  });

  it('is told so when it asks again too early, as who is no arbiter is', () => {
    const play = new CourtPlay({ ...onAppeal, knows: UNDELIVERED });
    play.mine(1);
    const ask = asks(play, [item('claim', null)]);
    play.send('arbiter:3', 'client', ask);
    const before = play.faults.length;
    play.send('arbiter:3', 'client', ask);
    expect(play.faults.slice(before)).toMatchObject([
      { party: 'client', fault: { code: 'out-of-place', culprit: 'arbiter:3' } },
    ]);
  });
});
