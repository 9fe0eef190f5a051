import { describe, expect, it } from 'vitest';
import type { ChannelEvent, OpenState } from '../../../src/index.ts';
import { otherHash, seedOf } from '../play/identity.ts';
import { DELTA, H0, T0 } from '../play/late.ts';
import { heard, move } from '../setup/steps.ts';
import {
  changed,
  delivered,
  directly,
  expected,
  given,
  NO_RECEIPTS,
  NONE,
  next,
  out,
  outAt,
  paid,
  type ResultRow,
  results,
  stateOf,
} from './steps.ts';

const PLACE = { bytes: 520, height: 1_010, blockHash: otherHash('block') };
const seedOpened = (
  who: 'client' | 'verifier',
  which: 'challenge' | 'ceremony' = 'challenge',
): ChannelEvent => ({
  kind: 'seed-opened',
  which,
  seed: seedOf(who, which),
});
/** C or V with W's delivery, about to say that it has it. */
const ready = (who: 'client' | 'verifier', receipts: OpenState['receipts'] = NONE) =>
  stateOf(delivered(), who, { receipts, begun: ['seed'], drafts: { delivery: PLACE, opening: null } });

describe('the receipt for the delivery opens the own seed, once what it says is known (D37)', () => {
  it.each(['client', 'verifier'] as const)(
    'the %s says it to C, W and V, with R, delivery and place',
    (who) => {
      const state = ready(who);
      const { root, hash: message, signature } = state.delivery!;
      const step = move(state, seedOpened(who));
      expect(step.messages.map(({ to }) => to)).toEqual(['client', 'worker', 'verifier']);
      for (const sent of step.messages)
        expect(sent.message).toEqual({
          kind: 'receipt',
          channel: given(who, 'delivery').channel,
          subject: 'delivery',
          ...{ root, message, signature, ...PLACE },
          seed: seedOf(who, 'challenge'),
          verifierSeed: null,
        });
      expect((step.state as OpenState).drafts).toEqual({ delivery: null, opening: null });
    },
  );

  it('C names the seed of V where it has it; V names none beside its own', () => {
    const { verifier } = stateOf(paid(), 'client').receipts;
    const receipts = { client: NO_RECEIPTS, verifier };
    for (const [who, names] of [
      ['client', seedOf('verifier', 'challenge')],
      ['verifier', null],
    ] as const)
      expect(move(ready(who, receipts), seedOpened(who)).messages[0]!.message).toMatchObject({
        verifierSeed: names,
      });
  });

  it('a seed is ignored that opens nothing any more', () => {
    const by = T0 + DELTA;
    const rows: readonly ResultRow[] = [
      [
        'of the ceremony',
        ready('verifier'),
        seedOpened('verifier', 'ceremony'),
        'ignored: out-of-place, null',
      ],
      [
        'no delivery',
        changed(ready('verifier'), { delivery: null }),
        seedOpened('verifier'),
        'ignored: out-of-place, null',
      ],
      [
        'said already',
        changed(ready('verifier'), { drafts: { delivery: null, opening: null } }),
        seedOpened('verifier'),
        'ignored: out-of-place, null',
      ],
      [
        'place unknown',
        changed(ready('verifier'), { drafts: { delivery: { ...PLACE, blockHash: null }, opening: null } }),
        seedOpened('verifier'),
        'ignored: out-of-place, null',
      ],
      [
        'C, in the last block to post it',
        changed(ready('client'), { tip: H0 + by }),
        seedOpened('client'),
        'moved',
      ],
      [
        'C, one block later',
        changed(ready('client'), { tip: H0 + by + 1 }),
        seedOpened('client'),
        'ignored: out-of-place, null',
      ],
      [
        'C, Tx0 out of the chain',
        changed(ready('client'), { commitmentHeight: null }),
        seedOpened('client'),
        'ignored: out-of-place, null',
      ],
      [
        'V, one block later',
        changed(ready('verifier'), { tip: H0 + by + 1 }),
        seedOpened('verifier'),
        'moved',
      ],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });
});

describe('the receipt for the opening goes out before any long check', () => {
  it('the block is asked for, and the check begins; with the hash of the block the receipt goes out', () => {
    const opening = heard(paid(), 'verifier', 'opening');
    const asked = move(stateOf(delivered(), 'verifier'), opening);
    expect(out(asked)).toEqual(['find-block 3', 'check-opening']);
    const { blockHash: hash } = PLACE;
    const step = move(asked.state, { kind: 'block-found', height: H0 + 3, hash });
    const receipt = 'receipt for the opening';
    expect(out(step)).toEqual([`${receipt} → client`, `${receipt} → worker`, `${receipt} → verifier`]);
    const { root, sealed: message, signature } = (step.state as OpenState).opening!;
    expect(step.messages[0]!.message).toEqual({
      ...given('verifier', 'opening'),
      ...{ root, message, signature, height: H0 + 3, blockHash: hash },
    });
    expect(outAt(step.state as OpenState, 4)).toEqual([]);
  });

  it('an arbiter and W give none', () => {
    const opening = heard(paid(), 'verifier', 'opening');
    expect(out(move(stateOf(delivered(), 'worker', { begun: ['compute', 'open'] }), opening))).toEqual([]);
    const arbiter = stateOf(delivered(), delivered().arbiter(1));
    expect(out(move(arbiter, opening))).toEqual([]);
  });
});

describe('receipts that come directly', () => {
  const worker = (changes: Parameters<typeof stateOf>[2] = {}) =>
    stateOf(paid(), 'worker', { receipts: NONE, ...changes });

  it('bind C and V, each once, to what counts here', () => {
    const one = next(worker(), directly('client', 'opening'));
    const bare = { delivery: null, opening: null };
    const rows: readonly ResultRow[] = [
      ['of C for the delivery', worker(), directly('client', 'delivery'), 'moved'],
      ['of V for the delivery', worker(), directly('verifier', 'delivery'), 'moved'],
      ['of C for the opening', worker(), directly('client', 'opening'), 'moved'],
      ['the same again', one, directly('client', 'opening'), 'ignored: out-of-place, client'],
      ['of V besides', one, directly('verifier', 'opening'), 'moved'],
      ['for the delivery besides', one, directly('client', 'delivery'), 'moved'],
      [
        'of an arbiter',
        worker(),
        { ...directly('client', 'opening'), from: 'arbiter:1' },
        'ignored: receipt-mismatch, arbiter:1',
      ],
      [
        'of W',
        worker(),
        { ...directly('client', 'opening'), from: 'worker' },
        'ignored: receipt-mismatch, worker',
      ],
      [
        'before the delivery',
        worker({ ...bare, name: 'computation' }),
        directly('client', 'delivery'),
        'later',
      ],
      [
        'before the opening',
        worker({ opening: null, name: 'computation' }),
        directly('client', 'opening'),
        'later',
      ],
      [
        'for nothing that W signed',
        worker(),
        directly('client', 'opening', { signature: new Uint8Array(64) }),
        'ignored: receipt-mismatch, client',
      ],
      [
        'with another seed',
        worker(),
        directly('client', 'delivery', { seed: otherHash('seed') }),
        'ignored: receipt-mismatch, client',
      ],
      [
        'for another R',
        worker(),
        directly('verifier', 'delivery', { root: otherHash('R') }),
        'moved: receipt-mismatch, verifier',
      ],
      [
        'for another document',
        worker({ opening: { ...worker().opening!, sealed: otherHash('o') } }),
        directly('client', 'opening'),
        'moved: receipt-mismatch, client',
      ],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });

  it('for something else lead to nothing but the word about who gave them', () => {
    const step = move(worker(), directly('verifier', 'delivery', { root: otherHash('R') }));
    expect(step.fault).toMatchObject({ code: 'receipt-mismatch', culprit: 'verifier' });
    expect(out(step)).toEqual([]);
  });

  it('are kept as their authors signed them', () => {
    for (const subject of ['delivery', 'opening'] as const) {
      const event = directly('client', subject);
      const { receipts } = next(worker({ begun: ['open'] }), event);
      const { sealed, signature } = event;
      const signed = { kind: 'receipt', author: 'client', sealed, signature };
      const other = subject === 'delivery' ? 'opening' : 'delivery';
      expect(receipts.client).toMatchObject({ [other]: null, [subject]: signed });
      expect(receipts.verifier).toEqual(NO_RECEIPTS);
    }
  });

  it('D37: the one for the delivery opens a seed, the first one; the one for the opening opens none', () => {
    const { root, hash: message } = worker().delivery!;
    const event = directly('client', 'delivery');
    const first = next(worker({ begun: ['open'] }), event);
    expect(first.receipts.client.opened).toMatchObject({
      of: { root, message },
      seed: seedOf('client', 'challenge'),
      verifierSeed: seedOf('verifier', 'challenge'),
      receipt: { sealed: event.sealed },
    });
    expect(next(worker(), directly('client', 'opening')).receipts.client.opened).toBeNull();
    const again = next(
      changed(first, {
        receipts: { ...NONE, client: { ...NO_RECEIPTS, opened: first.receipts.client.opened } },
      }),
      directly('client', 'delivery', { verifierSeed: null }),
    );
    expect(again.receipts.client.opened).toBe(first.receipts.client.opened);
  });

  it('D37: C’s for another R is not answered; V’s seed counts whatever its receipt is for', () => {
    const root = otherHash('R');
    const of = (who: 'client' | 'verifier') =>
      next(worker({ begun: ['open'] }), directly(who, 'delivery', { root })).receipts[who];
    expect(of('client')).toEqual(NO_RECEIPTS);
    expect(of('verifier')).toMatchObject({
      delivery: null,
      opened: { of: { root }, seed: seedOf('verifier', 'challenge') },
    });
  });
});
