import { type Satoshi, satoshi } from '../primitives/brands.ts';
import { assertNever, EncodingError } from '../primitives/errors.ts';
import type { Contract } from './contract.ts';
import { type Parameters, share } from './parameters.ts';
import { arbiterParty, type Party } from './party.ts';
import {
  type PlainSettlementId,
  parseSettlement,
  type SettlementId,
  type VariantFamily,
} from './settlements.ts';

/** Smallest output that a settlement has; anything less is left out and becomes fee (T §Notation). */
export const DUST = 330n;

/** Who a payout goes to: a party, F, or Tx4's fee output (V with u_p, C after the window). */
export type Payee = Party | 'fund' | 'feeWindow';

/** One output of a settlement. */
export interface Payout {
  readonly payee: Payee;
  readonly amount: Satoshi;
}

/** The parts of P and C that payouts depend on. */
type Amounts = Pick<Contract, 'reward' | 'settlementFee' | 'retainer' | 'bond'>;

type Line = readonly [Payee, bigint];

/** X = c + w + v + φ: what the shared output Tx0:0 holds. */
export function sharedAmount(p: Parameters, c: Amounts): bigint {
  return c.reward + p.w + p.v + c.settlementFee;
}

const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);

/** Which output a settlement spends: decides what goes in (T §The tree, "spends"). */
export type Source = 'shared' | 'appeal' | 'challenge';

/** The source of each settlement. */
export function settlementSource(id: SettlementId): Source {
  const settlement = parseSettlement(id);
  const name = settlement.kind === 'plain' ? settlement.id : settlement.family;
  switch (name) {
    case 'Tx6':
    case 'Tx7':
    case 'Tx8':
      return 'appeal';
    case 'Tx6c':
    case 'Tx7c':
    case 'Tx9c':
    case 'Tx8c':
      return 'challenge';
    default:
      return 'shared';
  }
}

/** What the input of a settlement holds, φ included. */
function sourceAmount(p: Parameters, c: Amounts, source: Source, stakes: readonly bigint[]): bigint {
  const shared = sharedAmount(p, c);
  if (source === 'shared') return shared;
  const pooled = shared + total(stakes) + BigInt(stakes.length) * c.retainer;
  return source === 'appeal' ? pooled : pooled + c.bond;
}

function plainLines(
  p: Parameters,
  c: Amounts,
  id: PlainSettlementId,
  stakes: readonly bigint[],
): readonly Line[] {
  const { w, v } = p;
  const { reward, bond, retainer } = c;
  // σc for the Worker; (1−σ)c for the Verifier is what remains, so that nothing is lost to rounding.
  const workerReward = share(p.sigma, reward);
  const verifierFee = reward - workerReward;
  const stakesBack = (): readonly Line[] =>
    stakes.map((stake, i) => [arbiterParty(i + 1), stake - share(p.epsilon, stake) + retainer]);
  switch (id) {
    // T §Tx1 (#1): the Worker timed out.
    case 'Tx1':
    case "Tx1'":
      return [
        ['client', reward],
        ['verifier', v],
        ['worker', w - share(p.alpha, w)],
      ];
    // T §Tx3 (#2): the Verifier timed out.
    case 'Tx3':
      return [
        ['client', verifierFee + share(p.beta, v)],
        ['worker', w + workerReward],
        ['verifier', v - share(p.beta, v)],
      ];
    // T §Tx4 (#3): accepted. The fee output pays V only with u_p (D4).
    case 'Tx4':
    case "Tx4'":
      return [
        ['worker', w + workerReward],
        ['verifier', v],
        ['feeWindow', verifierFee],
      ];
    // T §Tx5 (#4): found faulty, no appeal (D18).
    case 'Tx5':
      return [
        ['client', reward],
        ['verifier', v + verifierFee],
        ['worker', w - share(p.delta, w) - verifierFee],
      ];
    // T §Tx6 (#5): the arbiters did not decide (D19).
    case 'Tx6':
      return [
        ['client', reward + share(p.gamma, w)],
        ['worker', w - share(p.epsilon, w)],
        ['verifier', v - share(p.epsilon, v)],
        ...stakesBack(),
      ];
    case 'Tx6c':
      return [
        ['client', reward + bond - share(p.epsilon, bond)],
        ['worker', w - share(p.epsilon, w)],
        ['verifier', v - share(p.epsilon, v)],
        ...stakesBack(),
      ];
    default:
      return assertNever(id);
  }
}

function decisionLines(
  p: Parameters,
  c: Amounts,
  family: VariantFamily,
  coherent: readonly number[],
  stakes: readonly bigint[],
): readonly Line[] {
  const { w, v, n } = p;
  const { reward, bond, retainer } = c;
  // D8: a fixed share of the loser's money, whatever the size of S.
  const shareFor = (loser: bigint): readonly Line[] =>
    coherent.map((index) => {
      const stake = stakes[index - 1];
      if (stake === undefined) throw new EncodingError('shape-wrong', `there is no arbiter ${index}`);
      return [arbiterParty(index), stake + retainer + loser / BigInt(n)];
    });
  const workerReward = share(p.sigma, reward);
  switch (family) {
    case 'Tx7':
      return [['client', reward], ['verifier', v], ...shareFor(w)];
    case 'Tx8':
      return [['worker', w + reward], ...shareFor(w)];
    case 'Tx7c':
      return [['client', reward + bond + share(p.gamma, w)], ...shareFor(bond)];
    // D32: d = 0 after a challenge, but the Worker withheld h_p.
    case 'Tx9c':
      return [['client', reward], ['verifier', v], ...shareFor(bond)];
    case 'Tx8c':
      return [['worker', w + workerReward], ['verifier', v + reward - workerReward], ...shareFor(bond)];
    default:
      return assertNever(family);
  }
}

/**
 * Outputs of a settlement in the order of the tables, F last with whatever is left over; outputs below 330 sat are
 * left out and become fee.
 *
 * @param stakes - a_1..a_n as they came into Tx0; only settlements of an arbitration look at them
 * @throws EncodingError `integer-out-of-range` when the rules on P and C do not hold and an amount would be negative
 */
export function payouts(
  p: Parameters,
  c: Amounts,
  id: SettlementId,
  stakes: readonly Satoshi[],
): readonly Payout[] {
  const settlement = parseSettlement(id);
  const lines =
    settlement.kind === 'plain'
      ? plainLines(p, c, settlement.id, stakes)
      : decisionLines(p, c, settlement.family, settlement.coherent, stakes);
  const available = sourceAmount(p, c, settlementSource(id), stakes) - c.settlementFee;
  const fund: Line = ['fund', available - total(lines.map(([, amount]) => amount))];
  return [...lines, fund]
    .map(([payee, amount]) => ({ payee, amount: satoshi(amount) }))
    .filter(({ amount }) => amount >= DUST);
}
