import { describe, expect, it } from 'vitest';
import { courtClock } from '../../../src/channel/arbitration/court.ts';
import { largestCiphertext } from '../../../src/contract/content-limits.ts';
import { type Party, schnorrSignature } from '../../../src/index.ts';
import { fixtureCoin, fixtureHash, fixtureKey } from '../../fixtures/terms.ts';
import { seedOf } from '../play/identity.ts';
import { DELIVERY } from '../play/tasks.ts';
import { disputed, GRAPH, nameOf, rootOf, show, verdictOn } from './disputed.ts';
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
} from './nodes.ts';

/** HA */
const HA = H0 + 300;

const claim = (author: Party, court: 'TxA' | 'TxAc' = 'TxA'): Sealed =>
  seal(author, { kind: 'claim', channel: CHANNEL, court, fault: 'undelivered' });
const commitment = (author: Party): Sealed =>
  seal(author, { kind: 'voteCommitment', channel: CHANNEL, court: 'TxA', commitment: fixtureHash('vote') });
const vote = (author: Party, court: 'TxA' | 'TxAc' = 'TxA'): Sealed =>
  seal(author, {
    kind: 'voteOpening',
    channel: CHANNEL,
    court,
    decision: 0,
    nonce: fixtureHash('nonce'),
  });
const decisions = (author: Party, graphId = GRAPH.id, court: 'TxA' | 'TxAc' = 'TxA'): Sealed =>
  seal(author, {
    kind: 'decisionSignatures',
    channel: CHANNEL,
    court,
    graphId,
    stage: 0,
    signatures: [],
  });
const announcement = (): Sealed =>
  seal('arbiter:2', {
    kind: 'announcement',
    offer: fixtureCoin('offer', 1n).outpoint,
    parametersTxid: fixtureCoin('T_P', 1n).outpoint.txid,
    proof: { kind: 'offer', offerKey: fixtureKey('offer') },
    messageKey: fixtureKey('arbiter:2 message'),
    genesis: fixtureHash('genesis'),
    peer: 'a',
    height: 1,
    signature: schnorrSignature(new Uint8Array(64)),
  });
const sealedReceipt = (author: Party): Sealed => seal(author, receiptFor(delivery(0)));

/** An arbiter to which somebody shows a message, in an appeal of block HA where there is one. */
function shown(of: Sealed, tip: number, court: 'TxA' | 'TxAc' | null): Node {
  const node = new Node('arbiter:1', tip, [of]);
  if (court !== null) disputed(node, court, HA);
  show(node, 'arbiter:2', of);
  return node;
}

describe('M §Post: who may say what', () => {
  it.each<readonly [string, () => Sealed]>([
    ["a delivery of C's", () => seal('client', { kind: 'delivery', channel: CHANNEL, ...DELIVERY })],
    ['a receipt of W', () => sealedReceipt('worker')],
    ['a receipt of an arbiter', () => sealedReceipt('arbiter:2')],
    ["C's verdict with V's signature on Tx4", () => verdictOn(rootOf(0), nameOf(0), 'client')],
    ['a claim of W', () => claim('worker')],
    ['a claim of an arbiter', () => claim('arbiter:2')],
    ['a vote that C commits to', () => commitment('client')],
    ['a vote that W opens', () => vote('worker')],
    ['a vote of a stranger', () => commitment('nobody' as Party)],
    ["V's signatures on decisions", () => decisions('verifier')],
    ['a message outside any contract', announcement],
  ])('not %s', (_, of) => {
    expect(shown(of(), HA, 'TxA').faults).toEqual(['post-invalid']);
  });

  it('a word for it counts from an arbiter, C or V, and from no stranger', () => {
    const of = opening(0);
    for (const by of ['arbiter:2', 'verifier', 'nobody'] as const) {
      const node = new Node('client', T + 1, [of]);
      node.feed(received('arbiter:2', postOf(of, [receiptOf(by as Party, of, T)])));
      expect(node.accepted()).toEqual(by === 'nobody' ? [] : [0]);
    }
  });
});

