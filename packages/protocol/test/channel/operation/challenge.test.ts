import { describe, expect, it } from 'vitest';
import { areSubstitutesKnown } from '../../../src/channel/operation/seeds.ts';
import type { OpenState, PostedMessage } from '../../../src/index.ts';
import { otherHash, seedOf } from '../play/identity.ts';
import { DELTA, H0, T0 } from '../play/late.ts';
import { BLOCK_C, BLOCK_V, FOR_C, FOR_V } from '../play/seeds.ts';
import {
  atTip,
  changed,
  delivered,
  disputed,
  empty,
  NO_RECEIPTS,
  NONE,
  noted,
  outAt,
  paid,
  stateOf,
} from './steps.ts';

const asks = (state: OpenState, blocks: number) =>
  outAt(state, blocks).filter((what) => what.startsWith('find-block'));
const PLACE = { bytes: 520, height: H0 + 3, blockHash: otherHash('block') };
const FOR_BOTH = [`find-block ${FOR_V}`, `find-block ${FOR_C}`];

describe('D37: who opens its seed, and when', () => {
  const ready = (who: 'client' | 'verifier', receipts = NONE) =>
    stateOf(delivered(), who, { receipts, begun: [], drafts: { delivery: PLACE, opening: null } });

  it('V at once; C when it has s_V, or when a block stands for that, up to H0 + t0 + Δ', () => {
    expect(outAt(ready('verifier'), 4)).toEqual(['open-seed']);
    expect(outAt(ready('client'), FOR_V - 1)).toEqual([]);
    expect(outAt(ready('client'), FOR_V)).toEqual(['open-seed']);
    const { verifier } = stateOf(delivered(), 'client').receipts;
    const known = { ...NONE, verifier };
    expect(outAt(ready('client', known), 4)).toEqual(['open-seed']);
    expect(outAt(ready('client', known), T0 + DELTA)).toEqual(['open-seed']);
    expect(outAt(ready('client', known), T0 + DELTA + 1)).toEqual([]);
  });

  it('once; never for a delivery that it did not accept, without a receipt to write, or while Tx0 is out of the chain', () => {
    const { delivery } = ready('verifier');
    const step = atTip(ready('verifier'), 4);
    expect(step.tasks).toEqual([{ kind: 'open-seed', which: 'challenge' }]);
    expect(step.state).toMatchObject({ begun: ['seed'] });
    const rows: readonly Parameters<typeof changed>[1][] = [
      { begun: ['seed'] },
      { delivery: null },
      { delivery: { ...delivery!, acceptedAt: null } },
      { drafts: { delivery: null, opening: null } },
      { commitmentHeight: null },
    ];
    for (const changes of rows)
      expect([changes, outAt(changed(ready('verifier'), changes), 4)]).toEqual([changes, []]);
  });

  it('W and the arbiters have no seed to open, whatever they hold', () => {
    const { delivery, drafts, receipts } = ready('verifier');
    expect(outAt(stateOf(empty(), empty().arbiter(1), { delivery, drafts, receipts }), 4)).toEqual([]);
    expect(outAt(changed(stateOf(delivered(), 'worker'), { drafts }), 4)).toEqual([]);
  });
});

