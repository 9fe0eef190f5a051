import { describe, expect, it } from 'vitest';
import type { ChannelEvent, OpeningVerdict, OpenState } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { B, DELTA, T0 } from '../play/late.ts';
import {
  atTip,
  type Changes,
  delivered,
  disputed,
  empty,
  expected,
  next,
  paid,
  type ResultRow,
  results,
  stateOf,
} from './steps.ts';

/** When it is decided what V will never accept: H0 + t0 + 2Δ + B. A dispute here comes just before. */
const DECIDED = T0 + 2 * DELTA + B;
const WRONG = { r: 0, chunk: 3, fault: 'output' } as const;
const RIGHT = { r: 1, lockSecret: null } as const;
const FOUND = { fault: 'output', chunk: 3 };

const client = (changes: Changes = {}) => stateOf(paid(), 'client', { released: false, ...changes });
const verifier = (changes: Changes = {}) => stateOf(paid(), 'verifier', { verdict: null, ...changes });
const unaccepted = (state: OpenState) => ({ ...state.delivery!, acceptedAt: null });
const twice = (...of: readonly ('delivery' | 'opening')[]) => ({
  equivocations: of.map((kind) => ({
    of: kind,
    second: otherHash(kind),
    signature: new Uint8Array(64) as OpenState['equivocations'][number]['signature'],
  })),
});

const checks = (state: OpenState, blocks = DECIDED) =>
  atTip(state, blocks).tasks.filter(({ kind }) => kind === 'check-opening');
/** Rows of states, and how many checks one more block begins in each. */
type Count = readonly [title: string, state: OpenState, count: number];
const expectChecks = (rows: readonly Count[]) =>
  expect(rows.map(([title, state]) => [title, checks(state).length])).toEqual(
    rows.map(([title, , count]) => [title, count]),
  );

describe('C and V check the opening, each once', () => {
  const fresh = { begun: [], checked: null };

  it('when both documents are accepted; what it is asked for goes with the task', () => {
    const state = verifier(fresh);
    const { delivery, opening, substitutes } = state;
    expect(checks(state, 4)).toEqual([
      {
        kind: 'check-opening',
        openingHash: opening!.hash,
        deliveryHash: delivery!.hash,
        thorough: false,
        substitutes,
      },
    ]);
    expect((atTip(state, 4).state as OpenState).begun).toContain('check');
  });

  it('W and the arbiters check nothing', () => {
    const { delivery, opening } = verifier();
    const arbiter = stateOf(empty(), empty().arbiter(1), { name: 'verification', delivery, opening });
    expectChecks([
      ['C', client(fresh), 1],
      ['V', verifier(fresh), 1],
      ['W', stateOf(paid(), 'worker', fresh), 0],
      ['A_1', arbiter, 0],
      ['it has begun', verifier({ checked: null }), 0],
      ['no delivery', verifier({ ...fresh, delivery: null }), 0],
      ['a delivery that is not accepted', verifier({ ...fresh, delivery: unaccepted(verifier()) }), 0],
      ['no opening', verifier({ ...fresh, opening: null }), 0],
    ]);
  });
});

describe('in a dispute C leaves nothing to chance', () => {
  const challenged = (changes: Changes = {}) => disputed(client({ checked: RIGHT, ...changes }), 'TxV1');

  it('on TxV1 and on TxA it checks all that it has not checked, once', () => {
    const { delivery, opening, substitutes } = client();
    const task = { kind: 'check-opening', openingHash: opening!.hash, deliveryHash: delivery!.hash };
    expect(checks(challenged())).toEqual([{ ...task, thorough: true, substitutes }]);
    expect((atTip(challenged(), DECIDED).state as OpenState).begun.slice(-1)).toEqual(['thorough-check']);
    const other = otherHash('s');
    const unknown = { ...opening!, seeds: { client: other, verifier: other } };
    expectChecks([
      ['TxA', disputed(client(), 'TxA'), 1],
      ['TxV0', disputed(client(), 'TxV0'), 0],
      ['TxAc', disputed(client(), 'TxAc'), 0],
      ['no dispute', client(), 0],
      ['V', disputed(verifier(), 'TxV1'), 0],
      ['it has begun', challenged({ begun: ['check', 'thorough-check'] }), 0],
      ['no delivery', challenged({ delivery: null }), 0],
      ['a delivery that is not accepted', challenged({ delivery: unaccepted(client()) }), 0],
      ['no opening', challenged({ opening: null }), 0],
      ['a fault was found', challenged({ checked: WRONG }), 0],
      ['its look runs', challenged({ checked: null }), 1],
      ['for seeds that nobody opened', challenged({ opening: unknown, commitmentHeight: null }), 0],
    ]);
  });
});

