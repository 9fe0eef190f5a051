import {
  buildGraph,
  encodeMessage,
  type Hash32,
  type Party,
  type SchnorrSignature,
  type SignatureSlot,
  signSlot,
  taggedHash,
  variable,
} from '../../../src/index.ts';
import { fixtureHash, fixtureTerms, partySecret } from '../../fixtures/terms.ts';
import { DELIVERY, OPENING } from '../play/tasks.ts';
import { CHANNEL, type Node, postOf, receiptOf, received, type Sealed, seal } from './nodes.ts';

/** Υ of the contract of these nodes. */
export const GRAPH = buildGraph(fixtureTerms(5));
const VERDICT_SLOT: SignatureSlot = { transaction: 'Tx4', input: 0, signer: 'verifier', kind: 'plain' };
const ON_TX4 = signSlot(GRAPH, VERDICT_SLOT, partySecret('verifier'), new Uint8Array(32)) as SchnorrSignature;

/** R of the i-th delivery and the i-th opening. */
export const rootOf = (i: number): Hash32 => fixtureHash(`R ${i}`);

/** H("opening", body) of the i-th opening: how a verdict names it. */
export const nameOf = (i: number): Hash32 =>
  taggedHash(
    'opening',
    variable(encodeMessage({ kind: 'opening', channel: CHANNEL, ...OPENING, root: rootOf(i) })),
  );

/** A verdict r = 1 with V's signature on Tx4, whoever says it. */
export const verdictOn = (root: Hash32, openingHash: Hash32, author: Party = 'verifier'): Sealed =>
  seal(author, { kind: 'verdict', channel: CHANNEL, root, openingHash, signature: ON_TX4 });

/** Another delivery of W with the R of the first: its chunks differ. */
export const sameRoot = (): Sealed =>
  seal('worker', {
    kind: 'delivery',
    channel: CHANNEL,
    root: rootOf(0),
    chunks: DELIVERY.chunks.map((chunk) => ({ ...chunk, size: 27 })),
  });

/** Another opening of W with the R of the first. */
export const openingOfSameRoot = (): Sealed =>
  seal('worker', {
    kind: 'opening',
    channel: CHANNEL,
    ...OPENING,
    root: rootOf(0),
    challengeClient: fixtureHash('another s_C'),
  });

/** A node sees that a transaction is in a block. */
export function confirmed(node: Node, transaction: 'Tx0' | 'TxV0' | 'TxV1' | 'TxA' | 'TxAc', height: number) {
  const blockHash = fixtureHash(`block ${height}`);
  return node.feed({ kind: 'confirmed', transaction, height, blockHash, bytes: new Uint8Array(0) });
}

/** A node that has seen V's or C's dispute on the chain, with the arbiters called at `height`. */
export function disputed(node: Node, court: 'TxA' | 'TxAc', height: number): Node {
  confirmed(node, court === 'TxA' ? 'TxV0' : 'TxV1', height - 1);
  confirmed(node, court, height);
  return node;
}

/** What the look at the ciphertexts of a delivery ends in. */
export function checked(node: Node, { sealed }: Sealed, ok: boolean): void {
  const place = { bytes: 520, height: 1_001, blockHash: fixtureHash('block') };
  node.feed({ kind: 'delivery-checked', deliveryHash: sealed, ok, ...place });
}

/** Shows a node some messages, each without receipts. */
export function show(node: Node, from: Party, ...documents: readonly Sealed[]): void {
  for (const document of documents) node.feed(received(from, postOf(document, [])));
}

/** The word of `by` that it accepted something, alone. */
export function word(node: Node, by: Party, of: Sealed, height: number): void {
  const { author, sealed: message } = of;
  const receipt = receiptOf(by, of, height);
  node.feed(received(by, { kind: 'postReceipt', channel: CHANNEL, author, message, ...receipt }));
}
