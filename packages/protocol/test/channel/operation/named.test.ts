import { describe, expect, it } from 'vitest';
import type { ChannelEvent, Hash32, OpenState, PostedMessage } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { H0 } from '../play/late.ts';
import { atTip, type Changes, changed, disputed, NONE, noted, paid, result, stateOf } from './steps.ts';

const R = otherHash('R');
const OPENING = otherHash('opening');
/** C, to which W sent one delivery and one opening directly, after V has put another one on the chain with r = 1. */
const client = (posts: readonly PostedMessage[], changes: Changes = {}) =>
  disputed(stateOf(paid(), 'client', { posts, ...changes }), 'TxV1');
/** What C has from W directly. */
const own = () => {
  const { delivery, opening } = stateOf(paid(), 'client');
  return { delivery: delivery!, opening: opening! };
};
const seeds = () => own().opening.seeds;

const verdict = (root = R, openingHash = OPENING) =>
  noted({
    kind: 'verdict',
    author: 'verifier',
    sealed: otherHash('v'),
    detail: { of: 'verdict', root, openingHash },
  });
const delivery = (more: Partial<PostedMessage> = {}) =>
  noted({ sealed: otherHash('d'), detail: { of: 'delivery', root: R }, ...more });
const opening = (more: Partial<PostedMessage> = {}) =>
  noted({
    kind: 'opening',
    sealed: otherHash('o'),
    detail: { of: 'opening', root: R, openingHash: OPENING, seeds: seeds() },
    acceptedAt: H0 + 11,
    ...more,
  });
const everything = () => [verdict(), delivery(), opening()];

/** What counts for C after one more block. */
function counts(state: OpenState) {
  const after = atTip(state, 172).state as OpenState;
  return [after.delivery?.hash, after.opening?.hash];
}
const stays = () => [own().delivery.hash, own().opening.hash];

describe('D31: on TxV1 C looks at what V’s posted verdict names, whatever W sent to it', () => {
  it('and checks that thoroughly, as if it had seen nothing before', () => {
    const begun = ['seed', 'check', 'thorough-check'] as const;
    const before = client(everything(), { begun, accusation: { fault: 'output', chunk: 3 } });
    const step = atTip(before, 172);
    const { substitutes } = before;
    expect(step.tasks).toEqual([
      {
        kind: 'check-opening',
        openingHash: OPENING,
        deliveryHash: otherHash('d'),
        thorough: true,
        substitutes,
      },
    ]);
    const { signature } = delivery();
    expect(step.state).toMatchObject({
      name: 'arbitration',
      delivery: { root: R, hash: otherHash('d'), signature, rebuilt: true, acceptedAt: H0 + 10 },
      opening: {
        hash: OPENING,
        sealed: otherHash('o'),
        signature,
        root: R,
        seeds: seeds(),
        acceptedAt: H0 + 11,
      },
      begun,
      checked: null,
      accusation: null,
    });
  });

  it('what C had is then what W signed besides: on TxA, both together are the fault (D40)', () => {
    const { equivocations, ...after } = atTip(client(everything()), 172).state as OpenState;
    expect(equivocations).toEqual([
      { of: 'delivery', second: own().delivery.hash, signature: own().delivery.signature },
      { of: 'opening', second: own().opening.sealed, signature: own().opening.signature },
    ]);
    const onAppeal = disputed({ ...after, equivocations } as OpenState, 'TxA');
    expect(atTip(onAppeal, 173).state).toMatchObject({
      accusation: {
        fault: 'equivocation',
        of: 'delivery',
        first: otherHash('d'),
        second: own().delivery.hash,
      },
    });
  });

  it('one of the two may be what C has', () => {
    const { root } = own().delivery;
    const otherOpening = opening({
      detail: { of: 'opening', root, openingHash: OPENING, seeds: seeds() },
    });
    const rows = [
      ['the delivery', [verdict(root), otherOpening], [own().delivery.hash, OPENING], ['opening']],
      [
        'the opening',
        [verdict(R, own().opening.hash), delivery()],
        [otherHash('d'), own().opening.hash],
        // W's opening is of another R than the delivery that counts now.
        ['delivery', 'root'],
      ],
      ['both', [verdict(root, own().opening.hash)], stays(), []],
    ] as const;
    for (const [title, posts, wanted, second] of rows) {
      expect([title, counts(client(posts))]).toEqual([title, wanted]);
      const { equivocations } = atTip(client(posts), 172).state as OpenState;
      expect([title, equivocations.map(({ of }) => of)]).toEqual([title, second]);
    }
  });

  it('what C finds in the delivery that it had says nothing about the one that it looks at now', () => {
    const { delivery: had, opening: shown } = own();
    const ended = (deliveryHash: Hash32): ChannelEvent => ({
      kind: 'opening-checked',
      openingHash: shown.hash,
      deliveryHash,
      thorough: false,
      verdict: { r: 0, chunk: 3, fault: 'malformed' },
    });
    const slow = client([verdict(R, shown.hash), delivery()], { checked: null });
    const after = atTip(slow, 172).state as OpenState;
    expect(result(after, ended(had.hash))).toBe('ignored: out-of-place, null');
    expect(result(after, ended(otherHash('d')))).toBe('moved');
  });

  it('also where nothing of W had counted: then W has signed nothing besides', () => {
    const state = client(everything(), { delivery: null, opening: null });
    expect(counts(state)).toEqual([otherHash('d'), OPENING]);
    expect((atTip(state, 172).state as OpenState).equivocations).toEqual([]);
  });

  it('an opening of another R than C’s delivery is none of another R than the named one', () => {
    const shown = { ...own().opening, root: R };
    const posts = [verdict(R, shown.hash), delivery()];
    const state = client(posts, {
      opening: shown,
      equivocations: [{ of: 'root', second: shown.sealed, signature: shown.signature }],
    });
    const { equivocations } = atTip(state, 172).state as OpenState;
    expect(equivocations.map(({ of }) => of)).toEqual(['delivery']);
  });

  it('only C, only on TxV1, and no more once it has challenged', () => {
    expect(counts(client(everything()))).toEqual([otherHash('d'), OPENING]);
    const challenged = [
      { transaction: 'TxAc', height: H0 + 170 },
      { transaction: 'TxV1', height: H0 + 170 },
    ];
    const [posts, { delivery: had, opening: seen }] = [everything(), own()];
    const rows: readonly (readonly [string, OpenState])[] = [
      ['no dispute', stateOf(paid(), 'client', { posts })],
      ['TxV0', disputed(stateOf(paid(), 'client', { posts }), 'TxV0')],
      ['challenged, in the same block', changed(client(posts), { disputes: challenged })],
      ['V', disputed(stateOf(paid(), 'verifier', { posts }), 'TxV1')],
      ['W', disputed(stateOf(paid(), 'worker', { posts }), 'TxV1')],
      ['A_1', disputed(stateOf(paid(), paid().arbiter(1), { posts, delivery: had, opening: seen }), 'TxV1')],
    ];
    for (const [title, state] of rows) expect([title, counts(state)]).toEqual([title, stays()]);
  });
});

