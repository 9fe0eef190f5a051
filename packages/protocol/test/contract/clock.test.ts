import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clock, DEFAULT_PARAMETERS, quorum, stageWait } from '../../src/index.ts';
import { validTerms } from '../fixtures/generate.ts';
import { fixtureContract } from '../fixtures/terms.ts';

const p = DEFAULT_PARAMETERS;

describe('derived clock (docs/protocol/parameters.md)', () => {
  it('with the defaults: B = 6, Δ_1 = 174, Δ_2 = 270, fee window 144', () => {
    expect(clock(p, fixtureContract(p))).toEqual({
      B: 6,
      delivery: 120,
      verdict: 168,
      verdictLatest: 263,
      appeal: 144,
      timeoutAfterVerdict: 288,
      paymentLatest: 552,
      claim: 24,
      voteCommitment: 102,
      delta1: 174,
      delta2: 270,
      arbitrationTimeout: 576,
      feeWindow: 144,
      release: 1_152,
    });
  });

  it('with n = 7, k = 6, ℓ = 3, Δ = 40, Δ_S = 10, T_arb = 101, t0 = 50', () => {
    const seven = { ...p, n: 7, mu: 8_000, t1: 300, t2: 500, t3: 700, t4: 1_300 };
    const c = fixtureContract(seven, {
      relayBlocks: 3,
      confirmationBlocks: 40,
      stageBlocks: 10,
      arbitrationBlocks: 101,
      deliveryBlocks: 50,
    });
    expect(clock(seven, c)).toEqual({
      B: 24,
      delivery: 50,
      verdict: 130,
      verdictLatest: 259,
      appeal: 200,
      timeoutAfterVerdict: 400,
      paymentLatest: 660,
      claim: 40,
      voteCommitment: 114,
      delta1: 165,
      delta2: 265,
      arbitrationTimeout: 600,
      feeWindow: 160,
      release: 1_300,
    });
  });

  it('the fee window is max(144, 4Δ): at least a day for V', () => {
    const windowOf = (confirmationBlocks: number) =>
      clock(p, fixtureContract(p, { confirmationBlocks })).feeWindow;
    expect([1, 36, 37, 100].map(windowOf)).toEqual([144, 144, 148, 400]);
  });

  it('the wait of S is Δ_S(n−|S|): none for all arbiters', () => {
    const c = fixtureContract(p, { stageBlocks: 7 });
    expect([5, 4, 3].map((size) => stageWait(p, c, size))).toEqual([0, 7, 14]);
  });
});

describe('deadlines of valid terms', () => {
  const property = (holds: (times: ReturnType<typeof clock>, Δ: number, longest: number) => void): void =>
    fc.assert(
      fc.property(validTerms({ maxArbiters: 7 }), ({ parameters, contract }) => {
        const longest = stageWait(parameters, contract, quorum(parameters));
        holds(clock(parameters, contract), contract.confirmationBlocks, longest);
      }),
      { numRuns: 60 },
    );

  it('D34: an opening that is posted at its deadline is known before V has to publish its verdict', () => {
    property(({ verdict, verdictLatest, B }) => {
      expect(verdict + B).toBeLessThan(verdictLatest);
    });
  });

  it('C12: a stake frees itself only after every appeal has had its time', () => {
    property(({ release, paymentLatest, appeal }, Δ) => {
      expect(release).toBeGreaterThanOrEqual(paymentLatest + Δ + appeal + 2 * Δ);
    });
  });

  it('claims come before votes, votes before stages, and the last stage ends before Tx6 is valid', () => {
    property(({ claim, voteCommitment, delta1, delta2, arbitrationTimeout, B }, Δ, longest) => {
      expect(claim).toBe(Δ);
      expect(voteCommitment).toBeGreaterThanOrEqual(claim + B);
      expect(delta1).toBeGreaterThanOrEqual(voteCommitment);
      expect(delta2).toBeGreaterThanOrEqual(delta1 + longest + 2 * Δ);
      expect(arbitrationTimeout).toBeGreaterThanOrEqual(delta2 + longest + 2 * Δ);
    });
  });
});
