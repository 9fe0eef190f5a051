import { type Parameters, satoshi } from '@prometheus-compute/protocol';
import type { Offered } from '../stage/terms.ts';
import { lyingVerdict, wrongChunks } from '../strategies/executors.ts';
import { audits } from './challenges.ts';
import { COURT, SMALL_COURT } from './courts.ts';
import type { Scenario } from './scenario.ts';

/** Amounts that divide by nothing: every floor of the tables leaves something over. */
const ODD = {
  parameters: { w: satoshi(400_003n), v: satoshi(500_009n), a: satoshi(5_000_011n) },
  offered: {
    reward: satoshi(100_003n),
    settlementFee: satoshi(3_001n),
    retainer: satoshi(1_009n),
    bond: satoshi(20_011n),
  },
} satisfies Pick<Scenario, 'parameters' | 'offered'>;

/** A setup that a rule forbids. */
const outOfBounds = (
  rule: string,
  what: string,
  changes: { readonly parameters?: Partial<Parameters>; readonly offered?: Partial<Offered> },
): Scenario => ({
  name: `rule-${rule.toLowerCase()}`,
  about: `${what}: the setup is refused, and the refusal names rule ${rule}.`,
  court: SMALL_COURT,
  ...changes,
});

/** Scenarios about amounts and bounds. */
export const AMOUNTS: readonly Scenario[] = [
  {
    ...ODD,
    name: 'odd-amounts-accepted',
    about: 'Amounts that divide by nothing, and everybody honest: no dust, and sums that are exact (#3).',
    court: SMALL_COURT,
  },
  {
    ...ODD,
    name: 'odd-amounts-appealed',
    about: 'The same with a bad chunk and an appeal: what the floors leave over is in F (#6).',
    court: COURT,
    cast: () => ({ worker: [wrongChunks()] }),
  },
  {
    ...ODD,
    name: 'odd-amounts-challenged',
    about: 'The same with a bought verdict and a challenge: what the floors leave over is in F (#6c).',
    court: COURT,
    cast: () => ({ worker: [wrongChunks()], verifier: [lyingVerdict()], client: [audits] }),
  },
  outOfBounds('P1', 'A Worker that times out would lose nothing', { parameters: { alpha: 0 } }),
  outOfBounds('P2', 'A Client would get more for a failed arbitration than the Worker loses', {
    parameters: { gamma: 2_000 },
  }),
  outOfBounds('P3', 'Admitting a fault would cost as much as losing an appeal', {
    parameters: { delta: 10_000 },
  }),
  outOfBounds('P4', 'Two opposite decisions could both be complete', { parameters: { mu: 5_000 } }),
  outOfBounds('P5', 'The Verifier works for nothing', { parameters: { sigma: 10_000 } }),
  outOfBounds('P6', 'The Worker could pay a bribe above the Verifier’s stake', {
    parameters: { w: satoshi(600_000n) },
  }),
  outOfBounds('P9', 'The stages overlap', { parameters: { t2: 1 } }),
  outOfBounds('P11', 'Somebody owns the fund', { parameters: { F: new Uint8Array(32).fill(3) } }),
  outOfBounds('C1', 'A sleeping Verifier would not keep the Client whole', {
    parameters: { beta: 1_000 },
  }),
  outOfBounds('C2', 'The Verifier risks less than it can take', {
    parameters: { beta: 10_000 },
    offered: { reward: satoshi(510_000n) },
  }),
  outOfBounds('C3', 'The Verifier’s fee would be dust', { parameters: { sigma: 9_999 } }),
  outOfBounds('C4', 'The bond would be dust', { offered: { bond: satoshi(329n) } }),
  outOfBounds('C5', 'A won challenge could not pay what it promises', {
    offered: { bond: satoshi(900_000n) },
  }),
  outOfBounds('C6', 'An admitted fault could not pay what it promises', {
    parameters: { delta: 9_900 },
  }),
  outOfBounds('C7', 'A Post would end after it must be known', { offered: { confirmationBlocks: 5 } }),
  outOfBounds('C8', 'The Verifier could be right and late', { offered: { deliveryBlocks: 40 } }),
  outOfBounds('C9', 'The Worker could not appeal in time', { parameters: { t2: 60 } }),
  outOfBounds('C10', 'Tx1 would race the exits before it', { parameters: { t3: 85 } }),
  outOfBounds('C11', 'A failed arbitration would race a decision', { offered: { arbitrationBlocks: 200 } }),
  outOfBounds('C13', 'A stage has no time', { offered: { deliveryBlocks: 0 } }),
  outOfBounds('C17', 'A settlement would not be relayed', { offered: { settlementFee: satoshi(1_000n) } }),
  outOfBounds('C22', 'A stage would begin before it is known who failed', { offered: { stageBlocks: 3 } }),
  outOfBounds('C23', 'Votes would be opened while others can still commit to theirs', {
    offered: { arbitrationBlocks: 5 },
  }),
];
