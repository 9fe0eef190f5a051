import type { NodePolicy } from '../engine/tasks/context.ts';
import { DEVELOPMENT_POLICY } from '../roles/policy.ts';
import type { NetworkName } from './networks.ts';

/**
 * Networks of strangers whose coins are worth nothing: the ages and times of mainnet, so that what works there works here, and the fees
 * of a quiet chain.
 */
const TEST_POLICY: NodePolicy = {
  ...DEVELOPMENT_POLICY,
  // Programs that two honest machines could disagree on are refused (F §Deterministic execution).
  network: 'public',
  // Four hours each at ten minutes a block; C8 and C9 leave 48 for each with the default P and C.
  verifyBlocks: 24,
  auditBlocks: 24,
  // M §Defaults. Younger stakes could have been made for this very draw (Y §Snapshot).
  minimumOfferAge: 144,
  minimumReward: 1_000n,
  limits: {
    ...DEVELOPMENT_POLICY.limits,
    // Each holds coins for up to 18 blocks at the word of a stranger.
    setupsPerPeer: 16,
    pledgesPerPeer: 4,
  },
};

/** What each network's nodes decide when their operator does not say otherwise (docs/node.md). */
export const POLICIES: Readonly<Record<NetworkName, NodePolicy>> = Object.freeze({
  dev: DEVELOPMENT_POLICY,
  regtest: DEVELOPMENT_POLICY,
  signet: TEST_POLICY,
  testnet4: TEST_POLICY,
  mainnet: {
    ...TEST_POLICY,
    // Below, the fees of one's own funding coins are more than what is earned.
    minimumReward: 10_000n,
    // D16: the rate up to which everything that must be published still confirms in time. The chain asked for more than 200 sat/vB
    // for days in 2017, 2021, 2023 and 2024: whoever wants to be safe then raises both, and has to set more coins aside.
    maxFeeRate: 200_000n,
    // Covers a challenge and its last transaction with eleven arbiters at that rate.
    feeReserve: 1_050_000n,
  },
});
