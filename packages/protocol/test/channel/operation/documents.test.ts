import { describe, expect, it } from 'vitest';
import { type ChannelEvent, encodeMessage, type OpenState, openingHash } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { DELTA, H0, T0 } from '../play/late.ts';
import { after, move, saying } from '../setup/steps.ts';
import {
  announced,
  type Changes,
  called,
  delivered,
  disputed,
  empty,
  expected,
  looked,
  next,
  opened,
  out,
  postedBy,
  type ResultRow,
  results,
  stateOf,
  verifier,
} from './steps.ts';

const OPENING_BY = T0 + 2 * DELTA;
const reasonOf = (state: OpenState, event: ChannelEvent): string | undefined => {
  const step = after(state, event);
  return step.kind === 'later' ? undefined : step.fault?.reason;
};

describe('M §Steps 1: W’s delivery, directly', () => {
  it('W alone delivers, by H0 + t0; a second one is the fault of W, and two are proof enough', () => {
    const [one, two] = [next(verifier(), announced()), next(next(verifier(), announced()), announced(1))];
    const rows: readonly ResultRow[] = [
      ['in the last block', verifier({ tip: H0 + T0 }), announced(), 'moved'],
      ['after it', verifier({ tip: H0 + T0 + 1 }), announced(), 'ignored: document-late, worker'],
      ['of C', verifier(), { ...announced(), from: 'client' }, 'ignored: delivery-malformed, client'],
      [
        'without a chunk',
        verifier(),
        saying(announced(), { chunks: [] }),
        'ignored: delivery-malformed, worker',
      ],
      ['Tx0 is out of the chain', verifier({ commitmentHeight: null }), announced(), 'later'],
      ['the same again', one, announced(), 'ignored: out-of-place, worker'],
      ['a second one', one, announced(1), 'moved: equivocation, worker'],
      ['the same second one', two, announced(1), 'ignored: equivocation, worker'],
      ['a third one', two, announced(2), 'ignored: equivocation, worker'],
    ];
    expect(results(rows)).toEqual(expected(rows));
    expect(reasonOf(verifier({ tip: H0 + T0 + 1 }), announced())).toMatch(
      `delivery came after block ${H0 + T0}`,
    );
  });

  it('its ciphertexts are fetched from W before it counts', () => {
    const { sealed: hash, signature } = announced();
    const step = move(verifier(), announced());
    expect(step.tasks).toEqual([{ kind: 'check-delivery', deliveryHash: hash, sources: ['worker'] }]);
    expect(step.messages).toEqual([]);
    expect(step.state).toMatchObject({
      delivery: { root: otherHash('R 0'), hash, signature, rebuilt: null, acceptedAt: null },
    });
  });

  it('W has all of it: its own counts at once, however late it is, and nothing is fetched', () => {
    const worker = stateOf(empty(), 'worker', { delivery: null, tip: H0 + T0 + 1 });
    const step = move(worker, announced());
    expect(out(step)).toEqual([]);
    expect(step.state).toMatchObject({ delivery: { rebuilt: true, acceptedAt: H0 + T0 + 1 } });
  });

  it('a second one changes nothing else: it is kept, with W’s signature', () => {
    const { sealed, signature } = announced(1);
    const one = next(verifier(), announced());
    const step = move(one, announced(1));
    expect(out(step)).toEqual([]);
    const equivocations = [{ of: 'delivery', second: sealed, signature }];
    expect(step.state).toMatchObject({ delivery: one.delivery, equivocations });
  });
});

describe('the ciphertexts of a delivery that came directly', () => {
  const waiting = (changes: Changes = {}) => verifier({ ...next(verifier(), announced()), ...changes });
  const hash = () => announced().sealed;

  it('are here by H0 + t0, or the delivery is not accepted', () => {
    const accepted = (changes: Changes) => next(waiting(changes), looked(hash())).delivery;
    expect(move(waiting(), looked(hash())).fault).toBeNull();
    expect(accepted({ tip: H0 + T0 })).toMatchObject({ rebuilt: true, acceptedAt: H0 + T0 });
    expect(accepted({ tip: H0 + T0 + 1 })).toMatchObject({ rebuilt: true, acceptedAt: null });
    expect(accepted({ commitmentHeight: null })).toMatchObject({ rebuilt: true, acceptedAt: null });
  });

  it('do not give R: it is W’s fault, and there is nothing to write in a receipt', () => {
    const step = move(waiting(), looked(hash(), false));
    expect(out(step)).toEqual([]);
    expect(step.fault).toMatchObject({ code: 'delivery-malformed', culprit: 'worker' });
    expect(step.state).toMatchObject({
      delivery: { rebuilt: false, acceptedAt: null },
      drafts: { delivery: null },
    });
  });

  it('are looked at once: a second look, or one at another delivery, changes nothing', () => {
    const state = next(waiting(), looked(hash()));
    const later = { ...state, tip: H0 + 50 };
    expect(next(later, looked(hash())).delivery).toEqual(state.delivery);
    expect(next(waiting(), looked(announced(1).sealed)).delivery).toEqual(waiting().delivery);
    const wrong = next(waiting(), looked(hash(), false));
    expect(next(wrong, looked(hash())).delivery).toEqual(wrong.delivery);
  });
});

