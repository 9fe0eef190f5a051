import { describe, expect, it } from 'vitest';
import { type ChannelEvent, type Hash32, type OpenState, postReceiptHash } from '../../../src/index.ts';
import { messageKey, messageSecret, otherHash, sign } from '../play/identity.ts';
import { H0, T0 } from '../play/late.ts';
import { heard, move, type Received, saying, sealedBy } from '../setup/steps.ts';
import {
  atTip,
  changed,
  channelOf,
  delivered,
  empty,
  expected,
  next,
  noted,
  otherDelivery,
  out,
  paid,
  postedBy,
  type ResultRow,
  result,
  results,
  stateOf,
} from './steps.ts';

const PLACE = { bytes: 520, height: H0 + 9, blockHash: otherHash('block') };
const looked = (deliveryHash: Hash32, ok = true): ChannelEvent => ({
  kind: 'delivery-checked',
  deliveryHash,
  ok,
  ...PLACE,
});
/** An arbiter that has got nothing, in the last block in which a delivery can be posted. */
const arbiter = () => stateOf(empty(), empty().arbiter(1), { tip: H0 + T0 });
const verifier = () => stateOf(empty(), 'verifier', { tip: H0 + T0 });
const posted = (i: number): Received => postedBy('worker', otherDelivery(arbiter(), i));
/** What a delivery is called by receipts and tasks. */
const nameOf = (i: number): Hash32 => {
  const [task] = move(arbiter(), posted(i)).tasks;
  if (task?.kind !== 'check-delivery') throw new RangeError('nothing is fetched');
  return task.deliveryHash;
};

describe('M §Post: a delivery that was posted counts when its ciphertexts are here', () => {
  it('they are fetched first; then it is accepted at this tip, relayed, and C and V write a receipt', () => {
    const waiting = move(verifier(), posted(0));
    expect(out(waiting)).toEqual(['check-delivery']);
    expect((waiting.state as OpenState).delivery).toBeNull();
    const step = move(waiting.state, looked(nameOf(0)));
    expect(out(step)).toEqual(['relay worker: delivery', 'open-seed']);
    expect(step.fault).toBeNull();
    expect(step.state).toMatchObject({
      delivery: { hash: nameOf(0), root: otherHash('R 0'), rebuilt: true, acceptedAt: H0 + T0 },
      drafts: { delivery: PLACE },
    });
  });

  it('where they do not give R nothing is accepted, relayed or written', () => {
    const step = move(next(verifier(), posted(0)), looked(nameOf(0), false));
    expect(out(step)).toEqual([]);
    expect(step.state).toMatchObject({ delivery: null, drafts: { delivery: null } });
  });

  it('W reads it at once and relays nothing', () => {
    const worker = stateOf(empty(), 'worker', { tip: H0 + 50 });
    const step = move(worker, postedBy('worker', otherDelivery(worker), 'client'));
    expect(out(step)).toEqual([]);
    expect(step.state).toMatchObject({ delivery: { hash: nameOf(0) } });
  });

  it('a second one of W is noted and named, and changes nothing else', () => {
    const one = next(next(verifier(), posted(0)), looked(nameOf(0)));
    const two = move(next(one, posted(1)), looked(nameOf(1)));
    expect(out(two).slice(0, 1)).toEqual(['relay worker: delivery']);
    expect(two.fault).toMatchObject({ code: 'equivocation', culprit: 'worker' });
    expect(two.state).toMatchObject({
      delivery: one.delivery,
      equivocations: [{ of: 'delivery', second: nameOf(1) }],
    });
    const other = changed(one, { begun: ['seed'], drafts: { delivery: null, opening: null } });
    const second = next(next(other, posted(1)), looked(nameOf(1)));
    expect(second.drafts.delivery).toBeNull();
  });

  it('at most two are accepted: the look at a third ends in nothing, unless it came directly as well', () => {
    let state = next(verifier(), posted(0));
    state = next(next(state, postedBy('worker', otherDelivery(state, 1), 'arbiter:1')), looked(nameOf(0)));
    state = next(state, postedBy('worker', otherDelivery(state, 2), 'arbiter:2'));
    state = next(state, looked(nameOf(1)));
    expect(state.posts.filter(({ acceptedAt }) => acceptedAt !== null)).toHaveLength(2);
    expect(result(state, looked(nameOf(2)))).toBe('ignored: out-of-place, worker');
    const { hash, ...record } = state.delivery!;
    const direct = changed(state, {
      delivery: { ...record, hash: nameOf(2), rebuilt: null, acceptedAt: null },
    });
    const step = move(direct, looked(nameOf(2)));
    expect(step.state).toMatchObject({ delivery: { hash: nameOf(2), rebuilt: true, acceptedAt: H0 + T0 } });
    expect(hash).toEqual(nameOf(0));
  });
});

