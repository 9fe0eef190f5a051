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

/** Port to a Bitcoin node. Every answer speaks of the backend's active chain at the moment of the call. */
export interface Chain {
  tip(): Promise<ChainTip>;
  blockAt(height: number): Promise<ChainBlock | undefined>;
  /** A confirmed and unspent output; undefined when it is unknown, unconfirmed or spent in a block. */
  output(outpoint: Outpoint): Promise<ConfirmedOutput | undefined>;
  /** Bytes and, when it is in a block, the height of a transaction. */
  transaction(
    txid: Txid,
  ): Promise<{ readonly bytes: Uint8Array; readonly height: number | undefined } | undefined>;
  submit(transaction: Uint8Array): Promise<SubmitOutcome>;
  /** Parent first, paying child last (Core's `submitpackage`). */
  submitPackage(transactions: readonly Uint8Array[]): Promise<SubmitOutcome>;
}
