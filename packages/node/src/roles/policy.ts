import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import type { NodePolicy } from '../engine/tasks/context.ts';

/** A development chain: blocks come when they are asked for, and nobody attacks. */
export const DEVELOPMENT_POLICY: NodePolicy = {
  network: 'development',
  verifyBlocks: 24,
  auditBlocks: 24,
  minimumOfferAge: 6,
  auditRate: 0.2,
  minimumReward: 1n,
  feeRate: RELAY_FEE_RATE,
  maxFeeRate: 50_000n,
  // Covers a challenge and its last transaction with eleven arbiters.
  feeReserve: 250_000n,
  limits: {
    payloadBytes: 512 * 1024 * 1024,
    recordsBytes: 8 * 1024 * 1024 * 1024,
    // 1 GiB a chunk.
    memoryPages: 16_384,
    milliseconds: 3_600_000,
    // A job opens all of its batches at once.
    setupsPerPeer: 256,
    pledgesPerPeer: 16,
  },
};
