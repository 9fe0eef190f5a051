import { describe, expect, it } from 'vitest';
import type { MessageOf, Party } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, UNDELIVERED } from './knowledge.ts';
import { AWAY, type Behaviour } from './manners.ts';
import { signatures } from './signed.ts';

const guilty: Case = { arbiters: 5, court: 'TxA', knows: UNDELIVERED, unsigned: true };
const innocent: Case = { ...guilty, knows: CHUNK_CLAIM };
const HONEST = [1, 2, 3, 4] as const;

type Signed = MessageOf<'decisionSignatures'>;

/** What an arbiter makes of its signatures of a stage. */
const signing = (change: (message: Signed) => ReturnType<NonNullable<Behaviour['onPost']>>): Behaviour => ({
  onPost: (message) => (message.kind === 'decisionSignatures' ? change(message) : [{ message }]),
});

function withFifth(behaviour: Behaviour, setting = guilty): CourtPlay {
  const play = new CourtPlay({ ...setting, behaviours: { 'arbiter:5': behaviour } });
  return play.until(play.clock.stages[1]!.from);
}

function leftOut(play: CourtPlay): boolean {
  const signed = HONEST.map((index) => play.signedBy(index).some((id) => id.endsWith(':1.2.3.4')));
  expect(new Set(signed).size).toBe(1);
  return signed[0]!;
}

const codes = (play: CourtPlay, culprit: Party): ReadonlySet<string> =>
  new Set(play.faults.filter(({ fault }) => fault.culprit === culprit).map(({ fault }) => fault.code));

