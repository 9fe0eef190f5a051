import { quorum, variants } from '../../contract/parameters.ts';
import { arbiterParty } from '../../contract/party.ts';
import { type SettlementId, type VariantFamily, variantId } from '../../contract/settlements.ts';
import { voteHash } from '../../contract/vote.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { OpenState } from '../state.ts';
import { familiesOf, stageCount } from './court.ts';
import type { Court } from './record.ts';
import { givenIn, wordOf } from './words.ts';

/** S: ascending indexes of arbiters. */
export type Coherent = readonly number[];

/** d of every arbiter whose opened vote fits the one commitment that it made. */
export function openedVotes({ agreement, arbitration }: OpenState): ReadonlyMap<number, 0 | 1> {
  const votes = new Map<number, 0 | 1>();
  for (const [i, { key }] of agreement.arbiters.entries()) {
    const party = arbiterParty(i + 1);
    const committed = wordOf(arbitration, party, 'commitment');
    const opened = wordOf(arbitration, party, 'opening');
    if (committed === undefined || opened === undefined) continue;
    const { decision, nonce } = opened.content;
    if (equalBytes(voteHash(decision, nonce, key), committed.content.commitment)) votes.set(i + 1, decision);
  }
  return votes;
}

/** Where the stages of one decision stand, as every honest node sees it. */
interface Standing {
  /** Who opened no d, opened another d, or failed to give a signature that was due. */
  readonly failed: ReadonlySet<number>;
  /** The set that is complete; no smaller one is signed then. */
  readonly complete: Coherent | null;
}

/** Sets of a size within `whole` that leave out nobody but those who failed (D8): the first in the order of the graph counts. */
function dueSets(
  state: OpenState,
  whole: Coherent,
  size: number,
  failed: ReadonlySet<number>,
): readonly Coherent[] {
  const { parameters } = state.agreement;
  return variants(parameters.n, quorum(parameters)).filter(
    (set) =>
      set.length === size &&
      set.every((index) => whole.includes(index)) &&
      whole.every((index) => set.includes(index) || failed.has(index)),
  );
}

/** The standing after `count` stages, from `first` on, of decisions of a family by members of `whole`. */
function after(
  state: OpenState,
  family: VariantFamily,
  whole: Coherent,
  votes: ReadonlySet<number>,
  first: number,
  count: number,
): Standing {
  let failed = votes;
  for (let j = 0; j < count; j++) {
    const due = dueSets(state, whole, whole.length - j, failed);
    const gave = (set: Coherent) => {
      const id = variantId(family, set);
      return (index: number) => givenIn(state.arbitration, arbiterParty(index), first + j).includes(id);
    };
    const complete = due.find((set) => set.every(gave(set)));
    if (complete !== undefined) return { failed, complete };
    const silent = due.flatMap((set) => set.filter((index) => !gave(set)(index)));
    failed = new Set([...failed, ...silent]);
  }
  return { failed, complete: null };
}

const everybody = ({ agreement }: OpenState): Coherent => agreement.arbiters.map((_, i) => i + 1);

function beforePayment(state: OpenState, court: Court, decision: 0 | 1, count: number): Standing {
  const { fault, noFault } = familiesOf(court);
  const votes = openedVotes(state);
  const failed = new Set(everybody(state).filter((index) => votes.get(index) !== decision));
  return after(state, decision === 1 ? fault : noFault, everybody(state), failed, 0, count);
}

/**
 * Decisions that are due in a stage from arbiters that found `decision` (M §Clock): of stage j those with |S| = n − j, from
 * Δ_2 on those with S′ ⊆ S_0 and |S′| = |S_0| − j, each leaving out nobody but those who failed. Meant to be asked once the
 * stages before are over. Every honest node comes to the same: it rests on what Post made known to all of them.
 */
export function dueIn(
  state: OpenState,
  court: Court,
  decision: 0 | 1,
  stage: number,
): readonly SettlementId[] {
  const { fault, noFault, withheld } = familiesOf(court);
  const count = stageCount(state);
  if (stage < count) {
    const { failed, complete } = beforePayment(state, court, decision, stage);
    if (complete !== null) return [];
    const family = decision === 1 ? fault : noFault;
    return dueSets(state, everybody(state), everybody(state).length - stage, failed).map((set) =>
      variantId(family, set),
    );
  }
  // D12, D32: only who decided d = 0, and only with a complete Tx8_S that is with W since HA + Δ_2 − 2Δ at the latest.
  const whole = decision === 0 ? beforePayment(state, court, 0, count).complete : null;
  if (whole === null) return [];
  const { failed, complete } = after(state, withheld, whole, new Set(), count, stage - count);
  if (complete !== null) return [];
  return dueSets(state, whole, whole.length - (stage - count), failed).map((set) => variantId(withheld, set));
}
