import { encodeParameters, opReturnScript } from '@prometheus-compute/protocol';
import type { Payment } from '../ports/wallet.ts';
import type { LocalNetworkOptions } from './network.ts';
import type { LocalParty } from './party.ts';

/** Satoshis that an arbiter needs besides its stake to publish the offer. */
const OFFER_COST = 10_000n;

/** The first coins of everybody, and T_P: each coin for a contract comes with one for its fees (D16). */
export function firstPayments(
  parties: readonly LocalParty[],
  { parameters, funds, policy }: Pick<LocalNetworkOptions, 'parameters' | 'funds' | 'policy'>,
): readonly Payment[] {
  const coin = (party: LocalParty, amount: bigint): Payment => ({
    amount,
    script: party.wallet.freshScript(),
  });
  const coins = parties.flatMap((party) =>
    party.role === 'arbiter'
      ? [coin(party, parameters.a + OFFER_COST)]
      : funds[party.role].flatMap((amount) => [coin(party, amount), coin(party, policy.feeReserve)]),
  );
  return [...coins, { amount: 0n, script: opReturnScript(encodeParameters(parameters)) }];
}
