import { describe, expect, it } from 'vitest';
import { type Party, toHex } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { seedOf } from '../play/identity.ts';
import { disputed, nameOf, rootOf, show, verdictOn, word } from './disputed.ts';
import { CHANNEL, delivery, H0, Node, opening, receiptFor, type Sealed, seal, T } from './nodes.ts';

const [O0, O1, O2, O3] = [0, 1, 2, 3].map(opening) as [Sealed, Sealed, Sealed, Sealed];
const [D0, D1, D2] = [0, 1, 2].map(delivery) as [Sealed, Sealed, Sealed];
/** HA of a dispute long after everything before it was due. */
const HA = H0 + 300;

/** An arbiter of an appeal that is shown all of these. */
function inDispute(documents: readonly Sealed[], tip = HA, height = HA): Node {
  const node = disputed(new Node('arbiter:1', tip, documents), 'TxA', height);
  show(node, 'client', ...documents);
  return node;
}

/** A receipt for an opening; it says the same whoever signs it. */
const bound = (author: Party, of: Sealed): Sealed =>
  seal(author, receiptFor(of, { subject: 'opening', seed: null }));

describe('M §Post: what there is room for', () => {
  it('two of a kind: deliveries leave room for openings', () => {
    const node = inDispute([D0, D1, D2, O0, O1]);
    expect(node.accepted()).toEqual([0, 1, 3, 4]);
    expect(node.faults).toEqual(['out-of-place']);
  });

  it('two of an author: receipts of C leave room for those of V', () => {
    const node = inDispute([bound('client', O0), bound('client', O1), bound('verifier', O2)]);
    expect(node.accepted()).toEqual([0, 1, 2]);
  });

  it('two receipts for each kind of document: those for deliveries leave room for those for openings', () => {
    const node = inDispute([
      seal('verifier', receiptFor(D0)),
      seal('verifier', receiptFor(D1)),
      bound('verifier', O0),
      seal('verifier', receiptFor(D2)),
    ]);
    expect(node.accepted()).toEqual([0, 1, 2]);
  });

  it('two for each deadline: what was posted in time leaves room for evidence', () => {
    const node = new Node('arbiter:1', T, [O0, O1, O2, O3]);
    show(node, 'worker', O0, O1, O2);
    expect(node.accepted()).toEqual([0, 1]);
    disputed(node, 'TxA', HA);
    node.feed({ kind: 'tip', height: HA });
    show(node, 'verifier', O2, O3);
    expect(node.open.posts.map(({ timely }) => timely)).toEqual([true, true, false, false]);
  });

  it('D40: two for each dispute: what was said on TxA leaves room on TxAc in its place', () => {
    const claims = (['TxA', 'TxA', 'TxAc', 'TxAc'] as const).map((court, i) => {
      const document = { of: 'root', first: rootOf(0), second: rootOf(i) } as const;
      return seal('client', { kind: 'claim', channel: CHANNEL, court, fault: 'equivocation', ...document });
    });
    const node = disputed(new Node('arbiter:1', HA, claims), 'TxA', HA);
    show(node, 'client', claims[0]!, claims[1]!);
    node.feed({ kind: 'unconfirmed', transaction: 'TxA' });
    disputed(node, 'TxAc', HA);
    show(node, 'client', claims[2]!, claims[3]!);
    expect(node.accepted()).toEqual([0, 1, 2, 3]);
  });

  it('all senders share it: no third one comes in from another', () => {
    const node = new Node('client', T, [O0, O1, O2]);
    show(node, 'worker', O0, O1);
    show(node, 'arbiter:1', O2);
    expect(node.accepted()).toEqual([0, 1]);
    expect(node.faults).toEqual(['equivocation', 'out-of-place']);
  });

  it('for W each sender has its own: an author cannot fill it before others relay what they accepted', () => {
    const seed = seedOf('client', 'challenge');
    const receipts = [0, 1, 2, 3].map((i) => seal('client', receiptFor(delivery(i), { seed })));
    const node = new Node('worker', T, receipts);
    show(node, 'client', ...receipts.slice(0, 3));
    expect(node.accepted()).toEqual([0, 1]);
    show(node, 'arbiter:1', receipts[3]!);
    expect(node.accepted()).toEqual([0, 1, 3]);
  });
});