describe('M §Clock: until when it is accepted without receipts', () => {
  const {
    claim: claimed,
    commitment: committed,
    opening: opened,
    stages,
  } = courtClock(new Node('client', H0, []).open, { transaction: 'TxA', height: HA });

  it.each<readonly [string, Sealed, number, 'TxA' | 'TxAc' | null]>([
    ['an opening', opening(0), H0 + 120 + 48, null],
    [
      "C's receipt for the delivery",
      seal('client', receiptFor(delivery(0), { seed: seedOf('client', 'challenge') })),
      H0 + 120 + 24,
      null,
    ],
    ['a verdict', verdictOn(rootOf(0), nameOf(0)), H0 + 288 - 25, null],
    ["V's claim", claim('verifier'), claimed, 'TxA'],
    ["C's claim", claim('client'), claimed, 'TxA'],
    ["C's claim in its challenge", claim('client', 'TxAc'), claimed, 'TxAc'],
    ['the commitment to a vote', commitment('arbiter:2'), committed, 'TxA'],
    ['an opened vote', vote('arbiter:2', 'TxAc'), opened, 'TxAc'],
    ['signatures on decisions', decisions('arbiter:2'), stages[0]!.until, 'TxA'],
  ])('%s', (_, of, by, court) => {
    const inTime = shown(of, by, court);
    expect(inTime.accepted()).toEqual([0]);
    expect(inTime.open.posts).toMatchObject([{ deadline: by, timely: true }]);
    expect(shown(of, by + 1, court).accepted()).toEqual([]);
  });

  it('what belongs to an arbitration waits for it, and comes too late afterwards', () => {
    for (const posted of [
      claim('client'),
      commitment('arbiter:2'),
      vote('arbiter:2'),
      decisions('arbiter:2'),
    ]) {
      const before = shown(posted, HA, null);
      expect(before.open.posts).toEqual([]);
      expect(before.faults).toEqual([]);
      expect(shown(posted, HA + 2_000, 'TxA').faults).toEqual(['post-late']);
    }
  });

  it('D40: what belongs to the other dispute waits until this one is final: the chain may still hold that one', () => {
    const early = shown(claim('client', 'TxA'), HA + 4, 'TxAc');
    expect(early.open.posts).toEqual([]);
    expect(early.faults).toEqual([]);
    expect(shown(claim('client', 'TxA'), HA + 5, 'TxAc').faults).toEqual(['post-late']);
  });

  it('a verdict is evidence of nothing: after its time it is too late, dispute or not', () => {
    const verdict = verdictOn(rootOf(0), nameOf(0));
    expect(shown(verdict, H0 + 288 - 24, null).faults).toEqual(['post-late']);
  });

  it('nobody accepts what has no place in this arbitration', () => {
    for (const posted of [
      claim('verifier', 'TxAc'),
      decisions('arbiter:2', fixtureHash('another graph'), 'TxAc'),
    ]) {
      const node = shown(posted, HA, 'TxAc');
      expect(node.open.posts).toEqual([]);
      expect(node.faults).toEqual(['post-late']);
    }
  });
});

describe('M §Deliver: what a delivery may announce', () => {
  const longest = largestCiphertext(new Node('client', H0, []).open.agreement.contract.limits);
  const announcing = (index: number, size: number): Sealed =>
    seal('worker', {
      kind: 'delivery',
      channel: CHANNEL,
      ...DELIVERY,
      chunks: DELIVERY.chunks.map((chunk, i) => (i === index ? { ...chunk, size } : chunk)),
    });

  it.each([0, DELIVERY.chunks.length - 1])(
    'ciphertext %i has at most the bytes of the longest result',
    (index) => {
      const fits = shown(announcing(index, longest), H0, null);
      expect(fits.open.posts).toHaveLength(1);
      const over = shown(announcing(index, longest + 1), H0, null);
      expect(over.faults).toEqual(['post-invalid']);
      expect(over.tasks).toEqual([]);
    },
  );
});
