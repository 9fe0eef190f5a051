import { describe, expect, it } from 'vitest';
import { FINAL_CONFIRMATIONS } from '../../../src/channel/closing/clean-end.ts';
import type { ChannelMessage, MessageOf } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { type Case, CourtPlay, type Knows } from './court.ts';
import { chunkClaim, documents } from './knowledge.ts';

const ARBITERS = ['arbiter:1', 'arbiter:2', 'arbiter:3'] as const;

/** C has found a wrong chunk, and that W signed twice, which counts on TxA alone (F4). V has signed both verdicts. */
const TWO_FAULTS: Knows = (party, play) => ({
  ...documents(play),
  ...(party === 'client'
    ? {
        checked: { r: 0, chunk: 3, fault: 'output' },
        accusation: {
          fault: 'equivocation',
          of: 'opening',
          first: fixtureHash('sealed opening'),
          second: fixtureHash('another'),
        },
      }
    : {}),
});

const appealed: Case = { arbiters: 3, court: 'TxA', knows: TWO_FAULTS, chunkIsWrong: true };

type Worded = Extract<ChannelMessage, { readonly court: unknown }>;

/** What an author has said, on which court. */
const saidBy = (play: CourtPlay, of: string): readonly string[] =>
  play.said
    .filter(({ author, message }) => author === of && 'court' in message)
    .map(({ message }) => `${message.kind} on ${(message as Worded).court}`);

const voids = (play: CourtPlay) => play.faults.filter(({ fault }) => fault.code === 'words-void');

