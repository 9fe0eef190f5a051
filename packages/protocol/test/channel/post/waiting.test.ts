import { describe, expect, it } from 'vitest';
import { checked, confirmed, disputed, nameOf, rootOf, show, verdictOn, word } from './disputed.ts';
import { delivery, H0, Node, opening, receiptFor, type Sealed, seal, T } from './nodes.ts';

/** T of a delivery: H0 + t0. */
const DELIVERY_BY = H0 + 120;
/** HA of a dispute long after it. */
const HA = H0 + 300;

const [D0, D1, D2, D3] = [0, 1, 2, 3].map(delivery) as [Sealed, Sealed, Sealed, Sealed];
const looks = (node: Node) => node.tasks.filter(({ kind }) => kind === 'check-delivery');

/** C after it has been sent a delivery by W directly, and looked at it. */
function sentDirectly(): Node {
  const node = new Node('client', H0, [D0, D1]);
  const { signature } = receiptFor(D0);
  const delivery = { root: rootOf(0), hash: D0.sealed, signature, rebuilt: true, acceptedAt: H0 };
  node.state = { ...node.open, delivery };
  return node;
}

describe('M §Post: a delivery waits for its ciphertexts', () => {
  it('but not where they are here already, since W has sent them itself', () => {
    const node = sentDirectly();
    show(node, 'verifier', D0);
    expect(node.accepted()).toEqual([0]);
    expect(looks(node)).toEqual([]);
    show(node, 'verifier', D1);
    expect(node.accepted()).toEqual([0]);
    expect(looks(node)).toHaveLength(1);
  });

  it('is looked at again with everybody who shows it, and by nobody twice', () => {
    const node = new Node('arbiter:1', DELIVERY_BY, [D0]);
    show(node, 'client', D0);
    show(node, 'arbiter:2', D0);
    expect(looks(node)).toMatchObject([{ sources: ['client'] }, { sources: ['client', 'arbiter:2'] }]);
    show(node, 'client', D0);
    expect(node.faults).toEqual(['out-of-place']);
    expect(looks(node)).toHaveLength(2);
  });

  it('is not looked at again when its ciphertexts did not give R', () => {
    const node = new Node('arbiter:1', DELIVERY_BY, [D0]);
    show(node, 'client', D0);
    checked(node, D0, false);
    expect(node.open.posts).toMatchObject([{ ready: false, acceptedAt: null }]);
    const before = [...node.tasks];
    show(node, 'arbiter:2', D0);
    expect(node.tasks).toEqual(before);
    expect(node.accepted()).toEqual([]);
  });

  it('what the look found is kept, whatever else its author lets wait', () => {
    const node = new Node('arbiter:1', DELIVERY_BY, [D0, D1, D2]);
    show(node, 'arbiter:2', D0);
    show(node, 'worker', D1, D2);
    checked(node, D0, false);
    expect(node.faults).toEqual([]);
    expect(node.open.posts.map(({ ready }) => ready)).toEqual([null, null, false]);
  });

  it('once accepted it stays so, whatever a later look finds', () => {
    const node = new Node('arbiter:1', DELIVERY_BY, [D0]);
    show(node, 'client', D0);
    checked(node, D0, true);
    expect(node.accepted()).toEqual([0]);
    const { posts } = node.open;
    checked(node, D0, false);
    expect(node.open.posts).toEqual(posts);
  });

  it('what is accepted takes no room from what waits', () => {
    const node = new Node('arbiter:1', DELIVERY_BY, [D0, D1, D2, D3]);
    show(node, 'client', D0);
    checked(node, D0, true);
    show(node, 'client', D1, D2, D3);
    expect(node.open.posts.map(({ acceptedAt }) => acceptedAt)).toEqual([DELIVERY_BY, null, null]);
    expect(node.faults).toEqual(['out-of-place']);
  });

  it('its T counts from the block in which Tx0 is now', () => {
    const node = new Node('arbiter:1', DELIVERY_BY, [D0]);
    show(node, 'client', D0);
    node.feed({ kind: 'unconfirmed', transaction: 'Tx0' });
    node.feed({ kind: 'tip', height: DELIVERY_BY + 2 });
    checked(node, D0, true);
    expect(node.accepted()).toEqual([]);
    confirmed(node, 'Tx0', H0 + 2);
    checked(node, D0, true);
    expect(node.open.posts).toMatchObject([
      { acceptedAt: DELIVERY_BY + 2, deadline: DELIVERY_BY + 2, timely: true },
    ]);
  });

  it('in a dispute it is evidence without them, also when only words for it come', () => {
    const node = new Node('arbiter:1', DELIVERY_BY, [D0]);
    show(node, 'client', D0);
    node.feed({ kind: 'tip', height: DELIVERY_BY + 2 });
    word(node, 'arbiter:2', D0, DELIVERY_BY);
    expect(node.accepted()).toEqual([]);
    disputed(node, 'TxA', HA);
    node.feed({ kind: 'tip', height: HA });
    word(node, 'arbiter:3', D0, HA);
    expect(node.open.posts).toMatchObject([{ acceptedAt: HA, timely: false, ready: null }]);
  });
});

describe('M §Post: what has no deadline here waits, and nothing is accepted before its time', () => {
  const forOpening = receiptFor(opening(0), { subject: 'opening', seed: null });
  it.each<readonly [string, Sealed]>([
    ["V's receipt for a delivery", seal('verifier', receiptFor(D0))],
    ["V's receipt for an opening", seal('verifier', forOpening)],
    ["C's receipt for an opening", seal('client', forOpening)],
  ])('%s, while no dispute is on the chain: it is evidence and nothing else', (_, of) => {
    for (const self of ['arbiter:1', 'worker'] as const) {
      const node = new Node(self, H0, [of]);
      show(node, 'client', of);
      expect(node.open.posts).toEqual([]);
      expect(node.faults).toEqual([]);
    }
  });

  it('everything, for W too, while Tx0 is out of the chain', () => {
    const verdict = verdictOn(rootOf(0), nameOf(0));
    for (const self of ['arbiter:1', 'worker'] as const) {
      const node = new Node(self, T, [D0, opening(0), verdict]);
      node.feed({ kind: 'unconfirmed', transaction: 'Tx0' });
      show(node, 'client', D0, opening(0), verdict);
      expect(node.open.posts).toEqual([]);
      expect(node.faults).toEqual([]);
    }
  });
});
