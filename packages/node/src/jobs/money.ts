import { checkContract } from '@prometheus-compute/protocol';
import type { NodePolicy } from '../engine/tasks/context.ts';
import { exampleContract } from './example-contract.ts';
import type { LimitedSpecification } from './specification.ts';

/** Satoshis per vB that Tx0 pays. */
const COMMITMENT_RATE = 2n;
/** Vsize of Tx0 without its arbiters, and of each arbiter's input and output: one coin and one change each for C, W, V. */
const COMMITMENT_BASE = 478n;
const COMMITMENT_PER_ARBITER = 101n;

/** Satoshis that Tx0 pays as fee with n arbiters who stake fresh offers. */
export function commitmentFee(n: number): bigint {
  return COMMITMENT_RATE * (COMMITMENT_BASE + BigInt(n) * COMMITMENT_PER_ARBITER);
}

/** What the Client needs for one batch: everything that it owes Tx0, and its fee. */
export function clientCost(specification: LimitedSpecification): bigint {
  const { reward, settlementFee, retainer, bond, parameters } = specification;
  return reward + settlementFee + BigInt(parameters.n) * retainer + bond + commitmentFee(parameters.n);
}

/** @throws RuleError with the first rule of P and C that money, times and sample break */
export function checkContractTerms(
  specification: LimitedSpecification,
  chunks: number,
  policy: NodePolicy,
): void {
  checkContract(specification.parameters, exampleContract(specification, chunks), policy);
}