describe('M §Post: what names a message is its author and what was sealed', () => {
  it('two authors can seal the same: both count, and a word for one is none for the other', () => {
    const [ofClient, ofVerifier] = [bound('client', O0), bound('verifier', O0)];
    expect(toHex(ofClient.sealed)).toBe(toHex(ofVerifier.sealed));
    const node = inDispute([ofClient, ofVerifier]);
    word(node, 'arbiter:3', ofVerifier, HA);
    expect(node.open.posts.map(({ author, receipts }) => [author, receipts.map(({ from }) => from)])).toEqual(
      [
        ['client', []],
        ['verifier', ['arbiter:3']],
      ],
    );
    expect(node.faults).toEqual([]);
  });

  it('a word for what is not here says nothing', () => {
    const node = new Node('client', T, [O0]);
    word(node, 'arbiter:3', O0, T);
    expect(node.faults).toEqual(['out-of-place']);
    expect(node.open.posts).toEqual([]);
  });

  it('what is here and accepted says nothing new, whoever shows it', () => {
    const node = new Node('client', T, [O0]);
    show(node, 'worker', O0);
    const before = node.state;
    show(node, 'arbiter:4', O0);
    expect(node.faults).toEqual(['out-of-place']);
    expect(node.state).toBe(before);
  });
});

describe('M §Post: once', () => {
  it('what was accepted stays accepted at its tip, and is relayed once, whoever gives a word for it afterwards', () => {
    const node = new Node('client', H0, [O0]);
    show(node, 'worker', O0);
    node.feed({ kind: 'tip', height: H0 + 1 });
    word(node, 'arbiter:3', O0, H0 + 1);
    expect(node.open.posts).toMatchObject([{ acceptedAt: H0, receipts: [{ from: 'arbiter:3' }] }]);
    expect(node.tasks.filter(({ kind }) => kind === 'relay')).toHaveLength(1);
  });
});

describe("D31: for the opening that V's verdict names there is room whatever else W has signed", () => {
  /** W has filled the room for openings; V, honest, has looked at the third one. */
  function filled(documents: readonly Sealed[]): Node {
    const node = new Node('arbiter:1', T, documents);
    show(node, 'worker', O0, O1);
    return node;
  }

  it('that one comes in, and no other', () => {
    const documents = [O0, O1, O2, O3, verdictOn(rootOf(2), nameOf(2))];
    const node = filled(documents);
    show(node, 'verifier', O2);
    expect(node.accepted()).toEqual([0, 1]);
    show(node, 'verifier', documents[4]!, O3, O2);
    expect(node.accepted()).toEqual([0, 1, 2, 4]);
  });

  it('it is for openings alone: a third verdict that names the same one, or a third delivery, has none', () => {
    const verdicts = [0, 1, 2].map((i) => verdictOn(rootOf(i), nameOf(2)));
    const node = filled([O0, O1, ...verdicts, D0, D1, D2]);
    show(node, 'verifier', ...verdicts);
    expect(node.accepted()).toEqual([0, 1, 2, 3]);
    disputed(node, 'TxA', T);
    node.feed({ kind: 'tip', height: T + 1 });
    show(node, 'client', D0, D1, D2);
    expect(node.accepted()).toEqual([0, 1, 2, 3, 5, 6]);
  });

  it('votes have the room of all others, and are no verdict', () => {
    const votes = [0, 1, 2].map((i) =>
      seal('arbiter:2', {
        kind: 'voteCommitment',
        channel: CHANNEL,
        court: 'TxA',
        commitment: fixtureHash(`vote ${i}`),
      }),
    );
    const named = verdictOn(rootOf(2), nameOf(2));
    const node = inDispute([...votes, O0, O1, named, O2, O3], H0 + 100, H0 + 100);
    expect(node.accepted()).toEqual([0, 1, 3, 4, 5, 6]);
    expect(
      node.open.posts.filter(({ kind }) => kind === 'voteCommitment').map(({ detail }) => detail),
    ).toEqual([
      { of: 'word', court: 'TxA' },
      { of: 'word', court: 'TxA' },
    ]);
  });
});