describe('D37: W asks for the blocks that stand for the seeds which C’s receipt does not name', () => {
  const answered = () => stateOf(paid(), 'worker').receipts.client.opened!;
  const worker = (client: OpenState['receipts']['client'], changes: Parameters<typeof changed>[1] = {}) =>
    stateOf(delivered(), 'worker', {
      receipts: { ...NONE, client },
      begun: ['compute', 'deliver'],
      ...changes,
    });
  const unnamed = () => worker({ ...NO_RECEIPTS, opened: { ...answered(), verifierSeed: null } });

  it('each with six confirmations', () => {
    const rows = [
      ['no receipt of C', worker(NO_RECEIPTS), FOR_V + 4, []],
      ['no receipt of C', worker(NO_RECEIPTS), FOR_V + 5, [`find-block ${FOR_V}`]],
      ['no receipt of C', worker(NO_RECEIPTS), FOR_C + 4, [`find-block ${FOR_V}`]],
      ['no receipt of C', worker(NO_RECEIPTS), FOR_C + 5, FOR_BOTH],
      ['one that names s_C alone', unnamed(), FOR_V + 4, []],
      ['one that names s_C alone', unnamed(), FOR_C + 5, [`find-block ${FOR_V}`]],
      [
        'one that names both',
        worker({ ...NO_RECEIPTS, opened: answered() }, { begun: ['open'] }),
        FOR_C + 5,
        [],
      ],
    ] as const;
    for (const [title, state, blocks, asked] of rows)
      expect([title, blocks, asks(state, blocks)]).toEqual([title, blocks, asked]);
  });

  it('none without a delivery, with an opening, or while Tx0 is out of the chain', () => {
    const { opening } = stateOf(paid(), 'worker');
    for (const changes of [{ delivery: null }, { opening }, { commitmentHeight: null }])
      expect(asks(worker(NO_RECEIPTS, changes), FOR_C + 5)).toEqual([]);
  });

  it('it opens for what it knows, once, and shows the receipt that it answers', () => {
    const { delivery } = worker(NO_RECEIPTS);
    const [client, verifier] = [otherHash('c'), otherHash('v')];
    const opens = (changes: Parameters<typeof changed>[1]) =>
      atTip(changed(unnamed(), changes), FOR_C).tasks.filter(({ kind }) => kind === 'open');
    const [seedClient, seedVerifier] = [seedOf('client', 'challenge'), seedOf('verifier', 'challenge')];
    const task = { kind: 'open', deliveryHash: delivery!.hash };
    const opened = answered();
    const answers = opened.receipt;
    const named = { ...NONE, client: { ...NO_RECEIPTS, opened } };
    expect(opens({ substitutes: { client, verifier } })).toEqual([
      { ...task, seedClient, seedVerifier: verifier, answers },
    ]);
    expect(opens({ receipts: named })).toEqual([{ ...task, seedClient, seedVerifier, answers }]);
    expect(opens({ receipts: NONE, substitutes: { client, verifier } })).toEqual([
      { ...task, seedClient: client, seedVerifier: verifier, answers: null },
    ]);
    expect(opens({ substitutes: { client, verifier: null } })).toEqual([]);
    expect(opens({ receipts: NONE, substitutes: { client: null, verifier } })).toEqual([]);
    expect(opens({ receipts: named, delivery: null })).toEqual([]);
    expect(opens({ receipts: named, begun: ['open'] })).toEqual([]);
  });
});

describe('D37: an arbiter asks for the blocks that stand for seeds, unless C’s was posted in time', () => {
  const receipt = (changes: object = {}, more: Partial<PostedMessage> = {}): PostedMessage => {
    const { root, hash: message } = stateOf(delivered(), 'client').delivery!;
    const detail = {
      of: 'receipt',
      subject: 'delivery',
      root,
      message,
      seed: null,
      verifierSeed: null,
      ...changes,
    };
    return noted({ kind: 'receipt', author: 'client', detail: detail as PostedMessage['detail'], ...more });
  };
  const wrong = { of: 'delivery', root: otherHash('R') } as const;
  /** The delivery that C's receipt names, with its R or another one. */
  const truthful = () => {
    const { root, hash: sealed } = stateOf(delivered(), 'client').delivery!;
    return noted({ sealed, detail: { of: 'delivery', root } });
  };
  const belied = () => ({ ...truthful(), detail: wrong });
  const other = (more: Partial<PostedMessage> = {}) =>
    noted({ sealed: otherHash('d'), detail: wrong, ...more });
  const arbiter = (posts: readonly PostedMessage[]) =>
    disputed(stateOf(empty(), empty().arbiter(1), { posts, name: 'arbitration' }), 'TxA', FOR_C - 2);
  const ROWS: readonly (readonly [string, () => readonly PostedMessage[], posted: boolean])[] = [
    ['nothing was posted', () => [], false],
    ['C’s receipt', () => [receipt()], true],
    ['it was shown as evidence only', () => [receipt({}, { timely: false })], false],
    ['two of C are none', () => [receipt(), receipt({}, { sealed: otherHash('2') })], false],
    ['one of C, and V’s', () => [receipt(), receipt({}, { author: 'verifier' })], true],
    ['V’s', () => [receipt({}, { author: 'verifier' })], false],
    ['C’s for the opening', () => [receipt({ subject: 'opening' })], false],
    ['something of C without a detail', () => [receipt({}, { detail: null })], false],
    ['W’s delivery', () => [noted({ detail: wrong })], false],
    ['C’s, for the delivery with its R', () => [receipt(), truthful()], true],
    ['C’s, for another R than that of the only delivery', () => [receipt(), belied()], false],
    ['C’s, and another delivery', () => [receipt(), other()], true],
    ['C’s, and several deliveries', () => [receipt(), belied(), other()], true],
    ['C’s, and another delivery as evidence', () => [receipt(), belied(), other({ timely: false })], false],
    [
      'C’s, and another delivery that is not rebuilt',
      () => [receipt(), belied(), other({ acceptedAt: null })],
      false,
    ],
  ];

  it.each(ROWS)('%s', (_, posts, posted) => {
    expect(asks(arbiter(posts()), FOR_C)).toEqual(posted ? [`find-block ${FOR_V}`] : FOR_BOTH);
  });

  it('not before the block is there, nor before it is called, nor twice, nor for what it knows', () => {
    expect(asks(arbiter([]), FOR_V - 1)).toEqual([]);
    expect(asks(arbiter([]), FOR_V)).toEqual([`find-block ${FOR_V}`]);
    expect(asks(arbiter([]), FOR_C - 1)).toEqual([`find-block ${FOR_V}`]);
    expect(asks(stateOf(empty(), empty().arbiter(1)), FOR_C + 20)).toEqual([]);
    expect(asks(changed(arbiter([]), { blocksAsked: [H0 + FOR_V] }), FOR_C)).toEqual([`find-block ${FOR_C}`]);
    const known = changed(arbiter([]), { substitutes: { client: null, verifier: BLOCK_V } });
    expect(asks(known, FOR_C)).toEqual([`find-block ${FOR_C}`]);
    expect(asks(changed(arbiter([]), { commitmentHeight: null }), FOR_C)).toEqual([]);
  });

  it('it judges when it knows all that stands for seeds', () => {
    const knows = (posts: readonly PostedMessage[], substitutes: OpenState['substitutes'], blocks = FOR_C) =>
      areSubstitutesKnown(changed(arbiter(posts), { substitutes, tip: H0 + blocks }));
    expect(knows([], { client: BLOCK_C, verifier: BLOCK_V })).toBe(true);
    expect(knows([receipt()], { client: null, verifier: BLOCK_V })).toBe(true);
    expect(knows([], { client: null, verifier: BLOCK_V })).toBe(false);
    expect(knows([], { client: BLOCK_C, verifier: null })).toBe(false);
    expect(knows([], { client: BLOCK_C, verifier: BLOCK_V }, FOR_C - 1)).toBe(false);
  });
});

