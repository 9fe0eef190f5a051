import { NO_ARBITRATION } from '../../../src/channel/arbitration/record.ts';
import {
  type ChannelEvent,
  type ChannelState,
  type ComputationState,
  contractHash,
  encodeEnvelope,
  type Hash32,
  type MessageOf,
  type OpenState,
  type Outgoing,
  type Party,
  parties,
  postReceiptHash,
  quorum,
  readEnvelope,
  type SealedMessage,
  sealedHash,
  sealMessage,
  type Task,
  transition,
  type XOnlyKey,
} from '../../../src/index.ts';
import { fixtureHash, fixtureTerms } from '../../fixtures/terms.ts';
import { messageKey, messageSecret, seedOf, sign, verify } from '../play/identity.ts';
import { DELIVERY, OPENING } from '../play/tasks.ts';

const CONTEXT = { verify, policy: { verifyBlocks: 24, auditBlocks: 24 } };
/** The default P with five arbiters: k = 4, and seven nodes accept. */
const AGREEMENT = fixtureTerms(5);
export const CHANNEL: Hash32 = contractHash(AGREEMENT.contract);
export const K = quorum(AGREEMENT.parameters);
/** Arbiters, C and V. */
export const NODES: readonly Party[] = parties(5).filter((party) => party !== 'worker');
export const H0 = 1_001;
/** Δ of these terms. */
export const DELTA = 24;
/** T of an opening: H0 + t0 + 2Δ. */
export const T = H0 + 120 + 2 * DELTA;

/** A party in Computation that knows of nothing. */
function fresh(self: Party, tip: number): ComputationState {
  const nothing = { delivery: null, opening: null, opened: null };
  return {
    name: 'computation',
    self,
    agreement: AGREEMENT,
    signatures: { plain: {}, adaptor: {} },
    tip,
    commitmentHeight: H0,
    delivery: null,
    opening: null,
    receipts: { client: nothing, verifier: nothing },
    equivocations: [],
    posts: [],
    substitutes: { client: null, verifier: null },
    checked: null,
    verdict: null,
    released: false,
    accusation: null,
    drafts: { delivery: null, opening: null },
    begun: [],
    blocksAsked: [],
    arbitration: NO_ARBITRATION,
  };
}

/** What an author sealed. */
export interface Sealed {
  readonly envelope: Uint8Array;
  readonly sealed: Hash32;
  readonly author: XOnlyKey;
}

export function seal(author: Party, message: Parameters<typeof sealMessage>[0]): Sealed {
  const envelope = sealMessage(message, messageKey(author), (hash) => sign(hash, messageSecret(author)));
  return {
    envelope: encodeEnvelope(envelope),
    sealed: sealedHash(message.kind, envelope.body),
    author: messageKey(author),
  };
}

/** One of the openings that a dishonest W may sign. */
export const opening = (i: number): Sealed =>
  seal('worker', { kind: 'opening', channel: CHANNEL, ...OPENING, root: fixtureHash(`R ${i}`) });

/** W's i-th delivery; an honest W signs one. */
export const delivery = (i: number): Sealed =>
  seal('worker', { kind: 'delivery', channel: CHANNEL, ...DELIVERY, root: fixtureHash(`R ${i}`) });

/** V's receipt for a document of W, by default for a delivery. */
export const receiptFor = (
  of: Sealed,
  changes: Partial<MessageOf<'receipt'>> = {},
): MessageOf<'receipt'> => ({
  kind: 'receipt',
  channel: CHANNEL,
  subject: 'delivery',
  root: DELIVERY.root,
  message: of.sealed,
  signature: readEnvelope(of.envelope).signature,
  bytes: 520,
  height: H0,
  blockHash: fixtureHash('block'),
  seed: seedOf('verifier', 'challenge'),
  verifierSeed: null,
  ...changes,
});

/** The word of a node that it accepted something. */
export function receiptOf(node: Party, { author, sealed }: Sealed, height: number) {
  const hash = postReceiptHash({ channel: CHANNEL, author, message: sealed, height });
  return { from: messageKey(node), height, signature: sign(hash, messageSecret(node)) };
}

export type WireReceipt = MessageOf<'post'>['receipts'][number];

export function postOf({ envelope }: Sealed, receipts: readonly WireReceipt[]): MessageOf<'post'> {
  return { kind: 'post', channel: CHANNEL, envelope, receipts };
}

/** The event of a message that `from` sealed. */
export function received(from: Party, message: Outgoing['message']): ChannelEvent {
  const { envelope, sealed } = seal(from, message);
  const { signature } = readEnvelope(envelope);
  return { kind: 'message', from, message, sealed, signature, envelope };
}

/** What an engine makes of a `relay`: the author's envelope, and the node's word. */
function relayed(self: Party, task: Extract<Task, { kind: 'relay' }>, of: Sealed): ChannelEvent {
  const { height } = task;
  const receipt = height === null ? null : receiptOf(self, of, height);
  return {
    kind: 'relay-made',
    author: task.message.author,
    sealed: of.sealed,
    envelope: of.envelope,
    receipt,
  };
}

/** An honest node with the real transition; `documents` are what its store can bring back. */
export class Node {
  state: ChannelState;
  readonly faults: string[] = [];
  readonly tasks: Task[] = [];
  readonly #documents: readonly Sealed[];

  constructor(self: Party, tip: number, documents: readonly Sealed[]) {
    this.state = fresh(self, tip);
    this.#documents = documents;
  }

  get open(): OpenState {
    if (this.state.name === 'setup' || this.state.name === 'closed') throw new RangeError(this.state.name);
    return this.state;
  }

  /** @returns what it sends because of the event */
  feed(event: ChannelEvent): readonly Outgoing[] {
    const step = transition(this.state, event, CONTEXT);
    if (step.kind === 'later') return [];
    if (step.kind === 'ignored') {
      this.faults.push(step.fault.code);
      return [];
    }
    if (step.fault !== null) this.faults.push(step.fault.code);
    this.state = step.state;
    this.tasks.push(...step.tasks);
    const out = [...step.messages];
    for (const task of step.tasks) {
      if (task.kind !== 'relay') continue;
      const of = this.#documents.find(({ sealed }) =>
        sealed.every((byte, i) => byte === task.message.sealed[i]),
      )!;
      out.push(...this.feed(relayed(this.open.self, task, of)));
    }
    return out;
  }

  /** Which of the documents it has accepted, by index. */
  accepted(): readonly number[] {
    const { posts } = this.open;
    return this.#documents.flatMap(({ sealed }, i) =>
      posts.some((post) => post.acceptedAt !== null && isSame(post, sealed)) ? [i] : [],
    );
  }
}

const isSame = (post: SealedMessage, sealed: Hash32): boolean =>
  post.sealed.every((byte, i) => byte === sealed[i]);
