import { describe, expect, it } from 'vitest';
import { buildGraph, type SchnorrSignature, type SignatureSlot, signSlot } from '../../../src/index.ts';
import { fixtureHash, fixtureTerms, partySecret } from '../../fixtures/terms.ts';
import { DELIVERY } from '../play/tasks.ts';
import {
  CHANNEL,
  DELTA,
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

/** HA: an appeal long after everything before it was due. */
const HA = H0 + 300;
/** Last tip at which evidence is accepted without receipts. */
const LAST = HA + DELTA;

const DELIVERED = seal('worker', { kind: 'delivery', channel: CHANNEL, ...DELIVERY });
const OPENED = opening(0);
const RECEIPT = seal('verifier', receiptFor(DELIVERED));
const VERDICT_SLOT: SignatureSlot = { transaction: 'Tx4', input: 0, signer: 'verifier', kind: 'plain' };
/** V's verdict r = 1, with its signature on Tx4. */
const VERDICT = seal('verifier', {
  kind: 'verdict',
  channel: CHANNEL,
  root: DELIVERY.root,
  openingHash: fixtureHash('opening'),
  signature: signSlot(
    buildGraph(fixtureTerms(5)),
    VERDICT_SLOT,
    partySecret('verifier'),
    new Uint8Array(32),
  ) as SchnorrSignature,
});
/** Its T: H0 + t1 − Δ − 1. */
const VERDICT_BY = H0 + 288 - DELTA - 1;

/** An arbiter that sees TxA in block `appeal` and is shown a document at `tip`. */
function shown(
  of: Sealed,
  tip: number,
  receipts: readonly WireReceipt[] = [],
  appeal: number | null = HA,
): Node {
  const node = new Node('arbiter:1', tip, [of]);
  const disputes = [
    { transaction: 'TxV0', height: HA - 1 } as const,
    ...(appeal === null ? [] : [{ transaction: 'TxA', height: appeal } as const]),
  ];
  node.state = { ...node.open, name: 'arbitration', disputes };
  node.feed(received('client', postOf(of, receipts)));
  return node;
}

const POSTED: readonly (readonly [string, Sealed])[] = [
  ['a delivery', DELIVERED],
  ['an opening', OPENED],
  ['a receipt', RECEIPT],
];

describe('M §Post: what W, C and V signed counts as evidence by HA + Δ', () => {
  it.each(POSTED)('%s that comes after its own T', (_, of) => {
    const node = shown(of, LAST);
    expect(node.accepted()).toEqual([0]);
    expect(node.open.posts).toMatchObject([{ acceptedAt: LAST, deadline: LAST, timely: false }]);
    // It shows what its author signed: nobody has to fetch ciphertexts for that.
    expect(node.tasks.map(({ kind }) => kind)).not.toContain('check-delivery');
  });

  it.each(POSTED)('%s later only with receipts, each for one block', (_, of) => {
    expect(shown(of, LAST + 1).accepted()).toEqual([]);
    const one = receiptOf('arbiter:2', of, LAST);
    expect(shown(of, LAST + 1, [one]).accepted()).toEqual([0]);
    expect(shown(of, LAST + 2, [one]).accepted()).toEqual([]);
    expect(shown(of, LAST + 2, [one]).faults).toEqual(['post-late']);
    expect(shown(of, LAST + 2, [one, receiptOf('arbiter:3', of, LAST)]).accepted()).toEqual([0]);
  });

  it.each(POSTED)('%s waits while no TxA is in a block that this node has seen', (_, of) => {
    const node = shown(of, LAST, [], null);
    expect(node.open.posts).toEqual([]);
    expect(node.faults).toEqual([]);
  });

  it('what comes by its own T is timely, though an appeal has begun already', () => {
    const early = shown(OPENED, T, [], T - DELTA);
    expect(early.open.posts).toMatchObject([{ acceptedAt: T, deadline: T, timely: true }]);
    const late = shown(OPENED, T + 1, [], T + 1 - DELTA);
    expect(late.open.posts).toMatchObject([{ acceptedAt: T + 1, deadline: T + 1, timely: false }]);
  });

  it('a verdict is for its own T only: what it binds C to, nobody can add in a dispute', () => {
    const appeal = VERDICT_BY - DELTA;
    expect(shown(VERDICT, VERDICT_BY, [], appeal).accepted()).toEqual([0]);
    const late = shown(VERDICT, VERDICT_BY + 1, [], VERDICT_BY);
    expect(late.accepted()).toEqual([]);
    expect(late.faults).toEqual(['post-late']);
  });
});