describe('M §Steps 3: W’s opening', () => {
  const state = (changes: Changes = {}) => stateOf(delivered(), 'verifier', changes);

  it('W alone opens, by H0 + t0 + 2Δ; a second one is the fault of W, and two are proof enough', () => {
    const other = (i: number) => opened({ root: otherHash(`R ${i}`) });
    const one = next(state(), opened());
    const two = next(one, other(1));
    const rows: readonly ResultRow[] = [
      ['in the last block', state({ tip: H0 + OPENING_BY }), opened(), 'moved'],
      ['after it', state({ tip: H0 + OPENING_BY + 1 }), opened(), 'ignored: document-late, worker'],
      ['of C', state(), { ...opened(), from: 'client' }, 'ignored: opening-mismatch, client'],
      ['Tx0 is out of the chain', state({ commitmentHeight: null }), opened(), 'later'],
      ['the same again', one, opened(), 'ignored: out-of-place, worker'],
      ['a second one', one, other(1), 'moved: equivocation, worker'],
      ['a third one', two, other(2), 'ignored: equivocation, worker'],
    ];
    expect(results(rows)).toEqual(expected(rows));
    const { sealed, signature } = other(1);
    expect(two.equivocations).toEqual([{ of: 'opening', second: sealed, signature }]);
    expect(two.opening).toEqual(one.opening);
    expect(reasonOf(state({ tip: H0 + OPENING_BY + 1 }), opened())).toMatch(
      `opening came after block ${H0 + OPENING_BY}`,
    );
  });

  it('W’s own counts however late it is', () => {
    const worker = stateOf(delivered(), 'worker', { tip: H0 + OPENING_BY + 1 });
    const step = move(worker, opened());
    expect(step.state).toMatchObject({ opening: { acceptedAt: H0 + OPENING_BY + 1 } });
    expect((step.state as OpenState).drafts.opening).toBeNull();
  });

  it('is noted with what it names; C and V owe a receipt for it, whatever a check will find', () => {
    const { sealed, signature, message } = opened();
    const body = encodeMessage(message);
    if (message.kind !== 'opening') throw new RangeError(message.kind);
    const { root, challengeClient, challengeVerifier } = message;
    const seeds = { client: challengeClient, verifier: challengeVerifier };
    const record = { hash: openingHash(body), sealed, signature, root, seeds, acceptedAt: H0 + 9 };
    const draft = { bytes: body.length, height: H0 + 9, blockHash: null };
    for (const role of ['client', 'verifier'] as const) {
      const step = move(stateOf(delivered(), role, { tip: H0 + 9 }), opened());
      expect(step.state).toMatchObject({ name: 'verification', opening: record, drafts: { opening: draft } });
      expect(out(step)).toEqual(['find-block 9', 'check-opening']);
    }
    const posted = next(state({ tip: H0 + 9 }), postedBy('worker', message));
    expect(posted).toMatchObject({ name: 'verification', opening: record, drafts: { opening: draft } });
    const late = disputed(state({ tip: H0 + 9 }), 'TxV0');
    expect(next(late, opened())).toMatchObject({ name: 'arbitration', opening: record });
  });

  it('by Post: the same one is no second one, another is, and as evidence none counts', () => {
    const { message } = opened();
    const one = next(state(), opened());
    const second = (of: OpenState, changes: object = {}) =>
      next(of, postedBy('worker', { ...message, ...changes } as typeof message)).equivocations;
    expect(second(one)).toEqual([]);
    const { sealed, signature } = opened({ root: otherHash('R') });
    expect(second(one, { root: otherHash('R') })).toEqual([{ of: 'opening', second: sealed, signature }]);
    const arbiter = called(stateOf(delivered(), delivered().arbiter(1), { tip: H0 + 180 }));
    const shown = next(arbiter, postedBy('worker', message, 'verifier'));
    expect(shown.posts).toMatchObject([{ kind: 'opening', timely: false }]);
    expect(shown.opening).toBeNull();
  });
});
