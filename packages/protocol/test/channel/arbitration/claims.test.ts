import { describe, expect, it } from 'vitest';
import type { ArbitrationState, ChannelMessage, Party, PostedMessage } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { OPENING } from '../play/tasks.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, chunkClaim, documents, UNDELIVERED } from './knowledge.ts';

const ARBITERS = ['arbiter:1', 'arbiter:2', 'arbiter:3'] as const;

/** d of every arbiter, once votes are committed. */
function found(play: CourtPlay): readonly (0 | 1 | undefined)[] {
  play.until(play.clock.commitment);
  return ARBITERS.map((party) => play.state(party).arbitration.vote?.decision);
}

/** Nobody lacks anything of W. */
const ALL_IS_HERE: Case['knows'] & {} = (_, play) => documents(play);

const ALL_ONE = [1, 1, 1];
const ALL_ZERO = [0, 0, 0];
const base = { arbiters: 3, unsigned: true } as const;
const onAppeal: Case = { ...base, court: 'TxA' };
const onChallenge: Case = { ...base, court: 'TxAc' };

/** Says something about W that C and V can say. */
const claim = (play: CourtPlay, body: object): ChannelMessage =>
  ({ kind: 'claim', channel: play.channel, court: play.court, ...body }) as ChannelMessage;

/** What was posted of W in addition to what `documents` has. */
const posted = (play: CourtPlay, changes: Partial<PostedMessage>): PostedMessage => ({
  ...documents(play).posts[0]!,
  ...changes,
});

describe('M §Claims: who may claim, and by when', () => {
  it('D33: on TxA both V and C claim, and either claim is enough', () => {
    const play = new CourtPlay({
      ...onAppeal,
      knows: (party) => (party === 'client' ? { accusation: { fault: 'undelivered' } } : {}),
    });
    play.post('verifier', claim(play, chunkClaim('output', 1)));
    expect(found(play)).toEqual(ALL_ONE);
  });

  it('two parties say the same in the same bytes: each has claimed', () => {
    const play = new CourtPlay({ ...onAppeal, knows: UNDELIVERED });
    play.until(play.clock.judge);
    const claims = play
      .state('arbiter:1')
      .arbitration.words.filter(({ content }) => content.about === 'claim');
    expect(claims.map(({ author }) => author).sort()).toEqual(['client', 'verifier']);
  });

  it('on TxAc the Verifier has nothing to claim', () => {
    const play = new CourtPlay({ ...onChallenge, knows: ALL_IS_HERE, chunkIsWrong: true });
    play.post('verifier', claim(play, chunkClaim('output', 1)));
    expect(found(play)).toEqual(ALL_ZERO);
  });

  it('two different claims of one accuser void each other', () => {
    const play = new CourtPlay({ ...onAppeal, knows: ALL_IS_HERE, chunkIsWrong: true });
    play.post('verifier', claim(play, chunkClaim('output', 1)));
    play.post('verifier', claim(play, chunkClaim('output', 2)));
    expect(found(play)).toEqual(ALL_ZERO);
    expect(play.faults.map(({ fault }) => fault.code)).toContain('words-void');
  });

  it("D33: two claims of a Verifier that is with W do not void the Client's", () => {
    const play = new CourtPlay({
      ...onAppeal,
      knows: (party) => (party === 'client' ? { accusation: { fault: 'undelivered' } } : {}),
    });
    play.post('verifier', claim(play, { fault: 'undelivered' }));
    play.post('verifier', claim(play, chunkClaim('output', 2)));
    expect(found(play)).toEqual(ALL_ONE);
  });

  it('a claim that comes after HA + Δ is no claim', () => {
    const play = new CourtPlay({ ...onChallenge, chunkIsWrong: true, knows: ALL_IS_HERE });
    play.until(play.clock.claim + 1);
    play.post('client', claim(play, chunkClaim('output', 1)));
    expect(found(play)).toEqual(ALL_ZERO);
  });

  it('D29: a claim that is shown to one arbiter in the last block becomes known to all', () => {
    const play = new CourtPlay({ ...onChallenge, chunkIsWrong: true, knows: ALL_IS_HERE });
    play.until(play.clock.claim);
    play.post('client', claim(play, chunkClaim('output', 1)), ['arbiter:2']);
    expect(found(play)).toEqual(ALL_ONE);
  });

  it('nothing is judged before every honest arbiter has the same claims', () => {
    const play = new CourtPlay({ ...onChallenge, knows: UNDELIVERED });
    play.until(play.clock.judge - 1);
    expect(play.tasks.filter(({ task }) => task.kind === 'judge')).toEqual([]);
    play.mine(1);
    expect(play.tasks.filter(({ task }) => task.kind === 'judge')).toHaveLength(3);
  });

  it('an accuser claims once, whatever happens to the chain', () => {
    const play = new CourtPlay({ ...onAppeal, knows: UNDELIVERED });
    play.unconfirm('TxA');
    play.unconfirm('TxV0');
    expect(play.states.get('verifier')!.name).toBe('computation');
    play.confirm('TxV0', play.tip);
    play.mine(1);
    play.confirm('TxA', play.tip);
    expect(play.said.filter(({ author }) => author === 'verifier')).toHaveLength(1);
    expect(play.state('arbiter:1').arbitration.court?.height).toBe(play.tip);
    play.until(play.height + play.times.voteCommitment);
    expect(play.state('arbiter:1').arbitration.vote?.decision).toBe(1);
  });
});