describe('a dispute that a reorganisation replaces by one of the other kind', () => {
  it.each([
    { when: 'a claim was posted', at: ({ height }: CourtPlay) => height + 1 },
    { when: 'votes were committed to', at: ({ clock }: CourtPlay) => clock.commitment },
    { when: 'votes were opened', at: ({ clock }: CourtPlay) => clock.opening },
    { when: 'decisions were signed', at: ({ clock }: CourtPlay) => clock.stages[0]!.from + 1 },
  ])('D40: after $when on TxA, C claims anew on TxAc, and arbiters judge and vote anew', ({ at }) => {
    const play = new CourtPlay(appealed);
    play.until(at(play));
    expect(saidBy(play, 'client')).toEqual(['claim on TxA']);
    expect(play.said.find(({ author }) => author === 'client')!.message).toMatchObject({
      fault: 'equivocation',
    });
    const clock = play.clockFrom(play.replaceCourt('TxAc'));
    play.until(clock.stages[0]!.until + 1);
    expect(saidBy(play, 'client')).toEqual(['claim on TxA', 'claim on TxAc']);
    for (const arbiter of ARBITERS) {
      expect(saidBy(play, arbiter).filter((word) => word.endsWith('TxAc'))).toEqual([
        'voteCommitment on TxAc',
        'voteOpening on TxAc',
        'decisionSignatures on TxAc',
      ]);
    }
    expect(play.wants('client')[0]).toBe('Tx7c:1.2.3');
    expect(play.wants('worker').some((id) => id.startsWith('Tx8'))).toBe(false);
    expect(voids(play)).toEqual([]);
  });

  it('D40: what was said on TxA counts again when TxA comes back, and nothing is said twice', () => {
    const play = new CourtPlay(appealed);
    play.until(play.clock.openFrom);
    play.replaceCourt('TxAc');
    play.mine(2);
    const clock = play.clockFrom(play.replaceCourt('TxA'));
    play.until(clock.stages[0]!.until + 1);
    for (const arbiter of ARBITERS) {
      const onAppeal = saidBy(play, arbiter).filter((word) => word.endsWith('TxA'));
      expect(onAppeal).toEqual(['voteCommitment on TxA', 'voteOpening on TxA', 'decisionSignatures on TxA']);
    }
    // Nobody posted a second opening: on TxA there was nothing to confirm.
    expect(play.wants('worker')[0]).toBe('Tx8:1.2.3');
    expect(voids(play)).toEqual([]);
  });

  it('D40: an old claim that is shown again on TxAc counts for nothing', () => {
    const play = new CourtPlay({ ...appealed, knows: (_, game) => documents(game), chunkIsWrong: true });
    const old: MessageOf<'claim'> = {
      kind: 'claim',
      channel: play.channel,
      court: 'TxA',
      ...chunkClaim('output', 3),
    };
    const clock = play.clockFrom(play.replaceCourt('TxAc'));
    play.post('client', old);
    play.until(clock.stages[0]!.until + 1);
    expect(play.wants('worker')[0]).toBe('Tx8c:1.2.3');
    for (const arbiter of ARBITERS)
      expect(play.state(arbiter).arbitration.words).not.toContainEqual(
        expect.objectContaining({ author: 'client' }),
      );
  });

  it('D40: there is a record of the other kind of dispute only where there was one', () => {
    const play = new CourtPlay(appealed);
    expect(play.state('arbiter:1').arbitration.other).toBeNull();
    play.replaceCourt('TxAc');
    expect(play.state('arbiter:1').arbitration.other).toMatchObject({ of: 'TxA', other: null });
  });

  it('D40: what names the other transaction waits as long as that may still come, and is then refused', () => {
    const play = new CourtPlay({ ...appealed, knows: (_, game) => documents(game) });
    const claim = {
      kind: 'claim',
      channel: play.channel,
      court: 'TxAc',
      ...chunkClaim('output', 3),
    } as const;
    play.post('client', claim, ['arbiter:1']);
    const refused = () => play.faults.filter(({ fault }) => fault.code === 'post-late');
    play.until(play.height + 4);
    expect(refused()).toEqual([]);
    play.until(play.height + 5);
    expect(refused()).toHaveLength(1);
    const early = new CourtPlay({ ...appealed, knows: (_, game) => documents(game) });
    early.post('client', claim, ['arbiter:1']);
    early.replaceCourt('TxAc');
    expect(early.state('arbiter:1').arbitration.words).toMatchObject([{ author: 'client' }]);
  });

  describe('while a task runs', () => {
    const found: Knows = (party, play) => ({
      ...documents(play),
      ...(party === 'client' ? { accusation: { fault: 'output', chunk: 3 } } : {}),
    });
    const slow = { ...appealed, knows: found };
    const made = (court: 'TxA' | 'TxAc') =>
      ({ kind: 'claim-made', court, claim: chunkClaim('output', 3) }) as const;

    it('D40: a claim that was made for TxA is not posted on TxAc, which gets its own', () => {
      const play = new CourtPlay({
        ...slow,
        behaviours: { client: { onTask: ({ kind }) => (kind === 'make-claim' ? null : undefined) } },
      });
      play.replaceCourt('TxAc');
      play.feed('client', made('TxA'));
      play.settle();
      expect(saidBy(play, 'client')).toEqual([]);
      play.feed('client', made('TxAc'));
      play.settle();
      expect(saidBy(play, 'client')).toEqual(['claim on TxAc']);
    });

    it.each([
      ['TxA is not', ['TxA']],
      ['neither TxV0 nor TxA is', ['TxA', 'TxV0']],
    ] as const)('a claim that is ready while %s in a block is posted when it is in one again', (_, gone) => {
      const play = new CourtPlay({
        ...slow,
        behaviours: { client: { onTask: ({ kind }) => (kind === 'make-claim' ? null : undefined) } },
      });
      for (const transaction of gone) play.unconfirm(transaction);
      play.feed('client', made('TxA'));
      expect(saidBy(play, 'client')).toEqual([]);
      for (const transaction of gone.toReversed()) play.confirm(transaction, play.tip);
      expect(saidBy(play, 'client')).toEqual(['claim on TxA']);
    });

    it('a claim or a signature that nobody asked for is for nobody, while there is no dispute', () => {
      const play = new CourtPlay({ ...appealed, knows: (_, game) => documents(game) });
      for (const transaction of ['TxA', 'TxV0'] as const) play.unconfirm(transaction);
      play.feed('client', made('TxA'));
      play.feed('arbiter:1', { kind: 'signed', signatures: [] });
      expect(play.faults.slice(-2)).toMatchObject([
        { party: 'client', fault: { code: 'out-of-place' } },
        { party: 'arbiter:1', fault: { code: 'out-of-place' } },
      ]);
    });

    it('D40: what an arbiter found on TxA is no vote on TxAc', () => {
      const play = new CourtPlay({
        ...slow,
        behaviours: {
          'arbiter:1': {
            onTask: (task) => (task.kind === 'judge' && task.court === 'TxA' ? null : undefined),
          },
        },
      });
      play.until(play.clock.judge);
      const clock = play.clockFrom(play.replaceCourt('TxAc'));
      play.until(clock.judge - 1);
      play.feed('arbiter:1', { kind: 'judged', court: 'TxA', confirmed: false, nonce: play.channel });
      play.until(clock.stages[0]!.until + 1);
      expect(play.wants('client')[0]).toBe('Tx7c:1.2.3');
    });

    it('D40: what ends when TxAc is final is for nobody: no claim and no vote on TxAc', () => {
      const play = new CourtPlay({
        ...slow,
        behaviours: {
          client: { onTask: ({ kind }) => (kind === 'make-claim' ? null : undefined) },
          'arbiter:1': { onTask: ({ kind }) => (kind === 'judge' ? null : undefined) },
        },
      });
      const height = play.replaceCourt('TxAc');
      play.until(height + FINAL_CONFIRMATIONS - 1);
      expect(play.tip).toBeLessThanOrEqual(play.clockFrom(height).claim);
      play.feed('client', made('TxA'));
      expect(play.faults.at(-1)).toMatchObject({ party: 'client', fault: { code: 'out-of-place' } });
      play.settle();
      expect(saidBy(play, 'client')).toEqual([]);
      play.until(play.clockFrom(height).judge);
      play.feed('arbiter:1', { kind: 'judged', court: 'TxA', confirmed: true, nonce: play.channel });
      expect(play.state('arbiter:1').arbitration.vote).toBeNull();
      play.feed('arbiter:1', { kind: 'judged', court: 'TxAc', confirmed: true, nonce: play.channel });
      expect(play.state('arbiter:1').arbitration.vote).toMatchObject({ decision: 1 });
    });

    it('D40: signatures on a decision of TxA that are ready when TxAc is in its place wait until TxA is back', () => {
      const play = new CourtPlay({
        ...slow,
        behaviours: { 'arbiter:1': { onTask: ({ kind }) => (kind === 'sign' ? null : undefined) } },
      });
      play.until(play.clock.stages[0]!.from);
      const asked = play.tasks.flatMap(({ party, task }) =>
        party === 'arbiter:1' && task.kind === 'sign' ? task.slots : [],
      );
      expect(asked.map(({ transaction }) => transaction)).toEqual(['Tx7:1.2.3']);
      play.replaceCourt('TxAc');
      play.feed('arbiter:1', { kind: 'signed', signatures: asked.map((slot) => play.signature(slot)) });
      play.settle();
      const signed = () => saidBy(play, 'arbiter:1').filter((word) => word.startsWith('decisionSignatures'));
      expect(signed()).toEqual([]);
      play.replaceCourt('TxA');
      expect(signed()).toEqual(['decisionSignatures on TxA']);
    });
  });
});