describe('D31: C stays with what it has', () => {
  /** Two receipts of C for each document: who gives two is bound to anything. */
  const bound = () =>
    (['delivery', 'opening'] as const).flatMap((subject) =>
      [1, 2].map((i) =>
        noted({
          kind: 'receipt',
          author: 'client',
          sealed: otherHash(`${subject} ${i}`),
          detail: {
            of: 'receipt',
            subject,
            root: R,
            message: otherHash('d'),
            seed: null,
            verifierSeed: null,
          },
        }),
      ),
    );

  it('where the verdict names what C is not bound to', () => {
    expect(counts(client([delivery(), opening()]))).toEqual(stays());
    expect(counts(client([verdict(), delivery(), delivery({ sealed: otherHash('2') }), opening()]))).toEqual(
      stays(),
    );
  });

  it('where it names what C has not accepted in time', () => {
    const rows: readonly (readonly [string, readonly PostedMessage[], followed: boolean])[] = [
      ['it has both', [delivery(), opening()], true],
      ['no delivery', [opening()], false],
      ['no opening', [delivery()], false],
      ['a delivery that is not rebuilt', [delivery({ acceptedAt: null }), opening()], false],
      ['a delivery as evidence', [delivery({ timely: false }), opening()], false],
      ['an opening as evidence', [delivery(), opening({ timely: false })], false],
      ['an opening that waits', [delivery(), opening({ acceptedAt: null })], false],
      [
        'a delivery of another R',
        [delivery({ detail: { of: 'delivery', root: otherHash('2') } }), opening()],
        false,
      ],
    ];
    for (const [title, posts, followed] of rows) {
      const state = client([verdict(), ...bound(), ...posts], { receipts: NONE });
      expect([title, counts(state)]).toEqual([title, followed ? [otherHash('d'), OPENING] : stays()]);
    }
  });

  it('where it names a delivery that W announced and C never accepted', () => {
    const announced = { ...own().delivery, acceptedAt: null };
    const posts = [verdict(announced.root), ...bound(), opening()];
    expect(counts(client(posts, { receipts: NONE, delivery: announced }))).toEqual(stays());
  });
});
