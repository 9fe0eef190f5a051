import { describe, expect, it } from 'vitest';
import type { OpenState } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { B, DELTA, H0, T0 } from '../play/late.ts';
import type { Received } from '../setup/steps.ts';
import {
  atTip,
  changed,
  delivered,
  directly,
  empty,
  expected,
  given,
  NO_RECEIPTS,
  NONE,
  next,
  noted,
  postedBy,
  type ResultRow,
  results,
  stateOf,
  tip,
} from './steps.ts';

describe('receipts that were posted', () => {
  const post = (who: 'client' | 'verifier', changes: object = {}): Received =>
    postedBy(who, { ...given(who, 'delivery'), ...changes });
  const arbiter = () => delivered().arbiter(1);
  const early = () => stateOf(empty(), empty().arbiter(1), { tip: H0 + T0 });

  it('C’s counts as one that came directly', () => {
    const state = stateOf(delivered(), 'worker', { receipts: NONE, begun: ['compute'] });
    const direct = next(state, directly('client', 'delivery')).receipts;
    expect(next(state, post('client')).receipts).toEqual(direct);
    expect(direct.client.delivery).not.toBeNull();
  });

  it('before the delivery, it counts as soon as this party has that', () => {
    const before = next(early(), post('client'));
    expect(before.receipts).toEqual(NONE);
    const { delivery } = stateOf(delivered(), 'verifier');
    const { receipts } = atTip(changed(before, { delivery }), T0 + 1).state as OpenState;
    expect(receipts.client).toMatchObject({ delivery: { author: 'client' }, opening: null });
    expect(receipts.verifier).toEqual(NO_RECEIPTS);
  });

  it('the receipts of both authors count, whatever else was posted before', () => {
    const { delivery } = stateOf(delivered(), 'verifier');
    const { root, hash: message } = delivery!;
    const about = { of: 'receipt', subject: 'delivery', root, message, verifierSeed: null } as const;
    const posts = [
      noted({ kind: 'opening', detail: null }),
      noted({ detail: { of: 'delivery', root } }),
      noted({ detail: { of: 'delivery', root }, acceptedAt: null }),
      noted({
        kind: 'receipt',
        author: 'client',
        sealed: otherHash('not accepted'),
        acceptedAt: null,
        detail: { ...about, seed: otherHash('w') },
      }),
      noted({ kind: 'receipt', author: 'client', detail: { ...about, seed: otherHash('c') } }),
      noted({ kind: 'receipt', author: 'verifier', detail: { ...about, seed: otherHash('v') } }),
    ];
    const state = stateOf(delivered(), arbiter(), { delivery, posts, receipts: NONE });
    const { receipts } = next(state, tip(4));
    for (const who of ['client', 'verifier'] as const) {
      const { kind, author, sealed, signature } = posts.findLast((item) => item.author === who)!;
      const signed = { kind, author, sealed, signature };
      expect(receipts[who].delivery).toEqual(signed);
      expect(receipts[who].opened).toMatchObject({ receipt: signed });
    }
  });

  it('a posted receipt for another delivery changes nothing, and is not looked at again', () => {
    const state = stateOf(delivered(), 'worker', { receipts: NONE, begun: ['compute'] });
    const { receipts } = next(state, post('client', { root: otherHash('R') }));
    expect(receipts).toEqual(NONE);
  });

  it('C posts it up to H0 + t0 + Δ: a later one is no seed, and nobody accepts it before a dispute', () => {
    const at = (blocks: number) => changed(early(), { tip: H0 + blocks });
    const rows: readonly ResultRow[] = [
      ['in time', at(T0 + DELTA), post('client'), 'moved'],
      ['too late', at(T0 + DELTA + 1), post('client'), 'later'],
      ['V’s is evidence only', at(T0 + B), post('verifier'), 'later'],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });
});
