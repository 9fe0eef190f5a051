import type { Coin, Contract } from '../contract/contract.ts';
import type { Parameters } from '../contract/parameters.ts';
import type { XOnlyKey } from '../primitives/brands.ts';

/**
 * The coin that an arbiter stakes: output 0 of its offer T_O, or the stake of a closed contract that freed itself at
 * that contract's t4.
 */
export type Stake =
  | {
      readonly kind: 'offer';
      readonly coin: Coin;
      /** O_i: internal key of the BIP86 coin; signs the acceptance. */
      readonly offerKey: XOnlyKey;
    }
  | {
      readonly kind: 'renewed';
      readonly coin: Coin;
      /** t4 of the old contract: the wait that this input of Tx0 has to state (BIP68). */
      readonly sequence: number;
      /** `<old A_i> CHECKSIGVERIFY <old t4> CHECKSEQUENCEVERIFY` */
      readonly leafScript: Uint8Array;
      readonly controlBlock: Uint8Array;
    };

/** An arbiter of this contract, as its acceptance and its offer name it. */
export interface Arbiter {
  /** A_i: signs transactions and receives the payouts of A_i. */
  readonly key: XOnlyKey;
  readonly messageKey: XOnlyKey;
  readonly stake: Stake;
}

/** Everything that determines the graph Υ: each party builds it alone from these. */
export interface GraphTerms {
  readonly parameters: Parameters;
  readonly contract: Contract;
  /** 𝒜 in the order of the ceremony: the first is A_1. */
  readonly arbiters: readonly Arbiter[];
}
