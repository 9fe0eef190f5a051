import { describe, expect, it } from 'vitest';
import type { Hash32, PostedMessage, Task } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { type Case, CourtPlay } from './court.ts';
import { CHUNK_CLAIM, documents } from './knowledge.ts';

type Judge = Extract<Task, { readonly kind: 'judge' }>;

const [R, OTHER] = [fixtureHash('R'), fixtureHash('R′')];
const ONE = 'arbiter:1';
const TWO = 'arbiter:2';

/** A delivery of W that was accepted in time. */
const delivery =
  (name: string, root: Hash32 = R) =>
  (play: CourtPlay): PostedMessage => ({
    ...documents(play).posts[0]!,
    sealed: fixtureHash(name),
    detail: { of: 'delivery', root },
  });

/** C's receipt that was accepted in time, and gives `root` to the delivery of that name. */
const receipt =
  (name: string, root: Hash32, sealed = `receipt ${name}`) =>
  (play: CourtPlay): PostedMessage => ({
    ...documents(play).posts[0]!,
    kind: 'receipt',
    author: 'client',
    sealed: fixtureHash(sealed),
    detail: {
      of: 'receipt',
      subject: 'delivery',
      root,
      message: fixtureHash(name),
      seed: fixtureHash('s_C'),
      verifierSeed: null,
    },
  });

type Kept = readonly ((play: CourtPlay) => PostedMessage)[];

/** What the first arbiter judges by, having kept `one`, and the second, having kept `two`. */
function judged(one: Kept, two: Kept, court: Case['court'] = 'TxA'): readonly Judge[] {
  const play = new CourtPlay({
    arbiters: 3,
    unsigned: true,
    court,
    knows: (party, at) => ({
      ...CHUNK_CLAIM(party, at),
      posts: [...(party === TWO ? two : one).map((make) => make(at)), documents(at).posts[1]!],
    }),
  });
  play.until(play.clock.judge);
  return [ONE, TWO].map((who) => {
    const found = play.tasks.find(({ party, task }) => party === who && task.kind === 'judge');
    if (found === undefined) throw new RangeError(`${who} judges nothing`);
    return found.task as Judge;
  });
}

/** Hashes that stand for seeds: of blocks H0 + t0 + B + 1 for s_V and Δ later for s_C. */
function blockHashes() {
  const { h0, times } = new CourtPlay({ arbiters: 3, unsigned: true, court: 'TxA' });
  const { B, delivery: t0, claim: delta } = times;
  const at = (height: number) => fixtureHash(`block ${height}`);
  return { client: at(h0 + t0 + delta + B + 1), verifier: at(h0 + t0 + B + 1) };
}

describe('D37: all honest arbiters judge by the same seeds and the same R', () => {
  it('block hashes stand for both seeds where C opened none in time', () => {
    for (const { substitutes } of judged([delivery('delivery')], [delivery('delivery')]))
      expect(substitutes).toEqual(blockHashes());
  });

  it('no hash stands for s_C where C posted one receipt in time, whether its delivery was posted or not', () => {
    const posted = [delivery('delivery'), receipt('delivery', R)];
    const alone = [receipt('delivery', R)];
    for (const kept of [posted, alone]) {
      for (const { substitutes } of judged(kept, kept))
        expect(substitutes).toEqual({ client: null, verifier: blockHashes().verifier });
    }
  });

  it.each<[string, Partial<PostedMessage>]>([
    ['only as evidence', { timely: false }],
    ['too late for anybody', { acceptedAt: null }],
    ['by V, whose receipt opens no s_C', { author: 'verifier' }],
  ])('a receipt that was shown %s keeps no hash from counting', (_, changes) => {
    const shown = (play: CourtPlay) => ({ ...receipt('delivery', R)(play), ...changes });
    const kept = [delivery('delivery'), shown];
    for (const { substitutes } of judged(kept, kept)) expect(substitutes).toEqual(blockHashes());
  });

  it('C = W post three deliveries, and a receipt that gives another R to one: whichever two an arbiter keeps, it judges alike', () => {
    const named = receipt('first', OTHER);
    const [one, two] = judged(
      [delivery('first'), delivery('second'), named],
      [delivery('second'), delivery('third'), named],
    );
    expect(one).toEqual(two);
    expect(one!.substitutes.client).toBeNull();
  });

  it('W posts deliveries of two R: whichever two an arbiter keeps, no R is the one that was delivered', () => {
    const [one, two] = judged(
      [delivery('first'), delivery('second')],
      [delivery('first'), delivery('third', OTHER)],
    );
    expect(one).toEqual(two);
    expect(one!.root).toBeNull();
  });

  it('an arbiter that lacks a block hash waits for it: an opening for that hash would look malformed', () => {
    const asked: number[] = [];
    const play = new CourtPlay({
      arbiters: 3,
      unsigned: true,
      court: 'TxA',
      knows: CHUNK_CLAIM,
      behaviours: {
        [ONE]: {
          onTask: (task) => {
            if (task.kind !== 'find-block') return undefined;
            asked.push(task.height);
            return null;
          },
        },
      },
    });
    const judges = () => play.tasks.filter(({ party, task }) => party === ONE && task.kind === 'judge');
    play.until(play.clock.judge + 1);
    expect(judges()).toEqual([]);
    for (const height of asked)
      play.feed(ONE, { kind: 'block-found', height, hash: fixtureHash(`block ${height}`) });
    play.settle();
    expect(judges().map(({ task }) => (task as Judge).substitutes)).toEqual([blockHashes()]);
  });
});
