import type { Hash32, Outpoint, Txid } from '@prometheus-compute/protocol';

/** A block as an engine sees it. */
export interface ChainBlock {
  readonly height: number;
  /** Internal byte order. */
  readonly hash: Hash32;
  readonly previous: Hash32;
  /** Serialised transactions in block order. */
  readonly transactions: readonly Uint8Array[];
}

/** The best block that the backend knows. */
export interface ChainTip {
  readonly height: number;
  readonly hash: Hash32;
}

/** An unspent output of a confirmed transaction. */
export interface ConfirmedOutput {
  readonly amount: bigint;
  readonly script: Uint8Array;
  readonly height: number;
  readonly coinbase: boolean;
}

/** Outcome of handing a transaction or package to the backend. `known`: it is in the mempool or a block already. */
export type SubmitOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'known' }
  | { readonly kind: 'rejected'; readonly reason: string };

/** A transaction that waits in the backend's mempool. */
export interface WaitingTransaction {
  /** Satoshis that it pays itself. */
  readonly fee: bigint;
  /** Virtual bytes. */
  readonly vsize: number;
  /** Satoshis that it and everything unconfirmed that builds on it pay together. */
  readonly packageFee: bigint;
  /** Virtual bytes of all of these. */
  readonly packageVsize: number;
}

/** Port to a Bitcoin node. Every answer speaks of the backend's active chain at the moment of the call. */
export interface Chain {
  tip(): Promise<ChainTip>;
  blockAt(height: number): Promise<ChainBlock | undefined>;
  /** A confirmed and unspent output; undefined when it is unknown, unconfirmed or spent in a block. */
  output(outpoint: Outpoint): Promise<ConfirmedOutput | undefined>;
  /**
   * Bytes and, when it is in a block, the height of a transaction.
   *
   * @param near - a height at which it was seen once: a backend without an index looks there first, and finds what is older than
   *   the blocks that it searches
   */
  transaction(
    txid: Txid,
    near?: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly height: number | undefined } | undefined>;
  /** A transaction of the mempool with its fees; undefined when it is not there. */
  waiting(txid: Txid): Promise<WaitingTransaction | undefined>;
  /** The transaction of the mempool that spends an output. */
  spender(outpoint: Outpoint): Promise<Txid | undefined>;
  /** Satoshis per 1000 vB that a transaction has to pay now so that one of the next blocks takes it. An estimate. */
  feeRate(): Promise<bigint>;
  submit(transaction: Uint8Array): Promise<SubmitOutcome>;
  /** Parent first, paying child last (Core's `submitpackage`). */
  submitPackage(transactions: readonly Uint8Array[]): Promise<SubmitOutcome>;
}
