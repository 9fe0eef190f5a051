import type { Satoshi } from '../primitives/brands.ts';
import type { Contract } from './contract.ts';
import type { Parameters } from './parameters.ts';
import { arbiterParty, type Party } from './party.ts';
import { payouts, settlementSource } from './payouts.ts';
import type { SettlementId } from './settlements.ts';

/** Satoshis that each party, and the fund, has more (or less) after a settlement than before Tx0. */
export type NetChanges = Readonly<Record<Party | 'fund', bigint>>;

/**
 * What a settlement does to each party (T §Default P, the table): payouts minus what it brought to Tx0. Tx4's fee
 * output is counted as the Verifier's. Fees are left out: the Client always pays φ + nρ on top, which its row does not
 * show, and the fee of Tx0. Arbiters' retainers ρ are shown; where the stakes stay outside, they come back with t4.
 */
export function netChanges(
  p: Parameters,
  c: Pick<Contract, 'reward' | 'settlementFee' | 'retainer' | 'bond'>,
  id: SettlementId,
  stakes: readonly Satoshi[],
): NetChanges {
  const source = settlementSource(id);
  const changes: Record<Party | 'fund', bigint> = { client: 0n, worker: 0n, verifier: 0n, fund: 0n };
  const add = (payee: Party | 'fund', amount: bigint): void => {
    changes[payee] = (changes[payee] ?? 0n) + amount;
  };
  for (const { payee, amount } of payouts(p, c, id, stakes)) {
    add(payee === 'feeWindow' ? 'verifier' : payee, amount);
  }
  add('client', -c.reward);
  add('worker', -p.w);
  add('verifier', -p.v);
  if (source === 'challenge') add('client', -c.bond);
  stakes.forEach((stake, i) => {
    add(arbiterParty(i + 1), source === 'shared' ? c.retainer : -stake);
  });
  return changes;
}
