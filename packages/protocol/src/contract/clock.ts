import type { Contract } from './contract.ts';
import { type Parameters, quorum } from './parameters.ts';

/** Shortest window for V to claim its fee before C may take it, in blocks (M §Defaults). */
const MIN_FEE_WINDOW = 144;

/**
 * Durations in blocks that P and C imply. H0, HV, HA: confirmation heights of Tx0, TxV, TxA or TxAc
 * (T §Watch and publish, M §Claims and arbitration).
 */
export interface Clock {
  /** B = (k+2)ℓ: how long Post takes to reach everybody or nobody. */
  readonly B: number;
  /** Delivery is posted by H0 + this: t0. */
  readonly delivery: number;
  /** Opening is posted by H0 + this, and TxV0 and TxV1 confirm no earlier: t0 + 2Δ (D14). */
  readonly verdict: number;
  /** Without a confirmed Tx4, V publishes TxV1 at H0 + this, and TxV0 no later: t1 − Δ − 1 (D34). */
  readonly verdictLatest: number;
  /** TxA and TxAc confirm before HV + this: t2 − t1. Tx5 and Tx4′ are valid from then. */
  readonly appeal: number;
  /** Tx1′ is valid from HV + this: t3 − t1. */
  readonly timeoutAfterVerdict: number;
  /** Last moment after H0 at which W reveals h_p by Tx4 or Tx3: t3 − Δ. */
  readonly paymentLatest: number;
  /** Claims are posted by HA + this: Δ. */
  readonly claim: number;
  /** Vote commitments by HA + this: Δ + B + ⌊T_arb/2⌋. */
  readonly voteCommitment: number;
  /** Δ_1 = Δ + B + T_arb: votes are opened by HA + this; stage j begins at Δ_1 + jΔ_S. */
  readonly delta1: number;
  /** Δ_2 = Δ_1 + (n−k+1)Δ_S + 2Δ: from HA + this, arbiters of d = 0 may sign Tx7_S and Tx9c_S. */
  readonly delta2: number;
  /** Tx6 and Tx6c are valid from HA + this: t4 − t3. */
  readonly arbitrationTimeout: number;
  /** V's window for its fee: max(144, 4Δ) blocks after Tx4, then C may take it. */
  readonly feeWindow: number;
  /** Stake and bond free themselves at H0 + this: t4. */
  readonly release: number;
}

/** Derived durations of a contract. Meaningful when the rules on P and C hold. */
export function clock(p: Parameters, c: Contract): Clock {
  const k = quorum(p);
  const delta = c.confirmationBlocks;
  const B = (k + 2) * c.relayBlocks;
  const delta1 = delta + B + c.arbitrationBlocks;
  return {
    B,
    delivery: c.deliveryBlocks,
    verdict: c.deliveryBlocks + 2 * delta,
    verdictLatest: p.t1 - delta - 1,
    appeal: p.t2 - p.t1,
    timeoutAfterVerdict: p.t3 - p.t1,
    paymentLatest: p.t3 - delta,
    claim: delta,
    voteCommitment: delta + B + Math.floor(c.arbitrationBlocks / 2),
    delta1,
    delta2: delta1 + (p.n - k + 1) * c.stageBlocks + 2 * delta,
    arbitrationTimeout: p.t4 - p.t3,
    feeWindow: Math.max(MIN_FEE_WINDOW, 4 * delta),
    release: p.t4,
  };
}

/** Blocks after TxA or TxAc at which a decision by S becomes valid: Δ_S(n−|S|); 0 means at once (D8). */
export function stageWait(p: Parameters, c: Contract, size: number): number {
  return c.stageBlocks * (p.n - size);
}
