import type { JobPlan, JobSpecification } from '../engine.ts';
import type { FirstCoin } from '../node-package.ts';
import type { MemberRole } from './settings.ts';

/** Satoshis that a coin has beyond what it is for: fees, or a change of Tx0. */
const SPARE_COIN = 10_000n;

/**
 * What a node of the demo needs: for each of its contracts a coin, and one for the fees (D16).
 *
 * @param offers - stakes that each arbiter offers
 */
export function firstCoins(
  role: MemberRole,
  address: string,
  { parameters, batches }: JobSpecification,
  { cost, feeReserve }: JobPlan,
  offers: number,
): readonly FirstCoin[] {
  const { reward, settlementFee, retainers, bond, tx0FeeEstimate } = cost.perBatch;
  const each = (count: number, ...amounts: readonly bigint[]): readonly FirstCoin[] =>
    Array.from({ length: count }, () => amounts.map((amount) => ({ address, amount }))).flat();
  switch (role) {
    case 'client': {
      const contract = reward + settlementFee + retainers + bond + tx0FeeEstimate + SPARE_COIN;
      return each(batches.length, contract, feeReserve.amount);
    }
    case 'worker':
      return each(batches.length, parameters.w + SPARE_COIN, feeReserve.amount);
    case 'verifier':
      return each(batches.length, parameters.v + SPARE_COIN, feeReserve.amount);
    case 'arbiter':
      return each(offers, parameters.a + SPARE_COIN);
  }
}
