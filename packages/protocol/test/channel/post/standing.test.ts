import { describe, expect, it } from 'vitest';
import { acceptOwn } from '../../../src/channel/post/accept.ts';
import { boundVerdict, showsEquivocation } from '../../../src/channel/post/standing.ts';
import type { Party } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { seedOf } from '../play/identity.ts';
import {
  checked,
  disputed,
  nameOf,
  openingOfSameRoot,
  rootOf,
  sameRoot,
  show,
  verdictOn,
} from './disputed.ts';
import { CHANNEL, DELTA, delivery, H0, Node, opening, receiptFor, type Sealed, seal, T } from './nodes.ts';

const [D0, D1] = [0, 1].map(delivery) as [Sealed, Sealed];
const [O0, O1, O2] = [0, 1, 2].map(opening) as [Sealed, Sealed, Sealed];
/** V's verdict r = 1 on the first delivery and the first opening. */
const VERDICT = verdictOn(rootOf(0), nameOf(0));
const NAMED = { root: rootOf(0), openingHash: nameOf(0) };
/** HA of a challenge. */
const HA = H0 + 300;

/** What C or V signs when it has received a document. */
const receipt = (author: 'client' | 'verifier', of: Sealed, root = rootOf(0)): Sealed =>
  of === D0 || of === D1
    ? seal(author, receiptFor(of, { root, seed: seedOf(author, 'challenge') }))
    : seal(author, receiptFor(of, { root, subject: 'opening', seed: null }));

/** A party to which all of this was posted in time, the ciphertexts of its deliveries too. */
function inTime(documents: readonly Sealed[], self: Party = 'arbiter:1', tip = H0 + 1): Node {
  const node = new Node(self, tip, documents);
  show(node, 'worker', ...documents);
  for (const document of [D0, D1, sameRoot()]) checked(node, document, true);
  return node;
}

/** The same party in a challenge in which all of this is shown as evidence. @param stored - what its store can bring back */
function challenged(node: Node, evidence: readonly Sealed[], stored = evidence): Node {
  const later = new Node(node.open.self, HA, stored);
  later.state = { ...node.open, tip: HA };
  disputed(later, 'TxAc', HA);
  show(later, 'verifier', ...evidence);
  return later;
}

const bound = (node: Node) => boundVerdict(node.open);

