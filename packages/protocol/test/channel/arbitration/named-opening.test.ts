import { describe, expect, it } from 'vitest';
import { type PostedMessage, toHex } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, documents } from './knowledge.ts';

const base = { arbiters: 3, unsigned: true } as const;
const onAppeal: Case = { ...base, court: 'TxA' };
const NO_SEEDS = { seed: null, verifierSeed: null };
const onChallenge: Case = { ...base, court: 'TxAc' };

/** What was posted of W in addition to what `documents` has. */
const posted = (play: CourtPlay, changes: Partial<PostedMessage>): PostedMessage => ({
  ...documents(play).posts[0]!,
  ...changes,
});

describe("D31: after a challenge the opening counts that V's posted verdict names, if C is bound to it", () => {
  const R = fixtureHash('R');
  const named = fixtureHash('opening');
  const verdict =
    (openingHash = named, root = R) =>
    (play: CourtPlay): PostedMessage =>
      posted(play, {
        kind: 'verdict',
        author: 'verifier',
        sealed: fixtureHash(`verdict ${toHex(openingHash)}`),
        detail: { of: 'verdict', root, openingHash },
      });
  /** C's receipt for the document of that name. */
  const receipt =
    (
      subject: 'delivery' | 'opening',
      name: string = subject === 'delivery' ? 'delivery' : 'sealed opening',
    ) =>
    (play: CourtPlay): PostedMessage =>
      posted(play, {
        kind: 'receipt',
        author: 'client',
        sealed: fixtureHash(`receipt ${name}`),
        timely: false,
        detail: { of: 'receipt', subject, root: R, message: fixtureHash(name), ...NO_SEEDS },
      });
  const another = (play: CourtPlay): PostedMessage =>
    posted(play, {
      kind: 'opening',
      sealed: fixtureHash('second opening'),
      detail: {
        of: 'opening',
        root: R,
        openingHash: fixtureHash('second opening hash'),
        seeds: { client: fixtureHash('s_C'), verifier: fixtureHash('s_V') },
      },
    });
  const judged = (
    court: Case,
    given: readonly ((play: CourtPlay) => PostedMessage)[],
    documentsOf = (play: CourtPlay) => documents(play).posts,
  ) => {
    const play = new CourtPlay({
      ...court,
      knows: (party, at) => ({
        ...CHUNK_CLAIM(party, at),
        posts: [...documentsOf(at), ...given.map((make) => make(at))],
      }),
    });
    play.until(play.clock.judge);
    return play.tasks.find(({ task }) => task.kind === 'judge')!.task;
  };
  /** What was shown as evidence only: in the fast path nothing is posted in time. */
  const asEvidence = (play: CourtPlay) => documents(play).posts.map((post) => ({ ...post, timely: false }));

  it('because it is the only one that was posted in time, and so C has accepted it too', () => {
    expect(judged(onChallenge, [verdict()])).toMatchObject({ named, root: R });
    expect(judged(onChallenge, [])).toMatchObject({ named: null, root: R });
  });

  it('or because C gave its receipts, where nothing was posted in time', () => {
    const receipts = [receipt('delivery'), receipt('opening')];
    expect(judged(onChallenge, [verdict(), ...receipts], asEvidence)).toMatchObject({ named, root: R });
    for (const missing of [0, 1]) {
      const one = receipts.filter((_, i) => i !== missing);
      expect(judged(onChallenge, [verdict(), ...one], asEvidence)).toMatchObject({
        named: null,
        root: null,
      });
    }
  });

  it('with two in time only the one that has the receipt of C counts: W = V could name either', () => {
    expect(judged(onChallenge, [verdict(), another])).toMatchObject({ named: null });
    expect(judged(onChallenge, [verdict(), another, receipt('opening')])).toMatchObject({ named });
    expect(judged(onChallenge, [verdict(), another, receipt('opening', 'second opening')])).toMatchObject({
      named: null,
    });
  });

  it('a Client that gave two receipts for openings is bound to any: an honest one gives one', () => {
    const two = [receipt('opening', 'x'), receipt('opening', 'y')];
    expect(judged(onChallenge, [verdict(), another, ...two])).toMatchObject({ named });
  });

  it('a verdict that names what nobody has seen, or another R, counts for nothing', () => {
    expect(judged(onChallenge, [verdict(fixtureHash('unseen'))])).toMatchObject({ named: null });
    expect(judged(onChallenge, [verdict(named, fixtureHash('R′'))])).toMatchObject({ named: null });
  });

  it('two verdicts, a late one, and an appeal: none', () => {
    expect(judged(onChallenge, [verdict(), verdict(fixtureHash('other'))])).toMatchObject({ named: null });
    const late = (play: CourtPlay) => ({ ...verdict()(play), timely: false });
    expect(judged(onChallenge, [late])).toMatchObject({ named: null });
    expect(judged(onAppeal, [verdict()])).toMatchObject({ named: null, root: R });
  });
});
