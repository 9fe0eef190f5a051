import { contractHash } from '../contract/contract-codec.ts';
import {
  checkContract,
  contractKeys,
  type NamedKey,
  repeatedKey,
  repeatedOutpoint,
  settlementFeeViolation,
  type WorkEstimates,
} from '../contract/contract-rules.ts';
import { outpointKey } from '../contract/outpoint.ts';
import { checkParameters, type ParameterOptions } from '../contract/parameter-rules.ts';
import { ROLES } from '../contract/party.ts';
import { RuleError } from '../contract/rule-error.ts';
import { commitmentTransaction } from './commitment-tx.ts';
import { byId, descendants } from './descendants.ts';
import type { Graph, GraphTransaction } from './graph.ts';
import { graphId } from './graph-id.ts';
import { outputKinds } from './outputs.ts';
import { stakeKey } from './stakes.ts';
import type { Arbiter, GraphTerms } from './terms.ts';

/** What a party's own policy adds to the rules. */
export type GraphOptions = ParameterOptions & WorkEstimates;

/** Rules that need the arbiters: their number (P7), their stakes (C18), keys and outpoints (C19). */
function checkArbiters({ parameters, contract, arbiters }: GraphTerms): void {
  if (arbiters.length !== parameters.n) {
    throw new RuleError(
      'P7',
      'a contract has exactly n arbiters',
      { n: parameters.n, arbiters: arbiters.length },
      'Repeat the ceremony.',
    );
  }
  arbiters.forEach((arbiter, i) => {
    const { amount, outpoint } = arbiter.stake.coin;
    if (amount < parameters.a) {
      throw new RuleError(
        'C18',
        'every stake is at least a',
        { arbiter: i + 1, outpoint: outpointKey(outpoint), amount, a: parameters.a },
        'Draw another arbiter.',
      );
    }
  });
  const keys = (arbiter: Arbiter, i: number): readonly NamedKey[] => [
    [`A_${i + 1}`, arbiter.key],
    [`A_${i + 1}'s message key`, arbiter.messageKey],
    [`A_${i + 1}'s stake key`, stakeKey(arbiter.stake)],
  ];
  const error =
    repeatedKey([...contractKeys(parameters, contract), ...arbiters.flatMap(keys)]) ??
    repeatedOutpoint([
      ...ROLES.flatMap((role) => contract[role].funding.map((coin) => outpointKey(coin.outpoint))),
      ...arbiters.map((arbiter) => outpointKey(arbiter.stake.coin.outpoint)),
    ]);
  if (error !== undefined) throw error;
}

/** Largest TRUC transaction that is relayed, in vB (BIP431). */
const MAX_COMMITMENT_VSIZE = 10_000;
/** Satoshis per vB below which nodes do not relay by default. */
const MIN_COMMITMENT_RATE = 1n;

/**
 * C20 on the finished Tx0: a Tx0 that no node relays would tie everybody's money to a contract that cannot begin, until
 * all have respent their coins.
 */
function checkCommitment({ vsize, fee }: GraphTransaction): void {
  if (vsize <= MAX_COMMITMENT_VSIZE && fee >= MIN_COMMITMENT_RATE * BigInt(vsize)) return;
  throw new RuleError(
    'C20',
    'Tx0 has at most 10,000 vB and pays at least 1 sat/vB',
    { vsize, fee },
    'Bring one coin each, and let the Client pay a higher fee.',
  );
}

/** C17 on the finished graph: exact sizes, whatever amounts the arbiters brought. */
function checkSettlementFee(terms: GraphTerms, transactions: readonly GraphTransaction[]): void {
  const settlements = transactions.filter((transaction) => transaction.scheme !== undefined);
  const largest = settlements.reduce((a, b) => (b.vsize > a.vsize ? b : a));
  const error = settlementFeeViolation(terms.contract, largest);
  if (error !== undefined) throw error;
}

/**
 * Builds the complete graph Υ, Tx0 included (T §The tree). Pure and deterministic: every party gets the same bytes from
 * the same terms, so nobody has to trust a graph that another one sends.
 *
 * @param terms - parameters, contract, and the ordered arbiters of the ceremony
 * @param options - the operator's allowances and estimates; they decide on refusal, never on bytes
 * @throws RuleError with the id of the first broken rule: P1..P12, C1..C24, D7, D15
 */
export function buildGraph(terms: GraphTerms, options: GraphOptions = {}): Graph {
  checkParameters(terms.parameters, options);
  checkContract(terms.parameters, terms.contract, options);
  checkArbiters(terms);
  const hash = contractHash(terms.contract);
  const kinds = outputKinds(terms);
  const commitment = commitmentTransaction(terms, hash, kinds);
  checkCommitment(commitment);
  const transactions = [commitment, ...descendants(terms, commitment, kinds)];
  checkSettlementFee(terms, transactions);
  return {
    terms,
    id: graphId(hash, terms.arbiters),
    contractHash: hash,
    transactions: byId(transactions),
  };
}