describe('M §Clock: signatures of a stage', () => {
  it('a signature that is not valid is none', () => {
    const play = withFifth(
      signing((message) => {
        const [first] = message.signatures;
        const wrong = { ...first!, signature: fixture64(1) } as Signed['signatures'][number];
        return [{ message: { ...message, signatures: [wrong] } }];
      }),
    );
    expect(leftOut(play)).toBe(true);
    expect(codes(play, 'arbiter:5')).toContain('decision-invalid');
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4']);
  });

  describe('makes its readers verify no more than what its author signed, and one', () => {
    /** Verifications that an arbiter does for a message of the fifth, in stage 1 of a court in which it was silent before. */
    function verifications(change: (right: Signed) => Signed): { count: number; given: readonly string[] } {
      const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': signing(() => []) } });
      play.until(play.clock.stages[1]!.from);
      const ids = ['Tx7:1.2.3.5', 'Tx7:1.2.4.5', 'Tx7:1.3.4.5', 'Tx7:2.3.4.5'] as const;
      const right = signatures(play, 'arbiter:5', ids, 1);
      const message = change(right);
      const before = play.verified.get('arbiter:1') ?? 0;
      play.post('arbiter:5', message, ['arbiter:1']);
      const words = play.state('arbiter:1').arbitration.words;
      const given = words.flatMap(({ author, content }) =>
        author === 'arbiter:5' && content.about === 'stage' && content.stage === 1 ? [...content.given] : [],
      );
      return { count: (play.verified.get('arbiter:1') ?? 0) - before, given };
    }
    const wrong = (item: Signed['signatures'][number]) =>
      ({ ...item, signature: fixture64(1) }) as Signed['signatures'][number];
    const beyond = (change: (right: Signed) => Signed) => {
      const none = verifications((right) => ({ ...right, signatures: [] }));
      const { count, given } = verifications(change);
      return { count: count - none.count, given: given.length };
    };

    it('all of them when they are right', () => {
      expect(beyond((right) => right)).toEqual({ count: 4, given: 4 });
    });

    it('1,024 on one slot: none is verified', () => {
      const many = (right: Signed) => Array.from({ length: 1_024 }, () => wrong(right.signatures[0]!));
      expect(beyond((right) => ({ ...right, signatures: many(right) }))).toEqual({ count: 0, given: 0 });
    });

    it('one that is wrong: nothing after it is verified, and nothing before it counts', () => {
      const second = ([first, other, ...rest]: Signed['signatures']) => [first!, wrong(other!), ...rest];
      expect(beyond((right) => ({ ...right, signatures: second(right.signatures) }))).toEqual({
        count: 2,
        given: 0,
      });
    });

    it.each([
      ['of another stage', 'Tx7:1.2.3.4.5'],
      ['of a family that is due after Δ_2 only, on TxAc', 'Tx9c:1.2.3.5'],
    ] as const)('one %s: none is verified', (_, transaction) => {
      const other = (right: Signed) => ({ ...right.signatures[0]!, transaction });
      expect(beyond((right) => ({ ...right, signatures: [...right.signatures, other(right)] }))).toEqual({
        count: 0,
        given: 0,
      });
    });
  });

  it("a copy of another arbiter's signatures is none", () => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': signing(() => []) } });
    play.until(play.clock.stages[0]!.from);
    play.post('arbiter:5', signatures(play, 'arbiter:1', ['Tx7:1.2.3.4.5'], 0));
    play.until(play.clock.stages[1]!.from);
    expect(leftOut(play)).toBe(true);
  });

  it.each([
    ['of no decision', 'Tx6'],
    ['of no settlement', 'TxA'],
    ['of another court', 'Tx7c:1.2.3.4.5'],
    ['of a set without its author', 'Tx7:1.2.3.4'],
  ] as const)('a signature %s says nothing', (_, transaction) => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': signing(() => []) } });
    play.until(play.clock.stages[0]!.from);
    const message = signatures(play, 'arbiter:5', [transaction], 0);
    play.post('arbiter:5', message);
    expect(codes(play, 'arbiter:5')).toContain('decision-invalid');
    expect(play.state('client').signatures.plain[`${transaction}/0/arbiter:5`]).not.toEqual(
      message.signatures[0]!.signature,
    );
  });

  it('signatures for another graph, or of a stage that does not exist, are not accepted', () => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': signing(() => []) } });
    play.until(play.clock.stages[0]!.from);
    const right = signatures(play, 'arbiter:5', ['Tx7:1.2.3.4.5'], 0);
    play.post('arbiter:5', { ...right, graphId: fixtureHash('another graph') });
    play.post('arbiter:5', { ...right, stage: play.clock.stages.length });
    const words = play.state('arbiter:1').arbitration.words;
    expect(
      words.filter(({ author, content }) => author === 'arbiter:5' && content.about === 'stage'),
    ).toEqual([]);
    play.until(play.clock.stages[1]!.from);
    expect(leftOut(play)).toBe(true);
  });

  it('two different messages of a stage void each other', () => {
    const play = withFifth(signing((message) => [{ message }, { message: { ...message, signatures: [] } }]));
    expect(leftOut(play)).toBe(true);
    expect(codes(play, 'arbiter:5')).toContain('words-void');
  });

  it('what comes in the last moment of a stage, to one arbiter only, all have; what comes later nobody counts', () => {
    const at = (after: number, to: Party): Behaviour => ({
      onPost: (message, recipient) =>
        message.kind !== 'decisionSignatures' ? [{ message }] : recipient === to ? [{ message, after }] : [],
    });
    const { stages } = new CourtPlay(guilty).clock;
    const most = stages[0]!.until - stages[0]!.from;
    const inTime = withFifth(at(most, 'arbiter:2'));
    expect(leftOut(inTime)).toBe(false);
    expect(inTime.wants('client')).toEqual(['Tx7:1.2.3.4.5']);
    expect(leftOut(withFifth(at(most + 1, 'arbiter:2')))).toBe(true);
  });

  it('late signatures are not accepted, and W, which only reads, uses them all the same', () => {
    const { stages } = new CourtPlay(innocent).clock;
    const after = stages[0]!.until - stages[0]!.from + 1;
    const play = withFifth(
      signing((message) => [{ message, after }]),
      innocent,
    );
    expect(leftOut(play)).toBe(true);
    // The smaller one may have shown h_p before the late signature came: it stays among what W raises.
    expect(play.wants('worker')).toEqual(['Tx8:1.2.3.4.5', 'Tx8:1.2.3.4']);
  });

  it('W has what the arbiters have, whatever an arbiter sends it before in the same stage', () => {
    const play = new CourtPlay({
      ...innocent,
      behaviours: {
        'arbiter:5': {
          relaysNothing: true,
          onPost: (message, to) => {
            if (message.kind !== 'decisionSignatures' || to !== 'worker') return [{ message }];
            const [first] = message.signatures;
            const wrong = (byte: number) => ({
              message: {
                ...message,
                signatures: [{ ...first!, signature: fixture64(byte) } as typeof first & {}],
              },
            });
            return [wrong(1), wrong(2), wrong(3)];
          },
        },
      },
    });
    play.until(play.clock.stages[0]!.until);
    expect(play.wants('worker')).toEqual(['Tx8:1.2.3.4.5']);
    const kept = play
      .state('worker')
      .posts.filter(({ kind, author }) => kind === 'decisionSignatures' && author === 'arbiter:5');
    expect(kept).toHaveLength(3);
  });

  it('a decision that is complete is the last: who signs late changes nothing', () => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': AWAY } });
    play.until(play.clock.stages[1]!.until + play.times.B + 1);
    play.post('arbiter:5', signatures(play, 'arbiter:5', ['Tx7:1.2.3.4.5'], 0));
    play.until(play.clock.stages.at(-1)!.until);
    for (const index of HONEST) expect(play.signedBy(index)).toEqual(['Tx7:1.2.3.4.5', 'Tx7:1.2.3.4']);
    expect(play.wants('client')).toEqual(['Tx7:1.2.3.4']);
  });

  it('an arbiter signs nothing that its vote does not say, nor twice', () => {
    const play = new CourtPlay(guilty);
    play.until(play.clock.stages[0]!.from);
    const before = play.said.length;
    const slot = { transaction: 'Tx7:1.2.3.4.5', input: 0, signer: 'arbiter:1', kind: 'plain' } as const;
    play.feed('arbiter:1', { kind: 'signed', signatures: [play.signature(slot)] });
    play.feed('arbiter:1', {
      kind: 'signed',
      signatures: [play.signature({ ...slot, transaction: 'Tx8:1.2.3.4.5' })],
    });
    play.settle();
    expect(play.said).toHaveLength(before);
    expect(play.signedBy(1)).toEqual(['Tx7:1.2.3.4.5']);
  });
});

/** 64 bytes that are no signature. */
const fixture64 = (byte: number) =>
  new Uint8Array(64).fill(byte) as Signed['signatures'][number]['signature'];