describe('a delivery that came directly, or by Post as well', () => {
  const direct = (changes: Parameters<typeof changed>[1] = {}) => {
    const { delivery } = stateOf(delivered(), 'verifier');
    const given = { ...delivery!, rebuilt: null, acceptedAt: null };
    return changed(verifier(), { delivery: given, tip: H0 + 50, ...changes });
  };
  const name = () => direct().delivery!.hash;

  it('is accepted with its ciphertexts; the Worker is to blame where they do not give R', () => {
    const rows: readonly ResultRow[] = [
      ['they give R', direct(), looked(name()), 'moved'],
      ['they do not', direct(), looked(name(), false), 'moved: delivery-malformed, worker'],
    ];
    expect(results(rows)).toEqual(expected(rows));
    expect(out(move(direct(), looked(name())))).toEqual(['open-seed']);
    expect(next(direct(), looked(name())).drafts.delivery).toEqual(PLACE);
  });

  it('after H0 + t0 it counts only by Post, and what is written in the receipt stays', () => {
    const late = next(direct({ tip: H0 + T0 + 1 }), looked(name()));
    expect(late).toMatchObject({ delivery: { rebuilt: true, acceptedAt: null }, begun: verifier().begun });
    expect(next(late, looked(otherHash('unknown'))).delivery).toEqual(late.delivery);
  });

  it('is relayed where it was posted besides', () => {
    const entry = noted({
      sealed: name(),
      detail: { of: 'delivery', root: direct().delivery!.root },
      ready: null,
      acceptedAt: null,
    });
    const step = move(direct({ posts: [entry] }), looked(name()));
    expect(out(step)).toEqual(['relay worker: delivery', 'open-seed']);
    expect(step.fault).toBeNull();
  });
});

describe('M §Post: what else is posted', () => {
  const opening = () => heard(paid(), 'verifier', 'opening').message;

  it('an opening counts, with a receipt of C or V; a second one is noted and named', () => {
    const state = stateOf(delivered(), 'verifier');
    const post = postedBy('worker', opening(), 'client');
    const step = move(state, post);
    expect(out(step)).toEqual(['relay worker: opening', 'find-block 3', 'check-opening']);
    expect(step.fault).toBeNull();
    expect(step.state).toMatchObject({
      name: 'verification',
      opening: { root: opening().root, acceptedAt: H0 + 3 },
    });
    const { drafts } = step.state as OpenState;
    expect(drafts.opening).toMatchObject({ height: H0 + 3, blockHash: null });
    expect(drafts.opening!.bytes).toBeGreaterThan(100);
    const second = postedBy('worker', { ...opening(), root: otherHash('R') });
    expect(result(step.state as OpenState, second)).toBe('moved: equivocation, worker');
  });

  it('a receipt that binds after a dispute, as evidence, is nobody’s fault', () => {
    const called = [
      ['TxV0', 170],
      ['TxA', 180],
    ] as const;
    let state = stateOf(delivered(), delivered().arbiter(1), { tip: H0 + 180 });
    for (const [transaction, blocks] of called) {
      const place = { height: H0 + blocks, blockHash: otherHash('b'), bytes: new Uint8Array(0) };
      state = next(state, { kind: 'confirmed', transaction, ...place });
    }
    const receipt = delivered().sent.find(
      ({ from, message }) => from === 'verifier' && message.kind === 'receipt',
    )!;
    const step = move(state, postedBy('verifier', receipt.message));
    expect(step.fault).toBeNull();
    expect(out(step)[0]).toBe('relay verifier: receipt');
    const claim = { kind: 'claim', channel: channelOf(state), court: 'TxA', fault: 'undelivered' } as const;
    const claimed = move(state, postedBy('verifier', claim));
    expect(claimed.state).toMatchObject({
      arbitration: { words: [{ author: 'verifier', content: { about: 'claim', fault: 'undelivered' } }] },
    });
    expect(result(stateOf(delivered(), delivered().arbiter(1)), postedBy('verifier', claim))).toBe('later');
  });

  it('the word of another node that it has accepted something is kept; it says nothing about what is not here', () => {
    const [game, name] = [delivered(), delivered().arbiter(1)];
    const entry = noted({ detail: { of: 'delivery', root: otherHash('R') } });
    const state = stateOf(game, 'verifier', { posts: [entry] });
    const of = {
      channel: channelOf(state),
      author: messageKey('worker'),
      message: entry.sealed,
      height: H0 + 10,
    };
    const { author, message, ...rest } = of;
    const signature = sign(postReceiptHash(of), messageSecret(name));
    const said = {
      kind: 'postReceipt',
      ...rest,
      author,
      message,
      from: messageKey(name),
      signature,
    } as const;
    const word = { ...sealedBy(name, 'arbiter:1', said) };
    const after = next(state, word);
    expect(after.posts).toEqual([
      { ...entry, receipts: [{ from: 'arbiter:1', height: H0 + 10, signature }] },
    ]);
    const rows: readonly ResultRow[] = [
      ['known', after, word, 'ignored: out-of-place, arbiter:1'],
      ['about nothing', verifier(), word, 'ignored: out-of-place, arbiter:1'],
      [
        'a post of nothing',
        verifier(),
        saying(posted(0), { envelope: new Uint8Array(3) }),
        'ignored: post-invalid, worker',
      ],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });

  it('what is accepted is accepted once', () => {
    const state = next(next(verifier(), posted(0)), looked(nameOf(0)));
    expect(result(state, posted(0))).toBe('ignored: out-of-place, worker');
    expect(next(state, looked(nameOf(0))).posts).toEqual(state.posts);
    expect(out(atTip(state, T0 + 1))).toEqual([]);
  });
});
