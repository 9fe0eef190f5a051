import type { Coin, Hash32, Outpoint, SchnorrSignature, XOnlyKey } from '@prometheus-compute/protocol';
import type { ChainBlock } from './chain.ts';

/** An output to pay. */
export interface Payment {
  /** Satoshis. */
  readonly amount: bigint;
  readonly script: Uint8Array;
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
  /** A signed transaction that spends exactly these own coins, reserved or not, to a fresh script. */
  sweep(coins: readonly Coin[], feeRate: bigint): Uint8Array;
  owns(script: Uint8Array): boolean;
  /** Internal key of an own output. */
  internalKey(script: Uint8Array): XOnlyKey;
  /** BIP340 by the internal key, for messages (an arbiter's acceptance). */
  signWithInternalKey(script: Uint8Array, hash: Hash32): SchnorrSignature;
  /** BIP341 key-path signature. */
  signKeyPath(script: Uint8Array, sighash: Hash32): SchnorrSignature;
}
