import { feeFor, MAX_CHILD_VSIZE } from '@prometheus-compute/bitcoin';
import { DUST, type Parameters, type Role, settlementVsize } from '@prometheus-compute/protocol';
import { EngineError } from '../errors.ts';
import type { FeePolicy } from '../tasks/context.ts';
import { larger } from './amounts.ts';

// Weight units of the transactions without fee (T §Fees), fully signed: TxV0 and TxV1, one arbiter's stake, the bond.
const VERDICT_WEIGHT = 763;
const STAKE_WEIGHT = 529;
const BOND_WEIGHT = 430;

/** Virtual bytes of the transaction without fee that a role publishes with its child: TxV0 or TxV1, TxA, TxAc. */
export function stageVsize(role: Role, n: number): number {
  switch (role) {
    case 'verifier':
      return Math.ceil(VERDICT_WEIGHT / 4);
    case 'worker':
      return Math.ceil((VERDICT_WEIGHT + n * STAKE_WEIGHT) / 4);
    case 'client':
      return Math.ceil((VERDICT_WEIGHT + n * STAKE_WEIGHT + BOND_WEIGHT) / 4);
  }
}

/**
 * The most in satoshis that a party may have to pay for children of one contract's transactions, so that they confirm
 * while the chain asks for `maxFeeRate`: its transaction without fee, and the largest settlement after it. Each with a
 * child of 1000 vB: whoever wants to keep it out can put such a child on the anchor, or on another output, and the own
 * one has to pay more than that (BIP125, BIP431). And an output of the last child.
 *
 * @param settlementFee - φ, which a settlement pays itself
 */
export function worstCaseFee(
  role: Role,
  { n }: Pick<Parameters, 'n'>,
  settlementFee: bigint,
  { maxFeeRate }: FeePolicy,
): bigint {
  // Tx6 and Tx6c have the most outputs: C, W, V, F and every arbiter.
  const settlement = settlementVsize(3 + n, n + 4);
  const stage = feeFor(stageVsize(role, n) + MAX_CHILD_VSIZE, maxFeeRate);
  const bump = feeFor(settlement + MAX_CHILD_VSIZE, maxFeeRate) - settlementFee;
  return stage + larger(bump, 0n) + DUST;
}

/**
 * Held before any coin is set aside, and so before anything of Tx0 is signed.
 *
 * @throws EngineError `fee-reserve` when the policy's reserve does not cover `load` satoshis
 */
export function requireCovered(load: bigint, { feeReserve, maxFeeRate }: FeePolicy): void {
  if (load <= feeReserve) return;
  throw new EngineError(
    'fee-reserve',
    `the fee reserve of ${feeReserve} sat does not cover the ${load} sat that this contract's transactions may cost at ${maxFeeRate} sat/kvB`,
    {
      rule: 'D16',
      evidence: { load, feeReserve, maxFeeRate },
      remedy: 'Raise the fee reserve, lower the highest rate, or take fewer arbiters.',
    },
  );
}