describe('what a check found', () => {
  const found = (thorough: boolean, verdict: OpeningVerdict, changes: object = {}): ChannelEvent => ({
    kind: 'opening-checked',
    openingHash: client().opening!.hash,
    deliveryHash: client().delivery!.hash,
    thorough,
    verdict,
    ...changes,
  });
  const looks = (checked: OpeningVerdict | null, changes: Changes = {}) => client({ checked, ...changes });

  it('is taken once; what a thorough check says replaces what C took for right without a look', () => {
    const stale = 'ignored: out-of-place, null';
    const { delivery, opening } = client();
    const arbiter = stateOf(empty(), empty().arbiter(1), { name: 'verification', delivery, opening });
    const rows: readonly ResultRow[] = [
      ['C', looks(null), found(false, RIGHT), 'moved'],
      ['V', verifier({ checked: null }), found(false, RIGHT), 'moved'],
      ['again', looks(RIGHT), found(false, WRONG), stale],
      ['a thorough one', looks(RIGHT), found(true, WRONG), 'moved'],
      ['a thorough one after a fault', looks(WRONG), found(true, RIGHT), stale],
      ['of another opening', looks(null), found(false, RIGHT, { openingHash: otherHash('o') }), stale],
      ['no opening', looks(null, { opening: null }), found(false, RIGHT), stale],
      ['of another delivery', looks(null), found(false, RIGHT, { deliveryHash: otherHash('d') }), stale],
      ['no delivery', looks(null, { delivery: null }), found(false, RIGHT), stale],
      ['W', stateOf(paid(), 'worker'), found(false, RIGHT), stale],
      ['A_1', arbiter, found(false, RIGHT), stale],
    ];
    expect(results(rows)).toEqual(expected(rows));
    expect(next(looks(RIGHT), found(true, WRONG))).toMatchObject({ checked: WRONG, accusation: FOUND });
  });
});

/** A state, and what this party holds against W after one more block. */
type Held = readonly [title: string, state: OpenState, accusation: object | null];
const expectHeld = (rows: readonly Held[], blocks = DECIDED) =>
  expect(rows.map(([title, state]) => [title, (atTip(state, blocks).state as OpenState).accusation])).toEqual(
    rows.map(([title, , accusation]) => [title, accusation]),
  );
const [UNDELIVERED, UNOPENED] = [{ fault: 'undelivered' }, { fault: 'unopened' }] as const;
/** Of two messages of one kind. */
const contradiction = (of: 'delivery' | 'opening', first: Uint8Array) => ({
  fault: 'equivocation',
  of,
  first,
  second: otherHash(of),
});

