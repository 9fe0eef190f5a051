import { describe, expect, it } from 'vitest';
import type { OpenState } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { arbiters, B, DELTA, H0, minedAt, open, T0, until, without } from '../play/late.ts';
import {
  announced,
  atTip,
  type Changes,
  called,
  looked,
  next,
  otherDelivery,
  paid,
  postedBy,
  stateOf,
  verifier,
} from './steps.ts';

describe('M §Deliver: of two deliveries that one counts which was accepted first', () => {
  const worker = 'worker' as const;
  const fetched = (state: OpenState, i: number) =>
    next(next(state, postedBy(worker, otherDelivery(state, i))), looked(announced(i).sealed));
  const named = ({ delivery, equivocations }: OpenState) => ({
    counts: delivery?.root,
    second: equivocations.map(({ of, second }) => [of, second]),
  });
  const [first, second] = [() => announced(0).sealed, () => announced(1).sealed];
  const R = (i: number) => otherHash(`R ${i}`);

  it('one that W announced and never served makes room for the one that was posted, and is then the second', () => {
    const record = stateOf(paid(), 'worker').receipts.client;
    const state = { ...next(verifier(), announced()), receipts: { client: record, verifier: record } };
    const after = fetched(state, 1);
    expect(named(after)).toEqual({ counts: R(1), second: [['delivery', first()]] });
    expect(after.delivery).toMatchObject({ hash: second(), rebuilt: true, acceptedAt: H0 + 5 });
    // A receipt for the one that no longer counts binds nobody; the seed that it opened stays open.
    expect(after.receipts).toEqual({
      client: { ...record, delivery: null },
      verifier: { ...record, delivery: null },
    });
    expect(after.equivocations[0]!.signature).toEqual(announced(0).signature);
  });

  it('also where the posted one came directly before, and was noted as the second', () => {
    const twice = next(next(verifier(), announced()), announced(1));
    expect(named(twice)).toEqual({ counts: R(0), second: [['delivery', second()]] });
    expect(named(fetched(twice, 1))).toEqual({ counts: R(1), second: [['delivery', first()]] });
  });

  it('one that was accepted stays, and the posted one is the second', () => {
    const state = next(next(verifier(), announced()), looked(first()));
    expect(named(fetched(state, 1))).toEqual({ counts: R(0), second: [['delivery', second()]] });
    expect(fetched(state, 1).delivery).toEqual(state.delivery);
    // Which second one is all the same: one of each kind is enough.
    expect(named(fetched(fetched(state, 1), 2))).toEqual(named(fetched(state, 1)));
  });

  it('the same one by Post is no second one: the receipts for it stand', () => {
    const { receipts } = stateOf(paid(), 'worker');
    // Its ciphertexts came too late; a reorganisation leaves one more block for the post.
    const late = next(verifier({ ...next(verifier(), announced()), tip: H0 + T0 + 1 }), looked(first()));
    const state = { ...late, tip: H0 + T0, receipts };
    const after = next(state, postedBy(worker, otherDelivery(state)));
    expect(late.delivery).toMatchObject({ rebuilt: true, acceptedAt: null });
    expect(named(after)).toEqual({ counts: R(0), second: [] });
    expect(after.delivery).toMatchObject({ rebuilt: true, acceptedAt: H0 + T0 });
    expect(after.receipts).toEqual(receipts);
  });

  it('as evidence in a dispute none counts: it only shows that W signed two', () => {
    const shown = (state: OpenState, i: number) =>
      named(
        next(
          called({ ...state, tip: H0 + 180 } as OpenState),
          postedBy(worker, otherDelivery(state, i), 'client'),
        ),
      );
    const waiting = next(verifier(), announced());
    expect(shown(verifier(), 0)).toEqual({ counts: undefined, second: [] });
    expect(shown(waiting, 1)).toEqual({ counts: R(0), second: [['delivery', second()]] });
    expect(shown(waiting, 0)).toEqual({ counts: R(0), second: [] });
  });

  it('D26: W announces one delivery to V alone and posts another: V proves what W signed twice', () => {
    const game = without([{ kind: 'release' }], {
      onSend: ({ to, message }) =>
        message.kind === 'delivery' && to === 'verifier' ? [{ ...message, root: otherHash('R') }] : [message],
      onTask: (name, task, state) => {
        if (name !== 'verifier' || task.kind !== 'check-delivery') return undefined;
        return (state as OpenState).posts.length > 0 ? undefined : null;
      },
    });
    const names = arbiters(game);
    until(game, T0 + 2 * DELTA + B + 30);
    expect(minedAt(game, 'TxA')).toBeDefined();
    expect(names.map((name) => open(game, name).arbitration.vote?.decision)).toEqual([1, 1, 1]);
  });
});

describe('M §Deliver: an opening of another R than the delivery’s is a second word of W', () => {
  const R = otherHash('R');
  const state = (changes: Changes = {}) => {
    const { delivery } = stateOf(paid(), 'verifier');
    return stateOf(paid(), 'verifier', { delivery: { ...delivery!, root: R }, ...changes });
  };
  const seen = (of: OpenState) => (atTip(of, 4).state as OpenState).equivocations.map((known) => known.of);

  it('once both are accepted, and once', () => {
    const { opening } = state();
    const found = atTip(state(), 4).state as OpenState;
    expect(found.equivocations).toEqual([
      { of: 'root', second: opening!.sealed, signature: opening!.signature },
    ]);
    expect(seen(found)).toEqual(['root']);
    expect(seen(stateOf(paid(), 'verifier'))).toEqual([]);
    expect(seen(state({ delivery: null }))).toEqual([]);
    expect(seen(state({ delivery: { ...state().delivery!, acceptedAt: null } }))).toEqual([]);
    expect(seen(state({ opening: null }))).toEqual([]);
  });
});