describe('D37: C and V look at an opening when they know what W had to answer', () => {
  const other = otherHash('seed');
  const opened = () => stateOf(paid(), 'verifier').opening!;
  /** V, with an opening in which W took something else for some seeds. */
  const judge = (seeds: object, changes: Parameters<typeof changed>[1] = {}) =>
    stateOf(delivered(), 'verifier', {
      opening: { ...opened(), seeds: { ...opened().seeds, ...seeds } },
      name: 'verification',
      ...changes,
    });
  const substitutes = { client: BLOCK_C, verifier: BLOCK_V };
  const checks = (state: OpenState, blocks: number) =>
    outAt(state, blocks).filter((what) => what === 'check-opening');

  it('of the seeds that C and V committed to: at once', () => {
    expect(checks(judge({}), 4)).toEqual(['check-opening']);
  });

  it('of others: when the hash of the block is here that stands for the seed, and it is decided that it does', () => {
    const rows = [
      ['s_C', judge({ client: other }), FOR_C, 0],
      ['s_C', judge({ client: other }, { substitutes }), FOR_C, 1],
      ['s_C', judge({ client: other }, { substitutes: { client: null, verifier: BLOCK_V } }), FOR_C, 0],
      ['s_V', judge({ verifier: other }), FOR_C, 0],
      ['s_V', judge({ verifier: other }, { substitutes: { client: null, verifier: BLOCK_V } }), FOR_C, 1],
      [
        'Tx0 is out of the chain',
        judge({ client: other }, { substitutes, commitmentHeight: null }),
        FOR_C,
        0,
      ],
    ] as const;
    for (const [title, state, blocks, count] of rows)
      expect([title, checks(state, blocks).length]).toEqual([title, count]);
  });

  it('they ask for the block, with six confirmations, of the seed that W took something else for', () => {
    expect(asks(judge({}), FOR_C + 5)).toEqual([]);
    expect(asks(judge({ client: other }), FOR_C + 4)).toEqual([]);
    expect(asks(judge({ client: other }), FOR_C + 5)).toEqual([`find-block ${FOR_C}`]);
    expect(asks(judge({ verifier: other }), FOR_V + 4)).toEqual([]);
    expect(asks(judge({ verifier: other }), FOR_V + 5)).toEqual([`find-block ${FOR_V}`]);
    expect(asks(stateOf(delivered(), 'verifier'), FOR_C + 5)).toEqual([]);
  });
});
