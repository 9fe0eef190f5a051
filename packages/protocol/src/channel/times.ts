import { clock } from '../contract/clock.ts';
import type { OpenState } from './state.ts';

/** Tips of one contract that count before a dispute, from H0 (M §Steps). */
export interface Times {
  readonly h0: number;
  /** B: a Post is decided this many blocks after its deadline. */
  readonly B: number;
  /** Delivery is posted by H0 + t0. */
  readonly deliveryBy: number;
  /** Opening is posted by H0 + t0 + 2Δ. */
  readonly openingBy: number;
  /** C opens s_C by here, and posts its receipt by here: H0 + t0 + Δ (D37). */
  readonly seedBy: number;
  /**
   * The blocks whose hashes stand for seeds (D37). Of s_C: the first when it is decided whether C opened it in time. Of
   * s_V: the first when every delivery that counts has been accepted, so that V was able to open it.
   */
  readonly substituteAt: { readonly client: number; readonly verifier: number };
  /** Whatever V has not accepted by now, nobody has: H0 + t0 + 2Δ + B. */
  readonly decidedAt: number;
  /** TxV1 goes out here, TxV0 no later, and the verdict is posted by then: H0 + t1 − Δ − 1. */
  readonly verdictBy: number;
}

/** Null while Tx0 is not in the chain. */
export function timesOf(state: OpenState): Times | null {
  const h0 = state.commitmentHeight;
  if (h0 === null) return null;
  const { parameters, contract } = state.agreement;
  const { B, delivery, verdict, verdictLatest } = clock(parameters, contract);
  const challenge = h0 + delivery + contract.confirmationBlocks;
  return {
    h0,
    B,
    deliveryBy: h0 + delivery,
    openingBy: h0 + verdict,
    seedBy: challenge,
    substituteAt: { client: challenge + B + 1, verifier: h0 + delivery + B + 1 },
    decidedAt: h0 + verdict + B,
    verdictBy: h0 + verdictLatest,
  };
}

/** HA: height of TxA or TxAc; null while there is none. */
export function courtHeight(state: OpenState): number | null {
  if (state.name !== 'arbitration') return null;
  const court = state.disputes.find(({ transaction }) => transaction === 'TxA' || transaction === 'TxAc');
  return court?.height ?? null;
}
