import { describe, expect, it } from 'vitest';
import { type ChannelMessage, encodeEnvelope, readEnvelope, schnorrSignature } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { seedOf } from '../play/identity.ts';
import { DELIVERY, OPENING } from '../play/tasks.ts';
import {
  CHANNEL,
  delivery,
  H0,
  Node,
  opening,
  postOf,
  receiptFor,
  receiptOf,
  received,
  type Sealed,
  seal,
  T,
  type WireReceipt,
} from './nodes.ts';

/** T of a delivery: H0 + t0. */
const DELIVERY_BY = H0 + 120;

/** What a node makes of one post. */
function shown(of: Sealed, receipts: readonly WireReceipt[], tip = T): Node {
  const node = new Node('client', tip, [of]);
  node.feed(received('verifier', postOf(of, receipts)));
  return node;
}

describe('M §Post: what a node makes of what it is shown', () => {
  it('accepts, relays with its own receipt to everybody, and a receipt alone to who has said that it has M and to its author', () => {
    const of = opening(0);
    const node = new Node('client', T + 1, [of]);
    const out = node.feed(received('arbiter:2', postOf(of, [receiptOf('arbiter:2', of, T)])));
    const sent = out
      .filter(({ message }) => message.kind === 'post' || message.kind === 'postReceipt')
      .map(({ to, message }) => [to, message.kind]);
    expect(Object.fromEntries(sent)).toEqual({
      worker: 'postReceipt',
      verifier: 'post',
      'arbiter:1': 'post',
      'arbiter:2': 'postReceipt',
      'arbiter:3': 'post',
      'arbiter:4': 'post',
      'arbiter:5': 'post',
    });
    const post = out.find(({ message }) => message.kind === 'post')!.message;
    expect(post).toMatchObject({
      receipts: [receiptOf('arbiter:2', of, T), receiptOf('client', of, T + 1)],
    });
  });

  it('shows what it has accepted once, and takes words for it that come afterwards', () => {
    const of = opening(0);
    const node = shown(of, []);
    const again = node.feed(received('arbiter:1', postOf(of, [receiptOf('arbiter:1', of, T)])));
    expect(again).toEqual([]);
    const { author, sealed: message } = of;
    const word = {
      kind: 'postReceipt',
      channel: CHANNEL,
      author,
      message,
      ...receiptOf('arbiter:3', of, T),
    } as const;
    node.feed(received('arbiter:3', word));
    expect(node.open.posts[0]!.receipts.map(({ from }) => from)).toEqual(['arbiter:1', 'arbiter:3']);
    node.feed(received('arbiter:3', word));
    node.feed(received('verifier', postOf(of, [])));
    expect(node.faults).toEqual(['out-of-place', 'out-of-place']);
  });

  it('counts words of distinct others only: not twice the same, not its own, not those of W or of a stranger, not forged ones', () => {
    const of = opening(0);
    const one = receiptOf('arbiter:1', of, T);
    for (const receipts of [
      [one, one],
      [one, receiptOf('arbiter:1', of, T + 1)],
      [one, receiptOf('client', of, T)],
      [one, receiptOf('worker', of, T)],
      [one, { ...receiptOf('arbiter:2', of, T), height: T + 1 }],
      [one, { ...one, from: receiptOf('arbiter:2', of, T).from }],
      [one, receiptOf('arbiter:2', opening(1), T)],
    ]) {
      expect(shown(of, receipts, T + 1).accepted()).toEqual([0]);
      expect(shown(of, receipts, T + 2).accepted()).toEqual([]);
    }
  });

  it.each<readonly [string, () => Sealed]>([
    ['no envelope', () => ({ ...opening(0), envelope: new Uint8Array([1, 2, 3]) })],
    [
      'a signature that is not its author\u2019s',
      () => {
        const envelope = readEnvelope(opening(0).envelope);
        return {
          ...opening(0),
          envelope: encodeEnvelope({ ...envelope, signature: schnorrSignature(new Uint8Array(64)) }),
        };
      },
    ],
    ['an opening of V', () => seal('verifier', { kind: 'opening', channel: CHANNEL, ...OPENING })],
    [
      'a message that nobody posts',
      () => seal('client', { kind: 'guaranteed', channel: CHANNEL, graphId: CHANNEL }),
    ],
    [
      'a message of a stranger',
      () => seal('nobody' as never, { kind: 'opening', channel: CHANNEL, ...OPENING }),
    ],
    [
      'a message of another contract',
      () => seal('worker', { kind: 'opening', channel: fixtureHash('other'), ...OPENING }),
    ],
    [
      'a verdict without V\u2019s signature on Tx4',
      () =>
        seal('verifier', {
          kind: 'verdict',
          channel: CHANNEL,
          root: DELIVERY.root,
          openingHash: CHANNEL,
          signature: schnorrSignature(new Uint8Array(64)),
        }),
    ],
    [
      'a delivery of too few chunks',
      () =>
        seal('worker', { kind: 'delivery', channel: CHANNEL, ...DELIVERY, chunks: DELIVERY.chunks.slice(1) }),
    ],
    [
      'a receipt for nothing that W signed',
      () => seal('verifier', receiptFor(delivery(0), { message: fixtureHash('else') })),
    ],
    [
      'D37: a receipt that shows something else of W as its delivery',
      () => seal('client', receiptFor(opening(0), { seed: seedOf('client', 'challenge') })),
    ],
    [
      'a receipt that shows a delivery of W as its opening',
      () => seal('verifier', receiptFor(delivery(0), { subject: 'opening', seed: null })),
    ],
    [
      'a receipt for a delivery without a seed',
      () => seal('verifier', receiptFor(delivery(0), { seed: null })),
    ],
    [
      'a receipt with another seed',
      () => seal('verifier', receiptFor(delivery(0), { seed: seedOf('client', 'challenge') })),
    ],
    [
      "a receipt of the Verifier that names a seed as the Client's does",
      () => seal('verifier', receiptFor(delivery(0), { verifierSeed: seedOf('verifier', 'challenge') })),
    ],
    [
      "a receipt of the Client that names another seed than the Verifier's",
      () => {
        const seed = seedOf('client', 'challenge');
        return seal('client', receiptFor(delivery(0), { seed, verifierSeed: seed }));
      },
    ],
    [
      'a receipt for an opening that names a seed',
      () => {
        const seeds = { seed: null, verifierSeed: seedOf('verifier', 'challenge') };
        return seal('client', receiptFor(opening(0), { subject: 'opening', ...seeds }));
      },
    ],
    [
      'a receipt for an opening that opens a seed',
      () => seal('verifier', receiptFor(opening(0), { subject: 'opening' })),
    ],
  ])('refuses %s', (_, of) => {
    const node = shown(of(), [], H0);
    expect(node.faults).toEqual(['post-invalid']);
    expect(node.open.posts).toEqual([]);
  });

  it('keeps two of one author and kind, and two receipts for each document: nobody can fill the state', () => {
    const openings = [0, 1, 2, 3].map(opening);
    const node = new Node('client', H0, openings);
    for (const posted of openings) node.feed(received('worker', postOf(posted, [])));
    expect(node.accepted()).toEqual([0, 1]);
    const seed = seedOf('client', 'challenge');
    const receipts = [0, 1, 2].map((i) => seal('client', receiptFor(delivery(i), { seed })));
    const other = new Node('verifier', H0, receipts);
    for (const posted of receipts) other.feed(received('client', postOf(posted, [])));
    expect(other.accepted()).toEqual([0, 1]);
  });

  it('looks at two deliveries of each sender at a time: nobody can keep it from the one that counts', () => {
    const deliveries = [0, 1, 2, 3].map(delivery);
    const node = new Node('client', DELIVERY_BY, deliveries);
    for (const posted of deliveries.slice(0, 3)) node.feed(received('arbiter:1', postOf(posted, [])));
    expect(node.open.posts).toHaveLength(2);
    node.feed(received('arbiter:2', postOf(deliveries[3]!, [])));
    expect(node.open.posts).toHaveLength(3);
    const check = {
      kind: 'delivery-checked',
      bytes: 520,
      height: H0,
      blockHash: fixtureHash('block'),
    } as const;
    node.feed({ ...check, deliveryHash: deliveries[0]!.sealed, ok: false });
    node.feed({ ...check, deliveryHash: deliveries[3]!.sealed, ok: true });
    expect(node.accepted()).toEqual([3]);
    expect(node.open.delivery?.hash).toEqual(deliveries[3]!.sealed);
  });

  it('fetches the ciphertexts of a posted delivery from whoever has shown it', () => {
    const of = delivery(0);
    const node = new Node('arbiter:1', DELIVERY_BY, [of]);
    node.feed(received('client', postOf(of, [])));
    node.feed(received('arbiter:2', postOf(of, [receiptOf('arbiter:2', of, T)])));
    expect(node.tasks).toEqual([
      { kind: 'check-delivery', deliveryHash: of.sealed, sources: ['client'] },
      { kind: 'check-delivery', deliveryHash: of.sealed, sources: ['client', 'arbiter:2'] },
    ]);
  });

  it('a word that comes late makes enough of them for a delivery that is here', () => {
    const of = delivery(0);
    const node = new Node('arbiter:1', DELIVERY_BY, [of]);
    node.feed(received('client', postOf(of, [])));
    node.feed({ kind: 'tip', height: DELIVERY_BY + 1 });
    node.feed({
      kind: 'delivery-checked',
      deliveryHash: of.sealed,
      ok: true,
      bytes: 520,
      height: H0,
      blockHash: fixtureHash('block'),
    });
    expect(node.accepted()).toEqual([]);
    const { author, sealed: message } = of;
    node.feed(
      received('arbiter:3', {
        kind: 'postReceipt',
        channel: CHANNEL,
        author,
        message,
        ...receiptOf('arbiter:3', of, T),
      }),
    );
    expect(node.accepted()).toEqual([0]);
  });

  it('W reads what is posted, whenever it comes, and says nothing about it', () => {
    const of = seal('client', receiptFor(delivery(0), { seed: seedOf('client', 'challenge') }));
    const node = new Node('worker', T, [of]);
    expect(node.feed(received('arbiter:1', postOf(of, [])))).toEqual([]);
    expect(node.open.posts).toMatchObject([{ kind: 'receipt', author: 'client', acceptedAt: T }]);
  });

  it('while Tx0 is out of the chain nothing has a deadline: it waits', () => {
    const of = opening(0);
    const node = new Node('client', T, [of]);
    node.feed({ kind: 'unconfirmed', transaction: 'Tx0' });
    node.feed(received('worker', postOf(of, [])));
    expect(node.faults).toEqual([]);
    expect(node.open.posts).toEqual([]);
  });

  it('the envelope that is relayed is its author\u2019s', () => {
    const of = opening(0);
    const out = new Node('client', T, [of]).feed(received('worker', postOf(of, [])));
    const post = out.find(({ message }) => message.kind === 'post')!.message as Extract<
      ChannelMessage,
      { kind: 'post' }
    >;
    expect(post.envelope).toEqual(of.envelope);
  });
});
