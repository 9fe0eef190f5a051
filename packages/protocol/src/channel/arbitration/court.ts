import { type Clock, clock } from '../../contract/clock.ts';
import { quorum } from '../../contract/parameters.ts';
import { arbiterIndex, type Party } from '../../contract/party.ts';
import { parseSettlement, type SettlementId, type VariantFamily } from '../../contract/settlements.ts';
import type { TransactionId } from '../../transactions/graph.ts';
import { FINAL_CONFIRMATIONS } from '../closing/clean-end.ts';
import type { OpenState } from '../state.ts';
import type { Court } from './record.ts';

/** A stage: signatures that are due in it are posted from the first tip to the last, and known everywhere before the next (C22). */
export interface Stage {
  readonly from: number;
  readonly until: number;
}

/** Heights of an arbitration (M §Clock). What is posted by one of them is accepted everywhere, or nowhere, B blocks later. */
export interface CourtClock {
  /** Claims and evidence are posted by this: HA + Δ. */
  readonly claim: number;
  /** From here every honest arbiter has the same claims: HA + Δ + B + 1. */
  readonly judge: number;
  /** Commitments to votes are posted by this: HA + Δ + B + ⌊T_arb/2⌋. */
  readonly commitment: number;
  /** Votes are opened from here, when no commitment can be added any more (C23). */
  readonly openFrom: number;
  /** Votes are opened by this: HA + Δ_1. */
  readonly opening: number;
  /** Stages 0..n−k, then those that are repeated after Δ_2 (D36). */
  readonly stages: readonly Stage[];
  /** W reveals h_p by no transaction that it sends later: HA + Δ_2 − 2Δ. The last stage before Δ_2 is known everywhere by then. */
  readonly payment: number;
}

/** Number of stages before Δ_2: j = 0..n−k. As many may follow after it. */
export function stageCount({ agreement: { parameters } }: OpenState): number {
  return parameters.n - quorum(parameters) + 1;
}

/** The heights of an arbitration that began with a confirmation at HA. */
export function courtClock(state: OpenState, { height }: Court): CourtClock {
  const { parameters, contract } = state.agreement;
  const times: Clock = clock(parameters, contract);
  const { B } = times;
  const { stageBlocks, confirmationBlocks } = contract;
  const commitment = height + times.voteCommitment;
  const opening = height + times.delta1;
  const count = stageCount(state);
  const stage = (first: number, j: number): Stage => {
    const from = height + first + j * stageBlocks;
    return { from, until: from + stageBlocks - B - 1 };
  };
  return {
    claim: height + times.claim,
    judge: height + times.claim + B + 1,
    commitment,
    openFrom: commitment + B + 1,
    opening,
    stages: [
      ...Array.from({ length: count }, (_, j) => stage(times.delta1, j)),
      ...Array.from({ length: count }, (_, j) => stage(times.delta2, j)),
    ],
    payment: height + times.delta2 - 2 * confirmationBlocks,
  };
}

/** Decisions of a court: d = 1, d = 0, and what becomes of d = 0 when W withholds h_p (D12, D32). */
export interface Families {
  readonly fault: VariantFamily;
  readonly noFault: VariantFamily;
  readonly withheld: VariantFamily;
}

const FAMILIES: Readonly<Record<Court['transaction'], Families>> = {
  TxA: { fault: 'Tx7', noFault: 'Tx8', withheld: 'Tx7' },
  TxAc: { fault: 'Tx7c', noFault: 'Tx8c', withheld: 'Tx9c' },
};

export const familiesOf = ({ transaction }: Court): Families => FAMILIES[transaction];

/** What a decision of a family spends. */
export const courtOf = (family: VariantFamily): Court['transaction'] =>
  FAMILIES.TxA.fault === family || FAMILIES.TxA.noFault === family ? 'TxA' : 'TxAc';

/** Family and S of a transaction that is a decision; undefined for all others. */
export function decisionOf(
  id: TransactionId,
): { readonly family: VariantFamily; readonly coherent: readonly number[] } | undefined {
  const settlement = id.includes(':') ? parseSettlement(id as SettlementId) : undefined;
  return settlement?.kind === 'decision' ? settlement : undefined;
}

/** On TxA, V and C may claim (D33); on TxAc, C. */
export function mayClaim({ transaction }: Court, who: Party): boolean {
  return who === 'client' || (who === 'verifier' && transaction === 'TxA');
}

/** Whether this is an arbiter of the channel, and which. */
export const isArbiter = (party: Party): boolean => arbiterIndex(party) !== undefined;

/** A TxAc that confirmed after HV + (t2−t1) is d = 0: what W could have taken by then, no challenge takes back (M §Claims). */
export function isLate(court: Court, verdictHeight: number | undefined, appeal: number): boolean {
  return court.transaction === 'TxAc' && verdictHeight !== undefined && court.height > verdictHeight + appeal;
}

/**
 * Whether a dispute may be the one of this chain though it is not the one that this party sees: before TxA or TxAc, and until
 * the other one is final.
 */
export function mayCome(
  { arbitration: { court }, tip }: OpenState,
  transaction: Court['transaction'],
): boolean {
  return court === null || (court.transaction !== transaction && !isFinal(court, tip));
}

const isFinal = ({ height }: Court, tip: number): boolean => tip >= height + FINAL_CONFIRMATIONS - 1;
