import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTime } from '../../../src/channel/post/rule.ts';
import { fixtureTerms } from '../../fixtures/terms.ts';
import { seedOf } from '../play/identity.ts';
import { nameOf, rootOf } from './disputed.ts';
import { H0, K, Node, opening, postOf, receiptFor, receiptOf, received, T } from './nodes.ts';

const O0 = opening(0);

/** C, W or V after it has W's opening directly, and no receipt of anybody, six blocks before it is due. */
function holding(self: 'client' | 'worker' | 'verifier'): Node {
  const node = new Node(self, T - 8, [O0]);
  const { signature } = receiptFor(O0);
  const seeds = { client: seedOf('client', 'challenge'), verifier: seedOf('verifier', 'challenge') };
  const held = { hash: nameOf(0), sealed: O0.sealed, signature, root: rootOf(0), seeds, acceptedAt: T - 20 };
  node.state = { ...node.open, name: 'verification', opening: held };
  return node;
}

describe('M §Post: what a party holds, it shows itself', () => {
  it.each(['client', 'worker', 'verifier'] as const)('%s accepts it at its tip', (self) => {
    const node = holding(self);
    node.feed({ kind: 'tip', height: T - 6 });
    expect(node.open.posts).toMatchObject([
      {
        author: 'worker',
        acceptedAt: T - 6,
        deadline: T,
        timely: true,
        ready: true,
        receipts: [],
        sources: [],
      },
    ]);
  });

  it('W gives no word, and shows it to all but those that have given theirs', () => {
    const node = holding('worker');
    node.feed(received('arbiter:2', postOf(O0, [receiptOf('arbiter:2', O0, T - 8)])));
    const out = node.feed({ kind: 'tip', height: T - 6 });
    const posts = out.filter(({ message }) => message.kind === 'post' || message.kind === 'postReceipt');
    expect(posts.map(({ to, message }) => [to, message.kind])).toEqual([
      ['client', 'post'],
      ['verifier', 'post'],
      ['arbiter:1', 'post'],
      ['arbiter:3', 'post'],
      ['arbiter:4', 'post'],
      ['arbiter:5', 'post'],
    ]);
    expect(posts[0]!.message).toMatchObject({ receipts: [receiptOf('arbiter:2', O0, T - 8)] });
  });

  it('who lacks it and asks for it is answered alone', () => {
    const node = new Node('client', T, [O0]);
    node.feed(received('worker', postOf(O0, [])));
    const { envelope, sealed } = O0;
    const { height, signature } = receiptOf('client', O0, T);
    const receipt = { height, signature };
    const made = { kind: 'relay-made', author: 'worker', sealed, envelope, receipt } as const;
    const to = (out: ReturnType<Node['feed']>) => out.map((sent) => sent.to);
    expect(to(node.feed({ ...made, only: 'arbiter:2' }))).toEqual(['arbiter:2']);
    expect(to(node.feed(made))).toHaveLength(7);
  });

  it('nothing is sent of what was not accepted', () => {
    const node = new Node('client', T, [O0]);
    const { envelope, sealed } = O0;
    const out = node.feed({ kind: 'relay-made', author: 'worker', sealed, envelope, receipt: null });
    expect(out).toEqual([]);
    expect(node.faults).toEqual(['out-of-place']);
  });
});

describe('M §Post: in time at h ≤ T + jℓ with words of j ≤ k + 2 others', () => {
  it('for every ℓ', () => {
    const small = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 6 }), fc.integer({ min: -30, max: 150 }), (j, l, late) => {
        const agreement = fixtureTerms(5, { relayBlocks: l });
        expect(inTime(agreement, H0 + late, H0, j)).toBe(late <= Math.min(j, K + 2) * l);
      }),
    );
  });
});
