import { describe, expect, it } from 'vitest';
import type { ChannelEvent, OpenState, PostedMessage, SchnorrSignature } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { DELTA, H0 } from '../play/late.ts';
import { move } from '../setup/steps.ts';
import { type Changes, changed, empty, next, noted, paid, stateOf } from './steps.ts';

const HA = H0 + 180;
const SIGNATURE = new Uint8Array(64).fill(7) as SchnorrSignature;
type Court = 'TxA' | 'TxAc';

const confirmed = (transaction: 'TxV0' | 'TxV1' | Court, height: number): ChannelEvent => ({
  kind: 'confirmed',
  transaction,
  height,
  blockHash: otherHash('b'),
  bytes: new Uint8Array(0),
});

/** The move with which a party sees TxA or TxAc of height HA, at its tip. */
function seen(state: OpenState, court: Court, tip = HA) {
  const disputed = next(state, confirmed(court === 'TxA' ? 'TxV0' : 'TxV1', H0 + 170));
  return move(changed(disputed, { tip }), confirmed(court, HA));
}
const isEvidence = ({ timely }: PostedMessage) => !timely;
/** What a party shows then, in its order. */
const shown = (state: OpenState, court: Court, tip = HA) =>
  (seen(state, court, tip).state as OpenState).posts.filter(isEvidence);
/** The same in words. */
const words = (posts: readonly PostedMessage[]) =>
  posts.map(({ author, kind, detail }) =>
    [author, kind, ...(detail?.of === 'receipt' ? [detail.subject] : [])].join(' '),
  );
const shows = (name: 'client' | 'worker' | 'verifier', court: Court, changes: Changes = {}) =>
  words(shown(stateOf(paid(), name, changes), court));

const OF_C = ['client receipt delivery', 'client receipt opening'];
const OF_V = ['verifier receipt delivery', 'verifier receipt opening'];
const OPENING = 'worker opening';

describe('M §Post: who is accused shows the receipts that it holds', () => {
  it('W on TxA and on TxAc: those of C and V, for delivery and opening', () => {
    expect(shows('worker', 'TxA')).toEqual([...OF_C, ...OF_V]);
    expect(shows('worker', 'TxAc')).toEqual([...OF_C, ...OF_V]);
  });

  it('V on TxAc: those of C, not its own; on TxA it is not accused', () => {
    expect(shows('verifier', 'TxAc', { verdict: 0 })).toEqual(OF_C);
    expect(shows('verifier', 'TxA', { verdict: 0 })).toEqual([]);
  });

  it('C accuses, and arbiters have nothing of their own', () => {
    for (const court of ['TxA', 'TxAc'] as const) {
      expect(shows('client', court)).toEqual([]);
      expect(words(shown(stateOf(empty(), empty().arbiter(1)), court))).toEqual([]);
    }
  });

  it('D31: V shows the opening that its verdict r = 1 names, too', () => {
    expect(shows('verifier', 'TxAc', { verdict: 1 })).toEqual([...OF_C, OPENING]);
    expect(shows('verifier', 'TxA', { verdict: 1 })).toEqual([OPENING]);
    expect(shows('verifier', 'TxAc', { verdict: null, checked: null })).toEqual(OF_C);
    expect(shows('verifier', 'TxA', { verdict: 1, opening: null })).toEqual([]);
    // W has given no verdict, whatever its record says.
    expect(shows('worker', 'TxA', { verdict: 1 })).toEqual([...OF_C, ...OF_V]);
    const { opening } = stateOf(paid(), 'verifier');
    const [entry] = shown(stateOf(paid(), 'verifier', { verdict: 1 }), 'TxA');
    const { sealed, signature, root, hash: openingHash, seeds } = opening!;
    expect(entry).toMatchObject({ author: 'worker', kind: 'opening', sealed, signature });
    expect(entry!.detail).toEqual({ of: 'opening', root, openingHash, seeds });
  });

  it('only for what is here, and only what was given', () => {
    const { receipts } = stateOf(paid(), 'worker');
    const { client, verifier } = receipts;
    const lost = (of: Changes) => shows('worker', 'TxA', of);
    expect(lost({ receipts: { client: { ...client, delivery: null }, verifier } })).toEqual([
      OF_C[1],
      ...OF_V,
    ]);
    expect(lost({ receipts: { client, verifier: { ...verifier, opening: null } } })).toEqual([
      ...OF_C,
      OF_V[0],
    ]);
    expect(lost({ delivery: null })).toEqual([OF_C[1], OF_V[1]]);
    expect(lost({ opening: null })).toEqual([OF_C[0], OF_V[0]]);
    expect(lost({ delivery: null, opening: null })).toEqual([]);
  });

  it('each says what it is for: R, the message, and the seeds that it opens', () => {
    const state = stateOf(paid(), 'worker');
    const { delivery, opening, receipts } = state;
    const of = { of: 'receipt', root: delivery!.root } as const;
    const { opened } = receipts.client;
    const forDelivery = { ...of, subject: 'delivery', message: delivery!.hash };
    const forOpening = {
      ...of,
      subject: 'opening',
      message: opening!.sealed,
      seed: null,
      verifierSeed: null,
    };
    const posts = shown(state, 'TxA');
    expect(posts.map(({ detail }) => detail)).toEqual([
      { ...forDelivery, seed: opened!.seed, verifierSeed: opened!.verifierSeed },
      forOpening,
      { ...forDelivery, seed: receipts.verifier.opened!.seed, verifierSeed: null },
      forOpening,
    ]);
    expect(opened!.verifierSeed).not.toBeNull();
    expect(posts.map(({ sealed }) => sealed)).toEqual(
      [receipts.client, receipts.verifier].flatMap((each) => [each.delivery!.sealed, each.opening!.sealed]),
    );
    // A receipt that opened nothing, as of a node that was away, names no seeds.
    const closed = { ...receipts, client: { ...receipts.client, opened: null } };
    const [first] = shown(stateOf(paid(), 'worker', { receipts: closed }), 'TxA');
    expect(first!.detail).toEqual({ ...forDelivery, seed: null, verifierSeed: null });
  });
});