describe('M §Claims: what is confirmed', () => {
  it('no claim: d = 0, since nothing forces an accuser to claim (D33)', () => {
    expect(found(new CourtPlay({ ...onAppeal, knows: ALL_IS_HERE, chunkIsWrong: true }))).toEqual(ALL_ZERO);
  });

  it('D11: a chunk is judged by running it again, with the claim that names it', () => {
    const play = new CourtPlay({ ...onAppeal, knows: CHUNK_CLAIM, chunkIsWrong: true });
    expect(found(play)).toEqual(ALL_ONE);
    const { task } = play.tasks.find(({ task: { kind } }) => kind === 'judge')!;
    expect(task).toMatchObject({ kind: 'judge', root: fixtureHash('R'), named: null });
    expect((task as { claims: readonly unknown[] }).claims).toHaveLength(1);
    expect(found(new CourtPlay({ ...onAppeal, knows: CHUNK_CLAIM }))).toEqual(ALL_ZERO);
  });

  describe.each([
    ['undelivered', 'delivery'],
    ['unopened', 'opening'],
  ] as const)('D3: %s', (fault, kind) => {
    const body = fault === 'undelivered' ? { fault } : { fault, root: fixtureHash('R') };
    const without = (play: CourtPlay) => documents(play).posts.filter((post) => post.kind !== kind);
    const play = (posts: (given: CourtPlay) => readonly PostedMessage[]): CourtPlay => {
      const given = new CourtPlay({
        ...onChallenge,
        knows: (_, at) => ({ ...documents(at), posts: posts(at) }),
      });
      given.post('client', claim(given, body));
      return given;
    };

    it('is confirmed where the arbiters did not accept it in time', () => {
      expect(found(play(without))).toEqual(ALL_ONE);
    });

    it('is not where they did', () => {
      expect(found(play((given) => documents(given).posts))).toEqual(ALL_ZERO);
    });

    it('is confirmed where it came as evidence only', () => {
      const late = (given: CourtPlay) =>
        documents(given).posts.map((post) => (post.kind === kind ? { ...post, timely: false } : post));
      expect(found(play(late))).toEqual(ALL_ONE);
    });

    it("D26: is not where the accuser's own receipt for it was accepted", () => {
      const receipt = (given: CourtPlay): PostedMessage =>
        posted(given, {
          kind: 'receipt',
          author: 'client',
          sealed: fixtureHash('receipt'),
          timely: false,
          detail: {
            of: 'receipt',
            subject: kind,
            root: fixtureHash('R'),
            message: fixtureHash(kind),
            seed: null,
            verifierSeed: null,
          },
        });
      expect(found(play((given) => [...without(given), receipt(given)]))).toEqual(ALL_ZERO);
      const notAccepted = (given: CourtPlay) => ({ ...receipt(given), acceptedAt: null });
      expect(found(play((given) => [...without(given), notAccepted(given)]))).toEqual(ALL_ONE);
      const another = (given: CourtPlay) => ({ ...receipt(given), author: 'verifier' as Party });
      expect(found(play((given) => [...without(given), another(given)]))).toEqual(ALL_ONE);
    });
  });

  describe('equivocation, which is judged by who accepted both', () => {
    const second = (play: CourtPlay, kind: 'delivery' | 'opening', root = fixtureHash('R′')): PostedMessage =>
      posted(play, {
        kind,
        sealed: fixtureHash(`second ${kind}`),
        timely: false,
        detail:
          kind === 'delivery'
            ? { of: 'delivery', root }
            : {
                of: 'opening',
                root,
                openingHash: fixtureHash('second opening hash'),
                seeds: { client: fixtureHash('s_C'), verifier: fixtureHash('s_V') },
              },
      });
    const first = { delivery: fixtureHash('delivery'), opening: fixtureHash('sealed opening') };
    const play = (
      court: Case,
      more: (given: CourtPlay) => readonly PostedMessage[],
      body: object,
    ): CourtPlay => {
      const given = new CourtPlay({
        ...court,
        knows: (_, at) => ({ ...documents(at), posts: [...documents(at).posts, ...more(at)] }),
      });
      given.post(given.accuser, claim(given, { fault: 'equivocation', ...body }));
      return given;
    };

    it.each(['delivery', 'opening'] as const)('two of kind %s: d = 1', (of) => {
      const body = { of, first: first[of], second: fixtureHash(`second ${of}`) };
      expect(found(play(onAppeal, (at) => [second(at, of)], body))).toEqual(ALL_ONE);
      expect(found(play(onAppeal, () => [], body))).toEqual(ALL_ZERO);
      expect(found(play(onAppeal, () => [], { ...body, second: body.first }))).toEqual(ALL_ZERO);
    });

    it('D26: counts whichever two the accuser names: each node keeps two of all that W signed, maybe others', () => {
      const body = { of: 'delivery', first: first.delivery, second: fixtureHash('a third delivery') };
      expect(found(play(onAppeal, (at) => [second(at, 'delivery')], body))).toEqual(ALL_ONE);
    });

    it('an opening for another R than the delivery has: d = 1', () => {
      const body = { of: 'root', first: first.delivery, second: fixtureHash('second opening') };
      expect(found(play(onAppeal, (at) => [second(at, 'opening')], body))).toEqual(ALL_ONE);
      expect(found(play(onAppeal, () => [], body))).toEqual(ALL_ZERO);
    });

    it('counts on TxA only: V may have said r = 1 before W signed again for C', () => {
      const body = { of: 'opening', first: first.opening, second: fixtureHash('second opening') };
      expect(found(play(onChallenge, (at) => [second(at, 'opening')], body))).toEqual(ALL_ZERO);
    });
  });

  it('a TxAc that confirmed after HV + (t2−t1) is d = 0, whatever is wrong', () => {
    const wrong: Case = { ...onChallenge, knows: CHUNK_CLAIM, chunkIsWrong: true };
    const appeal = new CourtPlay(wrong).times.appeal;
    expect(found(new CourtPlay({ ...wrong, appealAfter: appeal }))).toEqual(ALL_ONE);
    expect(found(new CourtPlay({ ...wrong, appealAfter: appeal + 1 }))).toEqual(ALL_ZERO);
  });
});

