import { describe, expect, it } from 'vitest';
import {
  type Accusation,
  adaptorSign,
  type ChannelMessage,
  clock as clockOf,
  type MessageOf,
  type Party,
  sighash,
} from '../../../src/index.ts';
import { partySecret } from '../../fixtures/terms.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, chunkClaim, documents, UNDELIVERED } from './knowledge.ts';
import { type Behaviour, SIGNS_NOTHING } from './manners.ts';
import { agreed } from './setting.ts';

const guilty: Case = { arbiters: 5, court: 'TxA', knows: UNDELIVERED, unsigned: true };
const innocent: Case = { ...guilty, knows: CHUNK_CLAIM };

/** Not there at some tips, counted from HA. */
function away(from: number, to: number): Behaviour {
  const { height } = new CourtPlay(guilty);
  return { offline: (tip) => tip >= height + from && tip < height + to };
}

const saidBy = (play: CourtPlay, party: Party, kind: ChannelMessage['kind']) =>
  play.said.filter(({ author, message }) => author === party && message.kind === kind);

/** A play in which nobody holds anything against W yet. */
const quiet = (): CourtPlay => new CourtPlay({ ...guilty, knows: (_, play) => documents(play) });

function accuse(play: CourtPlay, accusation: Accusation): void {
  play.states.set('verifier', { ...play.state('verifier'), accusation });
}

describe('M §Clock: what is due by a height is done at that height, and not after it', () => {
  it('what V finds in block HA + Δ it claims', () => {
    const play = quiet();
    play.until(play.clock.claim - 1);
    accuse(play, { fault: 'unopened' });
    play.mine(1);
    expect(saidBy(play, 'verifier', 'claim').map(({ tip }) => tip)).toEqual([play.clock.claim]);
  });

  it('a claim about a chunk that is ready by HA + Δ is posted, and a later one is not', () => {
    const late: Behaviour = { onTask: ({ kind }) => (kind === 'make-claim' ? null : undefined) };
    const posted = (blocks: number) => {
      const play = new CourtPlay({ ...innocent, behaviours: { verifier: late } });
      play.until(play.clock.claim + blocks);
      play.feed('verifier', { kind: 'claim-made', court: 'TxA', claim: chunkClaim('output', 3) });
      play.settle();
      return saidBy(play, 'verifier', 'claim').length;
    };
    expect(posted(0)).toBe(1);
    expect(posted(1)).toBe(0);
  });

  it('a claim that nobody asked for is not posted', () => {
    const play = quiet();
    play.mine(1);
    play.feed('verifier', { kind: 'claim-made', court: 'TxA', claim: chunkClaim('output', 3) });
    play.settle();
    expect(play.said).toEqual([]);
  });

  it('an arbiter that is back after the time for commitments judges nothing', () => {
    const play = new CourtPlay(guilty);
    const { clock, height } = play;
    const missed = (until: number) =>
      new CourtPlay({
        ...guilty,
        behaviours: { 'arbiter:5': away(clock.judge - height, until - height) },
      }).until(clock.openFrom);
    const judges = (of: CourtPlay) =>
      of.tasks.filter(({ party, task }) => party === 'arbiter:5' && task.kind === 'judge').length;
    expect(judges(missed(clock.commitment))).toBe(1);
    expect(judges(missed(clock.commitment + 1))).toBe(0);
  });

  it('a vote is opened at HA + Δ_1 at the latest: nobody would accept it later', () => {
    const { clock, height } = new CourtPlay(guilty);
    const opened = (back: number) => {
      const behaviours = { 'arbiter:5': away(clock.openFrom - height, back - height) };
      const play = new CourtPlay({ ...guilty, behaviours });
      return saidBy(play.until(clock.opening + 2), 'arbiter:5', 'voteOpening').length;
    };
    expect(opened(clock.opening)).toBe(1);
    expect(opened(clock.opening + 1)).toBe(0);
  });

  it('decisions are signed at the last tip of a stage, and not between the stages', () => {
    const { clock, height } = new CourtPlay(guilty);
    const [, second] = clock.stages;
    const signed = (back: number) => {
      const behaviours = {
        'arbiter:4': SIGNS_NOTHING,
        'arbiter:5': away(second!.from - height, back - height),
      };
      const play = new CourtPlay({ ...guilty, behaviours }).until(second!.until + 2);
      return saidBy(play, 'arbiter:5', 'decisionSignatures').length;
    };
    expect(signed(second!.until)).toBe(2);
    expect(signed(second!.until + 1)).toBe(1);
  });

  it('D36: who was away, and signed what all of them signed, signs the other decision of all of them too', () => {
    // Nobody lacks anything, and nobody claims: d = 0.
    const setting: Case = { ...guilty, knows: (_, play) => ({ ...documents(play), posts: [] }) };
    const { clock, height, times } = new CourtPlay(setting);
    const gone = clock.stages[0]!.until + 1 - height;
    const behaviours = { 'arbiter:5': away(gone, gone + 2 * times.B) };
    const play = new CourtPlay({ ...setting, behaviours }).until(clock.stages[2]!.from);
    expect(play.state('arbiter:5').arbitration.away).toBe(true);
    const both = ['Tx7:1.2.3.4.5', 'Tx8:1.2.3.4.5'];
    expect(play.signedBy(5)).toEqual(both);
    // It is complete: no smaller one follows.
    play.until(clock.stages[3]!.until);
    expect(play.signedBy(5)).toEqual(both);
  });
});