describe('D31: what C is bound to of what the verdict names', () => {
  it('what alone was posted in time, as everybody knows: C has accepted it too', () => {
    expect(bound(inTime([D0, O0, VERDICT]))).toEqual(NAMED);
    expect(bound(inTime([D0, O0]))).toBeNull();
  });

  it('the delivery and the opening: of one alone there is nothing to judge', () => {
    expect(bound(inTime([D0, O0, verdictOn(rootOf(1), nameOf(0))]))).toBeNull();
    expect(bound(inTime([D0, O0, verdictOn(rootOf(0), nameOf(1))]))).toBeNull();
    expect(bound(inTime([O0, VERDICT]))).toBeNull();
    expect(bound(inTime([D0, VERDICT]))).toBeNull();
  });

  it('nothing, where V has posted two verdicts', () => {
    expect(bound(inTime([D0, O0, VERDICT, verdictOn(rootOf(1), nameOf(1))]))).toBeNull();
  });

  it('neither of two, since W = V could name either', () => {
    expect(bound(inTime([D0, O0, O1, VERDICT]))).toBeNull();
    expect(bound(inTime([D0, D1, O0, VERDICT]))).toBeNull();
  });

  it('a second one that is evidence only, or still waits for its ciphertexts, changes nothing', () => {
    const node = inTime([D0, O0, VERDICT]);
    show(node, 'worker', D1);
    expect(bound(node)).toEqual(NAMED);
    expect(bound(challenged(inTime([D0, O0, VERDICT]), [D1, O1]))).toEqual(NAMED);
  });

  it('what it gave its receipts for, where nothing was posted in time', () => {
    const [forD, forO] = [receipt('client', D0), receipt('client', O0)];
    expect(bound(challenged(inTime([VERDICT]), [D0, O0, forD, forO]))).toEqual(NAMED);
    expect(bound(challenged(inTime([VERDICT]), [D0, O0, forD]))).toBeNull();
    expect(bound(challenged(inTime([VERDICT]), [D0, O0, forO]))).toBeNull();
  });

  it('V’s receipts bind V, not C', () => {
    const [forD, forO] = [receipt('verifier', D0), receipt('verifier', O0)];
    expect(bound(challenged(inTime([D0, VERDICT]), [O0, forO]))).toBeNull();
    expect(bound(challenged(inTime([O0, VERDICT]), [D0, forD]))).toBeNull();
  });

  it('of two the one that C gave its receipt for', () => {
    const openings = inTime([D0, O0, O1, VERDICT]);
    expect(bound(challenged(openings, [receipt('client', O0)]))).toEqual(NAMED);
    expect(bound(challenged(openings, [receipt('client', O1)]))).toBeNull();
    const deliveries = inTime([D0, D1, O0, VERDICT]);
    expect(bound(challenged(deliveries, [receipt('client', D0)]))).toEqual(NAMED);
    expect(bound(challenged(deliveries, [receipt('client', D1, rootOf(1))]))).toBeNull();
  });

  it('any, once it has given two receipts for documents of a kind: an honest Client gives one', () => {
    const openings = inTime([D0, O0, O1, O2, VERDICT]);
    const others = [O1, O2].map((of) => receipt('client', of));
    expect(bound(challenged(openings, others))).toEqual(NAMED);
    const deliveries = inTime([D0, D1, O0, VERDICT]);
    const roots = [1, 2].map((i) => receipt('client', D1, rootOf(i)));
    expect(bound(challenged(deliveries, roots))).toEqual(NAMED);
  });

  it('a receipt for a delivery is none for an opening', () => {
    const openings = inTime([D0, O0, O1, VERDICT]);
    const given = [receipt('client', D0), receipt('client', O1)];
    expect(bound(challenged(openings, given))).toBeNull();
  });

  it('an opening that nobody has shown is not what a receipt is for', () => {
    expect(bound(challenged(inTime([D0, VERDICT]), [receipt('client', O1)]))).toBeNull();
    expect(bound(challenged(inTime([D0, VERDICT]), [receipt('client', O0)]))).toBeNull();
  });

  it('a vote of an arbiter changes nothing', () => {
    const commitment = fixtureHash('vote');
    const vote = seal('arbiter:2', { kind: 'voteCommitment', channel: CHANNEL, court: 'TxA', commitment });
    expect(bound(challenged(inTime([D0, O0, VERDICT]), [vote]))).toEqual(NAMED);
    const judge = challenged(inTime([VERDICT]), [vote, D0, O0, receipt('client', D0), receipt('client', O0)]);
    expect(bound(judge)).toEqual(NAMED);
    expect(showsEquivocation(judge.open)).toBe(false);
  });
});

