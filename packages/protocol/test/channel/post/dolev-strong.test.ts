import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelMessage, Party } from '../../../src/index.ts';
import { seedOf } from '../play/identity.ts';
import {
  DELTA,
  delivery,
  K,
  NODES,
  Node,
  opening,
  postOf,
  receiptFor,
  receiptOf,
  received,
  seal,
  T,
  type WireReceipt,
} from './nodes.ts';

/** What W, dishonest, may have signed: more than one opening. */
const DOCUMENTS = [0, 1, 2].map(opening);

/** A dishonest party shows a document to one honest node, with words of dishonest nodes and of honest ones that it has seen. */
interface Move {
  /** Blocks after T − 1. */
  readonly at: number;
  readonly to: number;
  readonly document: number;
  readonly helpers: readonly boolean[];
  readonly withSeen: boolean;
}

interface Schedule {
  /** Which of the seven nodes are dishonest: at most k + 1. */
  readonly dishonest: readonly number[];
  readonly moves: readonly Move[];
  /** For each message between honest nodes, in their order: whether it takes a whole round. */
  readonly slow: readonly boolean[];
}

const schedules = (documents: number): fc.Arbitrary<Schedule> =>
  fc.record({
    dishonest: fc.subarray(
      NODES.map((_, i) => i),
      { minLength: 1, maxLength: K + 1 },
    ),
    moves: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: K + 4 }),
        to: fc.nat(NODES.length - 1),
        document: fc.nat(documents - 1),
        helpers: fc.array(fc.boolean(), { minLength: NODES.length, maxLength: NODES.length }),
        withSeen: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    slow: fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }),
  });

interface Underway {
  readonly from: Party;
  readonly to: Party;
  readonly message: ChannelMessage;
}

/** Runs a schedule to its end: what each honest node has accepted. */
function play({ dishonest, moves, slow }: Schedule): readonly (readonly number[])[] {
  const honest = NODES.filter((_, i) => !dishonest.includes(i));
  const nodes = new Map(honest.map((party) => [party, new Node(party, T - 2, DOCUMENTS)]));
  /** Words of honest nodes, which all the world sees, by document. */
  const seen = DOCUMENTS.map((): WireReceipt[] => []);
  let underway: Underway[] = [];
  let count = 0;
  const send = (from: Party, to: Party, message: ChannelMessage): void => {
    if (message.kind === 'post') {
      const i = DOCUMENTS.findIndex(({ envelope }) =>
        envelope.every((byte, j) => byte === message.envelope[j]),
      );
      seen[i]?.push(...message.receipts);
    }
    if (!nodes.has(to)) return;
    if (slow[count++ % slow.length] === true) underway.push({ from, to, message });
    else deliver({ from, to, message });
  };
  const deliver = ({ from, to, message }: Underway): void => {
    for (const out of nodes.get(to)!.feed(received(from, message))) send(to, out.to as Party, out.message);
  };
  for (let tip = T - 1; tip <= T + K + 6; tip++) {
    // M §Post: a round is over when what honest nodes sent in it has arrived.
    const arriving = underway;
    underway = [];
    for (const node of nodes.values()) node.feed({ kind: 'tip', height: tip });
    for (const item of arriving) deliver(item);
    for (const { at, to, document, helpers, withSeen } of moves) {
      const target = NODES[to]!;
      if (T - 1 + at !== tip || !nodes.has(target)) continue;
      const of = DOCUMENTS[document]!;
      const words = dishonest.filter((i) => helpers[i]).map((i) => receiptOf(NODES[i]!, of, T));
      const from = NODES[dishonest[0]!]!;
      deliver({
        from,
        to: target,
        message: postOf(of, withSeen ? [...seen[document]!.slice(0, 6), ...words] : words),
      });
    }
  }
  return [...nodes.values()].map((node) => node.accepted());
}

describe('D26, D29: Post makes something known to all honest nodes or to none (Dolev–Strong)', () => {
  it('whatever up to k + 1 dishonest nodes and W show to whom, when, and with whose words', () => {
    let known = 0;
    fc.assert(
      fc.property(schedules(1), (schedule) => {
        const accepted = play(schedule);
        for (const set of accepted) expect(set).toEqual(accepted[0]);
        if (accepted[0]?.length === 1) known += 1;
      }),
      { numRuns: 150 },
    );
    // Both ends occur.
    expect(known).toBeGreaterThan(10);
    expect(known).toBeLessThan(150);
  });

  it('who signs several: either all know the same one, or all know two, and who signed twice is known to all', () => {
    let several = 0;
    fc.assert(
      fc.property(schedules(3), (schedule) => {
        const accepted = play(schedule);
        const [first = []] = accepted;
        for (const set of accepted) {
          expect(set.length).toBe(first.length);
          if (first.length < 2) expect(set).toEqual(first);
        }
        if (first.length === 2) several += 1;
      }),
      { numRuns: 150 },
    );
    expect(several).toBeGreaterThan(5);
  });

  it("what an honest node posts at T is known to all, though every message takes a round: the author's word counts", () => {
    const of = seal('client', receiptFor(delivery(0), { seed: seedOf('client', 'challenge') }));
    const by = T - DELTA;
    const nodes = NODES.map((party) => [party, new Node(party, by, [of])] as const);
    let underway: { from: Party; to: Party; message: ChannelMessage }[] = nodes.map(([to]) => ({
      from: 'client',
      to,
      message: postOf(of, []),
    }));
    for (let tip = by; tip <= by + 3; tip++) {
      const arriving = underway;
      underway = [];
      for (const [party, node] of nodes) {
        node.feed({ kind: 'tip', height: tip });
        for (const { from, to, message } of arriving) {
          // The own copy comes back at once.
          if (to !== party || (from !== to && tip === by)) continue;
          for (const out of node.feed(received(from, message)))
            underway.push({ from: party, to: out.to as Party, message: out.message });
        }
      }
    }
    expect(nodes.map(([, node]) => node.accepted())).toEqual(NODES.map(() => [0]));
    expect(nodes.map(([, node]) => node.open.posts[0]!.acceptedAt! - by)).toEqual(
      NODES.map((party) => (party === 'client' ? 0 : 1)),
    );
  });

  it('a document that comes with fewer words than rounds have passed is accepted by nobody', () => {
    const node = new Node('client', T, DOCUMENTS);
    const helpers = NODES.filter((party) => party !== 'client');
    for (const j of [0, 1, 2, 3, 4, 5]) {
      node.feed({ kind: 'tip', height: T + j + 1 });
      const words = helpers.slice(0, j).map((party) => receiptOf(party, DOCUMENTS[0]!, T));
      node.feed(received('worker', postOf(DOCUMENTS[0]!, words)));
      expect(node.accepted()).toEqual([]);
    }
  });

  it('with j words it is accepted up to T + jℓ, and with more than k + 2 no later', () => {
    for (const j of [0, 1, 2, 3, 4, 5, 6]) {
      const words = NODES.slice(1, 1 + j).map((party) => receiptOf(party, DOCUMENTS[0]!, T));
      const late = new Node(NODES[0]!, T + Math.min(j, K + 2) + 1, DOCUMENTS);
      late.feed(received('worker', postOf(DOCUMENTS[0]!, words)));
      expect(late.accepted()).toEqual([]);
      const inTime = new Node(NODES[0]!, T + Math.min(j, K + 2), DOCUMENTS);
      inTime.feed(received('worker', postOf(DOCUMENTS[0]!, words)));
      expect(inTime.accepted()).toEqual([0]);
    }
  });
});