describe('M §Post: evidence counts up to HA + Δ', () => {
  it('that is its deadline; it is accepted at the own tip, and no timely word', () => {
    const entry = shown(stateOf(paid(), 'worker'), 'TxA', HA + 3)[0];
    expect(entry).toMatchObject({ deadline: HA + DELTA, timely: false, acceptedAt: HA + 3, ready: true });
  });

  it('at that tip still, and not behind it', () => {
    expect(shown(stateOf(paid(), 'worker'), 'TxA', HA + DELTA)).toHaveLength(4);
    expect(shown(stateOf(paid(), 'worker'), 'TxA', HA + DELTA + 1)).toEqual([]);
  });

  it('nothing is shown before TxA or TxAc', () => {
    const state = next(stateOf(paid(), 'worker'), confirmed('TxV0', H0 + 170));
    expect(state.posts.filter(isEvidence)).toEqual([]);
  });

  it('each goes to everybody, once', () => {
    const step = seen(stateOf(paid(), 'worker'), 'TxA');
    const relayed = step.tasks.filter(({ kind }) => kind === 'relay');
    expect(relayed).toHaveLength(4);
    const again = move(step.state, { kind: 'tip', height: HA + 1 });
    expect(again.tasks.filter(({ kind }) => kind === 'relay')).toEqual([]);
  });

  it('what was posted and not accepted is shown again, with what is known of it', () => {
    const state = stateOf(paid(), 'worker');
    const receipt = state.receipts.client.delivery!;
    const detail = {
      of: 'receipt',
      subject: 'delivery',
      root: otherHash('R'),
      message: otherHash('m'),
    } as const;
    const known = { ...detail, seed: null, verifierSeed: null };
    const entry = (acceptedAt: number | null) => noted({ ...receipt, detail: known, acceptedAt });
    const [late] = shown(changed(state, { posts: [entry(null)] }), 'TxA').filter(
      ({ sealed }) => sealed === receipt.sealed,
    );
    expect(late).toMatchObject({ detail: known, acceptedAt: HA });
    expect(words(shown(changed(state, { posts: [entry(H0 + 9)] }), 'TxA'))).toEqual([OF_C[1], ...OF_V]);
  });
});

describe('D26: who accuses W of equivocation shows both documents', () => {
  const second = otherHash('second');
  type Of = OpenState['equivocations'][number]['of'];
  const accusing = (of: Of, changes: Changes = {}) =>
    stateOf(paid(), 'client', {
      accusation: { fault: 'equivocation', of, first: otherHash('first'), second },
      equivocations: [{ of, second, signature: SIGNATURE }],
      ...changes,
    });
  const shownBy = (of: Of, changes: Changes = {}) => shown(accusing(of, changes), 'TxA');

  it('two deliveries: the one that counts, and the second', () => {
    const { delivery } = stateOf(paid(), 'client');
    const posts = shownBy('delivery');
    expect(words(posts)).toEqual(['worker delivery', 'worker delivery']);
    expect(posts[0]).toMatchObject({ sealed: delivery!.hash, signature: delivery!.signature });
    expect(posts[0]!.detail).toEqual({ of: 'delivery', root: delivery!.root });
    expect(posts[1]).toMatchObject({ sealed: second, signature: SIGNATURE, detail: null });
  });

  it('two openings: the one that counts, and the second', () => {
    const { opening } = stateOf(paid(), 'client');
    const posts = shownBy('opening');
    expect(words(posts)).toEqual([OPENING, OPENING]);
    expect(posts[0]).toMatchObject({ sealed: opening!.sealed, detail: { openingHash: opening!.hash } });
    expect(posts[1]).toMatchObject({ sealed: second, signature: SIGNATURE, detail: null });
  });

  it('an opening of another root: the delivery and that opening', () => {
    const { opening } = stateOf(paid(), 'client');
    const known = [{ of: 'root', second: opening!.sealed, signature: opening!.signature }] as const;
    expect(words(shownBy('root', { equivocations: known }))).toEqual(['worker delivery', OPENING]);
  });

  it('only what is here: a kind of which nothing counts, or no second one', () => {
    expect(words(shownBy('delivery', { delivery: null }))).toEqual(['worker delivery']);
    expect(words(shownBy('opening', { opening: null }))).toEqual([OPENING]);
    const other = [{ of: 'delivery', second, signature: SIGNATURE }] as const;
    expect(words(shownBy('opening', { equivocations: other }))).toEqual([OPENING]);
    expect(words(shownBy('delivery', { equivocations: [] }))).toEqual(['worker delivery']);
  });

  it('whoever accuses W of something else shows neither', () => {
    const accusation = { fault: 'output', chunk: 3 } as const;
    expect(words(shown(accusing('delivery', { accusation, equivocations: [] }), 'TxA'))).toEqual([]);
  });
});