describe('M §Claims: what an accuser posts', () => {
  const says = (court: Case, party: Party, known: (play: CourtPlay) => Partial<ArbitrationState>) => {
    const play = new CourtPlay({
      ...court,
      knows: (who, at) => ({ ...documents(at), ...(who === party ? known(at) : {}) }),
    });
    play.until(play.clock.judge);
    return play.said.flatMap(({ author, message }) => (author === party ? [message] : []));
  };

  it('a chunk and its fault, with what proves it', () => {
    expect(says(onAppeal, 'verifier', () => ({ accusation: { fault: 'dleq', chunk: 4 } }))).toMatchObject([
      { kind: 'claim', fault: 'dleq', index: 4 },
    ]);
  });

  it('what is missing', () => {
    expect(says(onAppeal, 'verifier', () => ({ accusation: { fault: 'unopened' } }))).toMatchObject([
      { kind: 'claim', fault: 'unopened', root: fixtureHash('R') },
    ]);
  });

  it('what W signed twice, on TxA only', () => {
    const accusation = {
      fault: 'equivocation',
      of: 'opening',
      first: fixtureHash('sealed opening'),
      second: fixtureHash('second opening'),
    } as const;
    expect(says(onChallenge, 'client', () => ({ accusation }))).toEqual([]);
    const play = new CourtPlay({ ...onAppeal });
    const { sealed, signature } = play.seal('worker', { kind: 'opening', channel: play.channel, ...OPENING });
    const opening = { ...documents(play).opening!, sealed, signature };
    const other = play.seal('worker', {
      kind: 'opening',
      channel: play.channel,
      ...OPENING,
      root: fixtureHash('R′'),
    });
    play.states.set('verifier', {
      ...play.state('verifier'),
      opening,
      accusation: { ...accusation, first: sealed, second: other.sealed },
      equivocations: [{ of: 'opening', second: other.sealed, signature: other.signature }],
    });
    expect(found(play)).toEqual(ALL_ONE);
  });

  it('nothing after HA + Δ, when nobody would accept it', () => {
    const play = new CourtPlay({ ...onAppeal, knows: ALL_IS_HERE });
    play.until(play.clock.claim + 1);
    play.states.set('verifier', { ...play.state('verifier'), accusation: { fault: 'unopened' } });
    play.mine(1);
    expect(play.said).toEqual([]);
  });
});
