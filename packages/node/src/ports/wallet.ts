import type { Coin, Hash32, Outpoint, SchnorrSignature, XOnlyKey } from '@prometheus-compute/protocol';
import type { ChainBlock } from './chain.ts';

/** An output to pay. */
export interface Payment {
  /** Satoshis. */
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** An output of an unconfirmed transaction that a child spends. */
export interface ParentOutput extends Coin {
  /** BIP341 signature by key path; null for an anchor, which anybody may spend. */
  readonly sign: ((sighash: Hash32) => SchnorrSignature) | null;
}

/** A child that pays for its unconfirmed parent (BIP431). */
export interface ChildPlan {
  readonly output: ParentOutput;
  /** Own confirmed coins that it spends besides, all of them. */
  readonly coins: readonly Coin[];
  /** Own script for what is left. */
  readonly to: Uint8Array;
  /** Satoshis that it pays itself. */
  readonly fee: bigint;
}

/** Port of a party's own coins: BIP86 outputs, spent by key path. Keys never leave it. */
export interface NodeWallet {
  /** A fresh output script of this wallet, never handed out before. */
  freshScript(): Uint8Array;
  /** Satoshis in confirmed coins, reserved ones included. */
  balance(): bigint;
  /** Takes in the next block: own coins that appear in it and own coins that it spends. */
  connect(block: ChainBlock): void;
  /** Takes back what the blocks above `height` brought. */
  disconnectAbove(height: number): void;
  /**
   * Reserves confirmed coins worth at least `amount`, one where possible.
   * @throws WalletError when the free coins do not cover it
   */
  reserve(amount: bigint): readonly Coin[];
  /**
   * Reserves the smallest single confirmed coin that has at least `amount`.
   * @throws WalletError when no free coin has
   */
  reserveOne(amount: bigint): Coin;
  /** Sets these coins aside, whether they are there already or not: a contract of an earlier run holds them. */
  hold(coins: readonly Outpoint[]): void;
  /** Makes reserved coins free again. */
  release(coins: readonly Outpoint[]): void;
  /**
   * A signed payment from free confirmed coins, change to a fresh script.
   * @param feeRate - satoshis per 1000 virtual bytes
   * @throws WalletError when the free coins do not cover it
   */
  pay(outputs: readonly Payment[], feeRate: bigint): Uint8Array;
  /** A signed transaction that spends exactly these own coins, reserved or not, to one own script. */
  sweep(coins: readonly Coin[], feeRate: bigint, to: Uint8Array): Uint8Array;
  /**
   * A signed version 3 child.
   * @throws WalletError when what it spends does not cover its fee and an output
   */
  child(plan: ChildPlan): Uint8Array;
  owns(script: Uint8Array): boolean;
  /** Internal key of an own output. */
  internalKey(script: Uint8Array): XOnlyKey;
  /** BIP340 by the internal key, for messages (an arbiter's acceptance). */
  signWithInternalKey(script: Uint8Array, hash: Hash32): SchnorrSignature;
  /** BIP341 key-path signature. */
  signKeyPath(script: Uint8Array, sighash: Hash32): SchnorrSignature;
}