describe('M §Clock: an arbiter that was away', () => {
  it('asks for everything that is posted', () => {
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': away(2, 2 + 8) } });
    play.until(play.clock.judge);
    const [asked] = play.direct.filter(({ message }) => message.kind === 'lacking');
    expect(asked).toMatchObject({ from: 'arbiter:5', message: { channel: play.channel } });
    const { items } = asked!.message as MessageOf<'lacking'>;
    const kinds = [
      'claim',
      'decisionSignatures',
      'delivery',
      'opening',
      'receipt',
      'verdict',
      'voteCommitment',
    ];
    expect(items.map((item) => item.what === 'message' && item.kind).sort()).toEqual([
      ...kinds,
      'voteOpening',
    ]);
    expect(items.every((item) => item.what === 'message' && item.from === null)).toBe(true);
  });
});

describe('M §Clock: whether an arbiter knows who failed in a stage', () => {
  const { agreement } = agreed(5);
  const { B } = clockOf(agreement.parameters, agreement.contract);
  /** By the last tip that it saw before it left, and the one at which it is back, from the last at which a word can come. */
  const isAway = (seen: number, back: number): boolean => {
    const { clock, height } = new CourtPlay(guilty);
    const end = clock.stages.at(-1)!.until + B;
    const behaviours = { 'arbiter:5': away(end + seen + 1 - height, end + back - height) };
    const play = new CourtPlay({ ...guilty, behaviours }).until(end + back);
    return play.state('arbiter:5').arbitration.away;
  };

  it('it does when it saw the last block in which a word of it could come', () => {
    expect(isAway(0, B + 2)).toBe(false);
    expect(isAway(-1, B + 2)).toBe(true);
  });

  it('it does when it is back for that block', () => {
    expect(isAway(-B - 1, 0)).toBe(false);
    expect(isAway(-B - 1, 1)).toBe(true);
  });

  it('it does when it missed that block alone, with no more than B at once', () => {
    expect(isAway(-1, B - 1)).toBe(false);
  });
});

describe('M §Clock: signatures of a stage that say nothing', () => {
  type Signed = MessageOf<'decisionSignatures'>;
  const withFifth = (change: (items: Signed['signatures']) => Signed['signatures']): CourtPlay => {
    const onPost: Behaviour['onPost'] = (message) =>
      message.kind === 'decisionSignatures'
        ? [{ message: { ...message, signatures: change(message.signatures) } }]
        : [{ message }];
    const play = new CourtPlay({ ...guilty, behaviours: { 'arbiter:5': { onPost } } });
    return play.until(play.clock.stages[0]!.from);
  };
  const given = (play: CourtPlay) =>
    play
      .state('client')
      .arbitration.words.flatMap(({ author, content }) =>
        author === 'arbiter:5' && content.about === 'stage' ? [content.given] : [],
      );
  const isNamed = (play: CourtPlay): boolean =>
    play.faults.some(({ fault }) => fault.code === 'decision-invalid' && fault.culprit === 'arbiter:5');

  it('the same signature twice: none counts, and its author is named', () => {
    const play = withFifth(([first]) => [first!, first!]);
    expect(given(play)).toEqual([[]]);
    expect(isNamed(play)).toBe(true);
    const honest = withFifth((items) => items);
    expect(given(honest)).toEqual([['Tx7:1.2.3.4.5']]);
    expect(isNamed(honest)).toBe(false);
  });

  it('one on another input than the one of a decision', () => {
    const play = withFifth((items) => items.map((item) => ({ ...item, input: 1 })));
    expect(given(play)).toEqual([[]]);
    expect(isNamed(play)).toBe(true);
  });

  it('an adaptor signature: no arbiter owes one', () => {
    const { graph, agreement } = new CourtPlay(guilty);
    const { pointLock } = agreement.contract;
    const secret = partySecret('arbiter:5');
    const play = withFifth((items) =>
      items.map(({ transaction, input }) => ({
        kind: 'adaptor',
        transaction,
        input,
        signature: adaptorSign(sighash(graph, transaction, input), secret, pointLock, new Uint8Array(32)),
      })),
    );
    expect(given(play)).toEqual([[]]);
    expect(isNamed(play)).toBe(true);
  });
});
