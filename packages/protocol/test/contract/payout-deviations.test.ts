import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DUST } from '../../src/contract/payouts.ts';
import {
  contractViolations,
  DEFAULT_PARAMETERS,
  EncodingError,
  netChanges,
  type Parameters,
  type Party,
  parameterViolations,
  payouts,
  quorum,
  share,
  variantId,
  variants,
} from '../../src/index.ts';
import { validTerms } from '../fixtures/generate.ts';
import { fixtureContract } from '../fixtures/terms.ts';

const p = DEFAULT_PARAMETERS;
const c = fixtureContract(p);
const stakes = [p.a, p.a, p.a, p.a, p.a];
/** An output of less is left out. */
const paid = (amount: bigint): bigint => (amount < DUST ? 0n : amount);
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

describe("D17: σ is the Worker's share of the reward, whatever is sampled", () => {
  it('the same pay for a sample of one and of all', () => {
    for (const sampled of [1, 2, c.chunks]) {
      const contract = { ...c, sampled };
      const changes = netChanges(p, contract, 'Tx4', stakes);
      expect([changes.worker, changes.verifier]).toEqual([90_000n, 10_000n]);
    }
    // As the paper has it, one σ is both: with 2 of 20 chunks in the sample W has a tenth of c for all of the work.
    const sampledShare = { ...p, sigma: (2 * 10_000) / c.chunks };
    expect(netChanges(sampledShare, c, 'Tx4', stakes).worker).toBe(10_000n);
  });

  it('for any terms: W gets σc and V the rest', () => {
    fc.assert(
      fc.property(validTerms(), ({ parameters, contract, arbiters }) => {
        const amounts = arbiters.map(({ stake }) => stake.coin.amount);
        const { worker, verifier, client } = netChanges(parameters, contract, 'Tx4', amounts);
        expect(worker).toBe(share(parameters.sigma, contract.reward));
        expect(worker + verifier).toBe(contract.reward);
        expect(client).toBe(-contract.reward);
      }),
      { numRuns: 40 },
    );
  });
});

describe('D18: #4 takes δw for F and (1−σ)c for V from w, and never more than w', () => {
  it("the paper's bound δ ≤ w − (1−σ)c lets through what w cannot pay; C6 does not", () => {
    const most: Parameters = { ...p, delta: 9_999 };
    const verifierFee = c.reward - share(p.sigma, c.reward);
    // A fraction is compared with an amount: always kept.
    expect(most.delta / 10_000).toBeLessThanOrEqual(Number(most.w - verifierFee));
    expect(share(most.delta, most.w) + verifierFee).toBeGreaterThan(most.w);
    expect(contractViolations(most, c).map(({ code }) => code)).toEqual(['C6']);
    // There would be no such transaction.
    expect(() => payouts(most, c, 'Tx5', stakes)).toThrow(EncodingError);
  });

  it('for any terms: the three parts are what the table says, and add up', () => {
    fc.assert(
      fc.property(validTerms(), ({ parameters, contract, arbiters }) => {
        const amounts = arbiters.map(({ stake }) => stake.coin.amount);
        const { client, worker, verifier, fund } = netChanges(parameters, contract, 'Tx5', amounts);
        const verifierFee = contract.reward - share(parameters.sigma, contract.reward);
        const slashed = share(parameters.delta, parameters.w);
        expect(client).toBe(0n);
        // As the paper has it, all of it goes to F, and V has checked for nothing.
        expect(verifier).toBe(verifierFee);
        expect(fund).toBe(paid(slashed));
        expect(worker).toBe(paid(parameters.w - slashed - verifierFee) - parameters.w);
      }),
      { numRuns: 40 },
    );
  });
});

describe('D19: #5 takes εw in all from W, of which C gets γw', () => {
  it("as the paper has it, γw and ε of w's pool both come from W: more than w with ε = 1", () => {
    const hardest: Parameters = { ...p, epsilon: 10_000 };
    expect(parameterViolations(hardest)).toEqual([]);
    expect(share(hardest.gamma, hardest.w) + share(hardest.epsilon, hardest.w)).toBeGreaterThan(hardest.w);
    const { worker, client } = netChanges(hardest, c, 'Tx6', stakes);
    expect([worker, client]).toEqual([-hardest.w, 40_000n]);
  });

  it('P2: γ < ε, so that C never gets more than W loses', () => {
    const codes = (changes: Partial<Parameters>) =>
      parameterViolations({ ...p, ...changes }).map(({ code }) => code);
    expect(codes({ gamma: 2_000 })).toEqual(['P2']);
    expect(codes({ gamma: 1_999 })).toEqual([]);
  });

  it('for any terms: W and V lose ε of their stakes, arbiters ε of theirs less ρ, and nothing is made or lost', () => {
    fc.assert(
      fc.property(validTerms(), ({ parameters, contract, arbiters }) => {
        const amounts = arbiters.map(({ stake }) => stake.coin.amount);
        const { w, v, epsilon, gamma } = parameters;
        const changes = netChanges(parameters, contract, 'Tx6', amounts);
        const of = (party: Party): bigint => changes[party]!;
        expect(of('client')).toBe(share(gamma, w));
        expect(of('worker')).toBe(paid(w - share(epsilon, w)) - w);
        expect(of('verifier')).toBe(paid(v - share(epsilon, v)) - v);
        arbiters.forEach((_, i) => {
          const [stake, { retainer }] = [amounts[i]!, contract];
          expect(of(`arbiter:${i + 1}`)).toBe(paid(stake - share(epsilon, stake) + retainer) - stake);
        });
        const lost = sum([w, v, ...amounts].map((stake) => share(epsilon, stake)));
        expect(changes.fund).toBe(paid(lost - share(gamma, w)));
      }),
      { numRuns: 40 },
    );
  });
});

describe('D32: after d = 0 and a silent Worker, a challenge costs V and the arbiters nothing', () => {
  it('for any terms and any S: by Tx9c W alone is punished, and C loses its bond', () => {
    fc.assert(
      fc.property(validTerms(), fc.nat(), ({ parameters, contract, arbiters }, which) => {
        const amounts = arbiters.map(({ stake }) => stake.coin.amount);
        const sets = variants(parameters.n, quorum(parameters));
        const set = sets[which % sets.length]!;
        const changes = netChanges(parameters, contract, variantId('Tx9c', set), amounts);
        const { w, n } = parameters;
        expect([changes.client, changes.worker, changes.verifier]).toEqual([-contract.bond, -w, 0n]);
        for (const index of set) {
          expect(changes[`arbiter:${index}`]).toBe(contract.retainer + contract.bond / BigInt(n));
        }
        // With Tx7c instead V would lose v for a claim that was wrong; with Tx6c it would lose εv, and each arbiter εa.
        expect(netChanges(parameters, contract, variantId('Tx7c', set), amounts).verifier).toBe(
          -parameters.v,
        );
        expect(netChanges(parameters, contract, 'Tx6c', amounts).verifier).toBeLessThan(0n);
      }),
      { numRuns: 40 },
    );
  });
});
