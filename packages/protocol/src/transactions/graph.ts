import type { Outpoint } from '../contract/outpoint.ts';
import type { Party } from '../contract/party.ts';
import type { Scheme, SettlementId } from '../contract/settlements.ts';
import type { Hash32, Satoshi, Txid, XOnlyKey } from '../primitives/brands.ts';
import { CodedError } from '../primitives/errors.ts';
import type { GraphTerms } from './terms.ts';
import type { Prevout } from './unsigned.ts';

/** Transactions that end nothing: the commitment, the verdicts on the chain, appeal and challenge. */
export type StageId = 'Tx0' | 'TxV1' | 'TxV0' | 'TxA' | 'TxAc';
/** Name of a transaction of the graph, as in T §The tree; `'` for ′, the suffix is S. */
export type TransactionId = StageId | SettlementId;

/** How an input is spent. */
export type Spend =
  | {
      readonly kind: 'key';
      readonly owner: Party;
      /** Output key: BIP341 verifies the signature under it. */
      readonly key: XOnlyKey;
    }
  | {
      readonly kind: 'leaf';
      readonly script: Uint8Array;
      readonly controlBlock: Uint8Array;
      /** In script order. */
      readonly signers: readonly Party[];
      /** Their keys, in script order. */
      readonly keys: readonly XOnlyKey[];
    };

/** An input of a transaction of the graph. */
export interface GraphInput {
  readonly outpoint: Outpoint;
  readonly sequence: number;
  readonly prevout: Prevout;
  readonly spend: Spend;
}

/** A leaf of an output; `verificationLock` stands for U, whose secret is u_p. */
export interface OutputLeaf {
  readonly script: Uint8Array;
  readonly controlBlock: Uint8Array;
  /** In script order. */
  readonly signers: readonly (Party | 'verificationLock')[];
  /** Their keys, in script order. */
  readonly keys: readonly XOnlyKey[];
  /** Blocks that the spending input has to state in nSequence; 0 for none. */
  readonly wait: number;
}

/** What an output is for: a party's money, F, the shared money of the next stage, V's fee, an anchor, data. */
export type OutputPayee = Party | 'fund' | 'shared' | 'feeWindow' | 'anchor' | 'data';

/** An output of a transaction of the graph. */
export interface GraphOutput {
  readonly amount: Satoshi;
  readonly script: Uint8Array;
  readonly payee: OutputPayee;
  /** Ways to spend it that are not the payee's own key path; empty for a plain output. */
  readonly leaves: readonly OutputLeaf[];
}

/** A transaction of the graph, without signatures. */
export interface GraphTransaction {
  readonly id: TransactionId;
  /** The paper's scheme #1..#7, for settlements. */
  readonly scheme: Scheme | undefined;
  readonly txid: Txid;
  readonly lockTime: number;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly GraphOutput[];
  /** Serialised without witnesses. */
  readonly unsigned: Uint8Array;
  /** Exact size in vB when fully signed (every signature has 64 bytes). */
  readonly vsize: number;
  /** Satoshis that it pays as fee, left-out dust included. */
  readonly fee: Satoshi;
  /** The transaction whose confirmation starts the wait; undefined for Tx0. */
  readonly parent: TransactionId | undefined;
  /** Blocks after the parent's confirmation from which it is valid; 0 for at once. */
  readonly wait: number;
  /** Pays no fee and carries an anchor: goes out with a child that pays (D16). */
  readonly zeroFee: boolean;
}

/** The complete graph Υ of a contract: Tx0 and every transaction that can follow it. */
export interface Graph {
  readonly terms: GraphTerms;
  /** Graph id. */
  readonly id: Hash32;
  readonly contractHash: Hash32;
  /** In the order of the tables; decisions by family, larger sets first. */
  readonly transactions: ReadonlyMap<TransactionId, GraphTransaction>;
}

/** Codes of {@link GraphError}. */
export type GraphErrorCode = 'transaction-unknown' | 'slot-unknown' | 'signature-missing' | 'output-unknown';

/** Something was asked of a graph that it does not have. */
export class GraphError extends CodedError<GraphErrorCode> {}

/** The transaction `id`. @throws GraphError `transaction-unknown` */
export function transactionOf(graph: Graph, id: TransactionId): GraphTransaction {
  const transaction = graph.transactions.get(id);
  if (transaction === undefined) {
    throw new GraphError('transaction-unknown', `this graph has no ${id}`, { evidence: { transaction: id } });
  }
  return transaction;
}

/** Input `index` of the transaction `id`. @throws GraphError `transaction-unknown`, `slot-unknown` */
export function inputOf(graph: Graph, id: TransactionId, index: number): GraphInput {
  const input = transactionOf(graph, id).inputs[index];
  if (input === undefined) {
    throw new GraphError('slot-unknown', `${id} has no input ${index}`, {
      evidence: { transaction: id, input: index },
    });
  }
  return input;
}
