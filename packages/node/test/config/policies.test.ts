import { describe, expect, it } from 'vitest';
import { NETWORK_NAMES, NETWORKS } from '../../src/config/networks.ts';
import { POLICIES } from '../../src/config/policies.ts';
import { requireCovered, worstCaseFee } from '../../src/engine/fees/worst-case.ts';

/** Defaults of docs/protocol/parameters.md, in blocks. */
const T0 = 120;
const T1 = 288;
const T2 = 432;
const DELTA = 24;

describe.each(NETWORK_NAMES)('policy of %s', (name) => {
  const policy = POLICIES[name];

  it('C8, C9: the default P and C leave time to verify and to audit', () => {
    expect(T1).toBeGreaterThanOrEqual(T0 + policy.verifyBlocks + 5 * DELTA);
    expect(T2).toBeGreaterThanOrEqual(T1 + policy.auditBlocks + 4 * DELTA);
  });

  it('D16: the reserve covers what a contract with eleven arbiters can cost at the highest rate', () => {
    for (const role of ['client', 'worker', 'verifier'] as const) {
      // φ pays a part of the settlement; the least that C17 allows pays the least part.
      requireCovered(worstCaseFee(role, { n: 11 }, 0n, policy), policy);
    }
  });

  it('M §Defaults: offers count from 144 blocks on, from 6 on a development chain', () => {
    expect(policy.minimumOfferAge).toBe(NETWORKS[name].development ? 6 : 144);
  });

  it('F §Deterministic execution: only a development chain takes profiles that machines could disagree on', () => {
    expect(policy.network).toBe(NETWORKS[name].development ? 'development' : 'public');
  });
});