describe('D31: what a party knows of C’s receipts without any post', () => {
  /** A party that has V's posted verdict, W's documents directly, and C's receipts for them as far as they were given. */
  function direct(
    self: Party,
    given: readonly ('delivery' | 'opening')[],
    verdict = VERDICT,
    posted: readonly Sealed[] = [],
  ): Node {
    const node = inTime([verdict, ...posted], self);
    const { signature } = receiptFor(D0);
    const receipts = { client: { ...node.open.receipts.client }, verifier: node.open.receipts.verifier };
    for (const subject of given) {
      const { sealed } = receipt('client', subject === 'delivery' ? D0 : O0);
      receipts.client[subject] = { kind: 'receipt', author: 'client', sealed, signature };
    }
    node.state = {
      ...node.open,
      name: 'verification',
      receipts,
      delivery: { root: rootOf(0), hash: D0.sealed, signature, rebuilt: true, acceptedAt: H0 },
      opening: {
        hash: nameOf(0),
        sealed: O0.sealed,
        signature,
        root: rootOf(0),
        seeds: { client: seedOf('client', 'challenge'), verifier: seedOf('verifier', 'challenge') },
        acceptedAt: H0,
      },
    };
    return node;
  }

  it('C knows what it gave a receipt for', () => {
    expect(bound(direct('client', ['delivery', 'opening']))).toEqual(NAMED);
    expect(bound(direct('client', ['delivery']))).toBeNull();
    expect(bound(direct('client', ['opening']))).toBeNull();
    expect(bound(direct('client', ['delivery', 'opening'], verdictOn(rootOf(1), nameOf(0))))).toBeNull();
    expect(bound(direct('client', ['delivery', 'opening'], verdictOn(rootOf(0), nameOf(1))))).toBeNull();
  });

  it('all others wait until it is shown: what one knows and another does not, nobody decides by', () => {
    for (const posted of [[], [D0], [O0]])
      for (const self of ['verifier', 'worker'] as const)
        expect(bound(direct(self, ['delivery', 'opening'], VERDICT, posted))).toBeNull();
  });

  it('before anything has come there is nothing to be bound to', () => {
    expect(bound(inTime([VERDICT], 'client'))).toBeNull();
  });
});

describe('M §Deliver: whether W has signed two things, as everybody knows', () => {
  const shows = (node: Node) => showsEquivocation(node.open);

  it('not by one delivery, by one opening, or by both for one R', () => {
    for (const documents of [[], [D0], [O0], [D0, O0], [D0, O0, VERDICT]])
      expect(shows(inTime(documents))).toBe(false);
  });

  it('by two deliveries or two openings, also of one R', () => {
    for (const documents of [
      [D0, D1],
      [D0, sameRoot()],
      [O0, O1],
      [O0, openingOfSameRoot()],
    ])
      expect(shows(inTime(documents))).toBe(true);
  });

  it('by an opening of another R than the delivery', () => {
    expect(shows(inTime([D0, O1]))).toBe(true);
  });

  it('also where all of it is evidence only', () => {
    const node = () => new Node('arbiter:1', T, []);
    expect(shows(challenged(node(), [D0, O0]))).toBe(false);
    expect(shows(challenged(node(), [D0, O1]))).toBe(true);
    expect(shows(challenged(node(), [D0, D1]))).toBe(true);
  });

  it('not by a delivery that still waits for its ciphertexts', () => {
    const node = inTime([D0, O0]);
    show(node, 'worker', D1);
    expect(node.open.posts).toHaveLength(3);
    expect(shows(node)).toBe(false);
  });

  it('by a second document that C shows, of which it has looked at nothing but the signature', () => {
    const later = [delivery(2), delivery(3), O1, O2];
    const node = challenged(inTime([D0, O0, VERDICT]), [], later);
    const { sealed } = D1;
    const { signature } = receiptFor(D1);
    const second = { kind: 'delivery', author: 'worker', sealed, signature } as const;
    node.state = acceptOwn(node.open, { ...second, detail: null, deadline: HA + DELTA, timely: false });
    expect(shows(node)).toBe(true);
    expect(bound(node)).toEqual(NAMED);
    // What comes afterwards is counted with it.
    show(node, 'verifier', ...later);
    const evidence = node.open.posts.filter(({ timely }) => !timely);
    expect(evidence.map(({ kind }) => kind)).toEqual(['delivery', 'delivery', 'opening', 'opening']);
    show(node, 'verifier', opening(3));
    expect(node.open.posts.filter(({ kind }) => kind === 'opening')).toHaveLength(3);
  });

  it('not by two verdicts or receipts of others', () => {
    const others = [VERDICT, verdictOn(rootOf(1), nameOf(1))];
    expect(shows(inTime([D0, ...others]))).toBe(false);
  });
});
