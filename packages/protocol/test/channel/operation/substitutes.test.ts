import { describe, expect, it } from 'vitest';
import type { OpenState } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { H0 } from '../play/late.ts';
import { BLOCK_C, BLOCK_V, FOR_C, FOR_V } from '../play/seeds.ts';
import { move } from '../setup/steps.ts';
import { atTip, changed, delivered, empty, NONE, next, paid, result, stateOf, tip } from './steps.ts';

const found = (blocks: number, hash = otherHash('found')) =>
  ({ kind: 'block-found', height: H0 + blocks, hash }) as const;

describe('a block hash that was asked for', () => {
  const worker = (changes: Parameters<typeof changed>[1] = {}) =>
    stateOf(delivered(), 'worker', {
      receipts: NONE,
      blocksAsked: [H0 + FOR_V, H0 + FOR_C],
      tip: H0 + FOR_C + 5,
      ...changes,
    });
  const draft = { bytes: 700, height: H0 + 30, blockHash: null };
  const drafts = { delivery: null, opening: draft };

  it('stands for the seed; nothing else changes, and others are still waited for', () => {
    const after = next(worker(), found(FOR_V, BLOCK_V));
    expect(after.substitutes).toEqual({ client: null, verifier: BLOCK_V });
    expect(after.blocksAsked).toEqual([H0 + FOR_C]);
    expect(next(worker(), found(FOR_C, BLOCK_C)).substitutes).toEqual({ client: BLOCK_C, verifier: null });
    const places = worker({ commitmentHeight: null, blocksAsked: [H0 + 29, H0 + 30] });
    expect(next(places, found(29)).blocksAsked).toEqual([H0 + 30]);
  });

  it('nothing waits for one that was not asked for', () => {
    expect(result(worker({ blocksAsked: [H0 + FOR_C] }), found(FOR_V))).toBe('ignored: out-of-place, null');
  });

  it('one that was asked for as the place of a receipt stands for no seed before its six confirmations', () => {
    const { opening } = stateOf(paid(), 'verifier');
    const state = stateOf(delivered(), 'verifier', {
      opening: { ...opening!, seeds: { ...opening!.seeds, verifier: otherHash('s') } },
      name: 'verification',
      blocksAsked: [H0 + FOR_V],
      drafts: { delivery: null, opening: { ...draft, height: H0 + FOR_V } },
      tip: H0 + FOR_V + 4,
    });
    expect(next(state, found(FOR_V)).substitutes.verifier).toBeNull();
    expect(next(changed(state, { tip: H0 + FOR_V + 5 }), found(FOR_V)).substitutes.verifier).toEqual(
      otherHash('found'),
    );
  });

  it('is the place of the receipt that waits for it, and of no other', () => {
    const state = worker({ drafts });
    expect(next(state, found(FOR_V)).drafts).toEqual(drafts);
    const asked = changed(state, { blocksAsked: [H0 + 30], commitmentHeight: null });
    const { drafts: written, substitutes } = next(asked, found(30));
    expect(written).toEqual({ ...drafts, opening: { ...draft, blockHash: otherHash('found') } });
    expect(substitutes).toEqual({ client: null, verifier: null });
    expect(next(worker(), found(FOR_V)).drafts).toEqual({ delivery: null, opening: null });
  });

  it('stands for a seed no longer when a reorganisation has taken the block', () => {
    const state = worker({
      substitutes: { client: BLOCK_C, verifier: BLOCK_V },
      begun: ['open'],
      blocksAsked: [],
    });
    const left = (blocks: number) => (atTip(state, blocks).state as OpenState).substitutes;
    expect(left(FOR_C)).toEqual({ client: BLOCK_C, verifier: BLOCK_V });
    expect(left(FOR_C - 1)).toEqual({ client: null, verifier: BLOCK_V });
    expect(left(FOR_V)).toEqual({ client: null, verifier: BLOCK_V });
    expect(left(FOR_V - 1)).toEqual({ client: null, verifier: null });
    expect(next(changed(state, { commitmentHeight: null }), tip(FOR_C)).substitutes).toEqual({
      client: null,
      verifier: null,
    });
  });

  it('is asked for again after a reorganisation; the receipt is written at the tip that is left', () => {
    const state = stateOf(empty(), empty().arbiter(1), { drafts, blocksAsked: [H0 + 29, H0 + 30, H0 + 31] });
    const at = (blocks: number) => move(state, tip(blocks)).state as OpenState;
    expect(at(30).blocksAsked).toEqual([H0 + 29, H0 + 30]);
    expect(at(30).drafts).toEqual(drafts);
    expect(at(29).drafts).toEqual({ ...drafts, opening: { ...draft, height: H0 + 29 } });
    expect(at(40).drafts).toEqual(drafts);
    expect(
      next(changed(state, { drafts: { delivery: null, opening: null } }), tip(29)).drafts.opening,
    ).toBeNull();
  });
});
