import type { NodePolicy } from '../engine/tasks/context.ts';

/** A development chain: blocks come when they are asked for, and nobody attacks. */
export const DEVELOPMENT_POLICY: NodePolicy = {
  network: 'development',
  verifyBlocks: 24,
  auditBlocks: 24,
  minimumOfferAge: 6,
  auditRate: 0.2,
  minimumReward: 1n,
};
