import type { Hash32, Outpoint, Txid } from '@prometheus-compute/protocol';

/** A block as an engine sees it. */
export interface ChainBlock {
  readonly height: number;
  /** Internal byte order. */
  readonly hash: Hash32;
  readonly previous: Hash32;
  /** Serialised with witness, in block order. */
  readonly transactions: readonly Uint8Array[];
}

/** The last block of the active chain. */
export interface ChainTip {
  readonly height: number;
  /** Internal byte order. */
  readonly hash: Hash32;
}

/** An output of a confirmed transaction that no block has spent. */
export interface ConfirmedOutput {
  /** Satoshis. */
  readonly amount: bigint;
  readonly script: Uint8Array;
  readonly height: number;
  readonly coinbase: boolean;
}

/** What a backend says to a transaction or package. `known`: it is in the mempool or in a block already. */
export type SubmitOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'known' }
  /** `reason` is the node's: Core's reject reason, with its details where there are some. */
  | { readonly kind: 'rejected'; readonly reason: string };

/** A transaction that waits in the mempool. */
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

/** A block that entered or left the active chain. */
export type BlockEvent =
  | { readonly kind: 'connected'; readonly block: ChainBlock }
  | { readonly kind: 'disconnected'; readonly block: ChainBlock };

/**
 * What an engine asks of a Bitcoin node, whichever it is. Each answer speaks of the active chain at the moment of
 * the call.
 */
export interface ChainBackend {
  tip(): Promise<ChainTip>;
  /** The block of the active chain at `height`. */
  blockAt(height: number): Promise<ChainBlock | undefined>;
  /** Undefined when the output is unknown, unconfirmed, or spent in a block. */
  output(outpoint: Outpoint): Promise<ConfirmedOutput | undefined>;
  /**
   * A transaction of the mempool or the active chain, with its height in the second case.
   *
   * @param near - a height at which it was seen once: a backend without an index looks there first
   */
  transaction(
    txid: Txid,
    near?: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly height: number | undefined } | undefined>;
  /** A transaction of the mempool with its fees; undefined when it is not there (Core's `getmempoolentry`). */
  waiting(txid: Txid): Promise<WaitingTransaction | undefined>;
  /** The transaction of the mempool that spends an output (Core's `gettxspendingprevout`). */
  spender(outpoint: Outpoint): Promise<Txid | undefined>;
  /** Satoshis per 1000 virtual bytes that a transaction has to pay now so that one of the next blocks takes it. */
  feeRate(): Promise<bigint>;
  submit(transaction: Uint8Array): Promise<SubmitOutcome>;
  /** Parents first, the paying child last. */
  submitPackage(transactions: readonly Uint8Array[]): Promise<SubmitOutcome>;
  /**
   * Reports every block that enters or leaves the active chain from now on, in order.
   *
   * @returns ends the subscription
   */
  subscribe(listener: (event: BlockEvent) => void): () => void;
}