describe('V accuses W before a dispute: r = 0', () => {
  it('of a wrong chunk, or of what it never got', () => {
    const late = stateOf(delivered(), 'verifier');
    expectHeld([
      ['a wrong chunk', verifier({ checked: WRONG }), FOUND],
      ['nothing wrong', verifier(), null],
      ['it has said r = 1', verifier({ checked: WRONG, verdict: 1 }), null],
      ['in a dispute', disputed(verifier({ checked: WRONG }), 'TxV0'), null],
      ['no delivery', stateOf(empty(), 'verifier'), UNDELIVERED],
      [
        'one that is not accepted',
        stateOf(delivered(), 'verifier', { delivery: unaccepted(late) }),
        UNDELIVERED,
      ],
      ['no opening', late, UNOPENED],
      ['Tx0 is out of the chain', stateOf(empty(), 'verifier', { commitmentHeight: null }), null],
    ]);
    expect((atTip(verifier({ checked: WRONG }), 4).state as OpenState).verdict).toBe(0);
  });

  it('not before H0 + t0 + 2Δ + B of what may still come', () => {
    expectHeld(
      [
        ['no delivery', stateOf(empty(), 'verifier'), null],
        ['no opening', stateOf(delivered(), 'verifier'), null],
        ['a wrong chunk', verifier({ checked: WRONG }), FOUND],
      ],
      DECIDED - 1,
    );
  });

  it('of what W signed twice, before anything else', () => {
    const { delivery, opening } = verifier();
    expectHeld([
      ['deliveries', verifier(twice('delivery')), contradiction('delivery', delivery!.hash)],
      ['openings', verifier(twice('opening')), contradiction('opening', opening!.sealed)],
      [
        'openings without a delivery',
        verifier({ ...twice('opening'), delivery: null }),
        contradiction('opening', opening!.sealed),
      ],
      [
        'both, and a wrong chunk',
        verifier({ ...twice('delivery', 'opening'), checked: WRONG }),
        contradiction('delivery', delivery!.hash),
      ],
      ['after r = 1', verifier({ ...twice('delivery'), verdict: 1 }), null],
    ]);
  });
});

describe('C accuses W', () => {
  const lost = (changes: Changes = {}) => stateOf(empty(), 'client', changes);

  it('of a wrong chunk at any time; of what it lacks in a dispute about it', () => {
    expectHeld([
      ['a wrong chunk', client({ checked: WRONG }), FOUND],
      ['a wrong chunk in a dispute', disputed(client({ checked: WRONG }), 'TxAc'), FOUND],
      ['no dispute', lost(), null],
      ['TxV0', disputed(lost(), 'TxV0'), null],
      ['TxV1', disputed(lost(), 'TxV1'), UNDELIVERED],
      ['TxA', disputed(lost(), 'TxA'), UNDELIVERED],
      ['TxAc', disputed(lost(), 'TxAc'), UNDELIVERED],
      ['no opening', disputed(stateOf(delivered(), 'client'), 'TxV1'), UNOPENED],
      ['a wrong chunk first', disputed(client({ checked: WRONG, delivery: null }), 'TxV1'), FOUND],
    ]);
  });

  it('nobody else does in a dispute: the arbiters judge, W is accused, V has said r', () => {
    expectHeld([
      ['V', disputed(stateOf(empty(), 'verifier', { verdict: 1 }), 'TxV1'), null],
      ['W', disputed(stateOf(empty(), 'worker', { delivery: null }), 'TxV1'), null],
      ['A_1', disputed(stateOf(empty(), empty().arbiter(1)), 'TxV1'), null],
    ]);
  });

  it('F4: of what W signed twice on TxA alone', () => {
    const accusation = contradiction('delivery', client().delivery!.hash);
    expectHeld([
      ['TxA', disputed(client(twice('delivery')), 'TxA'), accusation],
      ['TxV1', disputed(client(twice('delivery')), 'TxV1'), null],
      ['TxAc', disputed(client(twice('delivery')), 'TxAc'), null],
      ['TxV0', disputed(client(twice('delivery')), 'TxV0'), null],
      ['no dispute', client(twice('delivery')), null],
    ]);
  });

  it('D40: what counts on TxA alone makes room when a reorganisation puts TxV1 in its place', () => {
    const accusation = contradiction('delivery', client().delivery!.hash) as OpenState['accusation'];
    const held = (changes: Changes = {}) => client({ ...twice('delivery'), accusation, ...changes });
    expectHeld([
      ['nothing else', disputed(held(), 'TxV1'), accusation],
      ['a wrong chunk', disputed(held({ checked: WRONG }), 'TxV1'), FOUND],
      ['on TxA it stays', disputed(held({ checked: WRONG }), 'TxA'), accusation],
      ['anything else stays', disputed(held({ checked: WRONG, accusation: UNOPENED }), 'TxV1'), UNOPENED],
    ]);
  });
});
