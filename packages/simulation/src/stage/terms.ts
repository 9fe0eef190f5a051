import { type BatchOrder, DEVELOPMENT_POLICY, type NodePolicy } from '@prometheus-compute/node';
import { DEFAULT_PARAMETERS, type Parameters, quorum, satoshi } from '@prometheus-compute/protocol';
import type { Court } from '../terms/terms.ts';

/** What a Client offers: money and times of the contract. */
export type Offered = BatchOrder['offered'];

/** P, offer and node policy of a scenario. */
export interface ScenarioTerms {
  readonly parameters: Parameters;
  readonly offered: Offered;
  readonly policy: NodePolicy;
}

/** Blocks that a check, and an audit, is reckoned with (C8, C9): chunks of the scenarios take no block at all. */
const CHECK_BLOCKS = 2;
/** Satoshis that Tx0 pays. */
export const COMMITMENT_FEE = 5_000n;

/**
 * Terms with the amounts of the default P and contract (T §Default P), so that balances are those of the table, and with times as short as
 * P9 and C7 to C13 allow: a scenario then takes about 200 blocks.
 */
export function scenarioTerms(
  { n, k }: Court,
  changes: {
    readonly parameters?: Partial<Parameters>;
    readonly offered?: Partial<Offered>;
    readonly policy?: Partial<NodePolicy>;
  } = {},
): ScenarioTerms {
  const draft: Parameters = {
    ...DEFAULT_PARAMETERS,
    n,
    mu: Math.floor((k * 10_000) / n),
    ...changes.parameters,
  };
  const relayBlocks = changes.offered?.relayBlocks ?? 1;
  // C7: B = (k+2)ℓ ≤ Δ − 1, with a block to spare. A stage holds a whole Post.
  const post = (quorum(draft) + 2) * relayBlocks;
  const delta = post + 2;
  const deliveryBlocks = 2 * delta;
  const arbitrationBlocks = 2 * (post + 2);
  const t1 = deliveryBlocks + CHECK_BLOCKS + 5 * delta;
  const t2 = t1 + CHECK_BLOCKS + 4 * delta;
  const t3 = t2 + 2 * delta;
  const delta1 = delta + post + arbitrationBlocks;
  const delta2 = delta1 + (n - k + 1) * delta + 2 * delta;
  // C11, C12
  const arbitration = Math.max(delta2 + (n - k) * delta + 2 * delta, t2 - t1 + 2 * delta);
  return {
    parameters: { ...draft, t1, t2, t3, t4: t3 + arbitration, ...changes.parameters },
    offered: {
      reward: satoshi(100_000n),
      settlementFee: satoshi(3_000n),
      retainer: satoshi(1_000n),
      bond: satoshi(20_000n),
      deliveryBlocks,
      confirmationBlocks: delta,
      stageBlocks: delta,
      arbitrationBlocks,
      relayBlocks,
      limits: { memoryPages: 16, outputBytes: 4_096, milliseconds: 20_000 },
      ...changes.offered,
    },
    policy: {
      ...DEVELOPMENT_POLICY,
      verifyBlocks: CHECK_BLOCKS,
      auditBlocks: CHECK_BLOCKS,
      // Whether the Client audits is for a scenario to say.
      auditRate: 0,
      ...changes.policy,
    },
  };
}
