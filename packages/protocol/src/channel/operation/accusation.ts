import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { ChannelEvent } from '../event.ts';
import { accepted, boundVerdict } from '../post/standing.ts';
import type { OpenState } from '../state.ts';
import { moved, STALE, type Step } from '../step.ts';
import { courtHeight, timesOf } from '../times.ts';
import { noteFormer } from './equivocation.ts';
import { type Act, begin, withOpening } from './progress.ts';
import type { Accusation, DeliveryRecord, OpeningRecord } from './record.ts';
import { challengeOf } from './seeds.ts';

/** C and V check the opening once what W had to answer is known: V always, C with the probability of its audit. */
export const checkOpening: Act = (state) => {
  const { self, delivery, opening, begun } = state;
  if (self !== 'client' && self !== 'verifier') return undefined;
  if (begun.includes('check') || delivery === null || delivery.acceptedAt === null || opening === null)
    return undefined;
  const substitutes = challengeOf(state, opening);
  if (substitutes === undefined) return undefined;
  const task = { kind: 'check-opening', openingHash: opening.hash, deliveryHash: delivery.hash } as const;
  return { state: begin(state, 'check'), tasks: [{ ...task, thorough: false, substitutes }] };
};

/** On TxV1 and on TxA, C leaves nothing to chance: it checks all that it has not checked. */
export const checkThoroughly: Act = (state) => {
  const { self, delivery, opening, begun, checked } = state;
  if (self !== 'client' || !isUp(state, 'TxV1', 'TxA') || begun.includes('thorough-check')) return undefined;
  if (delivery === null || delivery.acceptedAt === null || opening === null || checked?.r === 0)
    return undefined;
  const substitutes = challengeOf(state, opening);
  if (substitutes === undefined) return undefined;
  const task = { kind: 'check-opening', openingHash: opening.hash, deliveryHash: delivery.hash } as const;
  return { state: begin(state, 'thorough-check'), tasks: [{ ...task, thorough: true, substitutes }] };
};

/**
 * What a check found. What a thorough one says replaces what C took for right without a look. What was found in other documents
 * than those that count now says nothing about these (D31).
 */
export function concludeCheck(
  state: OpenState,
  event: Extract<ChannelEvent, { readonly kind: 'opening-checked' }>,
): Step {
  const { self, delivery, opening, checked } = state;
  if (self !== 'client' && self !== 'verifier') return STALE;
  if (opening === null || !equalBytes(opening.hash, event.openingHash)) return STALE;
  if (delivery === null || !equalBytes(delivery.hash, event.deliveryHash)) return STALE;
  if (checked !== null && !(event.thorough && checked.r === 1)) return STALE;
  return moved({ ...state, checked: event.verdict });
}

/** V: what it found before H0 + t0 + 2Δ + B, or lacks then, it holds against W (M §Verdict). */
export const accuseAsVerifier: Act = (state) => {
  const { self, name, verdict } = state;
  if (self !== 'verifier' || name === 'arbitration' || verdict !== null) return undefined;
  const found = equivocation(state) ?? wrongChunk(state) ?? missing(state);
  return found && { state: { ...state, accusation: found, verdict: 0 } };
};

/** C: what its check found; in a dispute also what it lacks, and on an appeal what W signed twice (F4: on TxA alone). */
export const accuseAsClient: Act = (state) => {
  const { self, accusation } = state;
  if (self !== 'client') return undefined;
  // D40: a reorganisation can make of the appeal a verdict to challenge, for which it needs something else.
  const counts = accusation?.fault !== 'equivocation' || isUp(state, 'TxA');
  if (accusation !== null && counts) return undefined;
  const disputed = isUp(state, 'TxV1', 'TxA', 'TxAc') ? missing(state) : undefined;
  const twice = isUp(state, 'TxA') ? equivocation(state) : undefined;
  const found = wrongChunk(state) ?? disputed ?? twice;
  return found && { state: { ...state, accusation: found } };
};

/** Whether one of these is the last dispute transaction on the chain. */
function isUp(state: OpenState, ...transactions: readonly string[]): boolean {
  const last = state.name === 'arbitration' ? state.disputes.at(-1) : undefined;
  return last !== undefined && transactions.includes(last.transaction);
}

function wrongChunk({ checked }: OpenState): Accusation | undefined {
  return checked?.r === 0 ? { fault: checked.fault, chunk: checked.chunk } : undefined;
}

function missing(state: OpenState): Accusation | undefined {
  const times = timesOf(state);
  if (times === null || state.tip < times.decidedAt) return undefined;
  if (state.delivery === null || state.delivery.acceptedAt === null) return { fault: 'undelivered' };
  return state.opening === null ? { fault: 'unopened' } : undefined;
}

function equivocation({ equivocations, delivery, opening }: OpenState): Accusation | undefined {
  const [known] = equivocations;
  if (known === undefined) return undefined;
  const { of, second } = known;
  const first = of === 'opening' ? opening?.sealed : delivery?.hash;
  return first && { fault: 'equivocation', of, first, second };
}

/** D31: on TxV1 C looks at what V's posted verdict names, if it is bound to that, whatever it was sent before. */
export const followVerdict: Act = (state) => {
  if (state.self !== 'client' || !isUp(state, 'TxV1') || courtHeight(state) !== null) return undefined;
  const named = boundVerdict(state);
  if (named === null) return undefined;
  const delivery = deliveryOf(state, named.root);
  const opening = openingOf(state, named.openingHash);
  if (delivery === undefined || opening === undefined) return undefined;
  if (delivery === state.delivery && opening === state.opening) return undefined;
  const begun = state.begun.filter((what) => what !== 'thorough-check');
  const next = withOpening(withFormer(state, delivery, opening), opening);
  return { state: { ...next, delivery, begun, checked: null, accusation: null } };
};

/** What W signed besides, once these documents count. */
function withFormer(state: OpenState, delivery: DeliveryRecord, opening: OpeningRecord): OpenState {
  const { delivery: first, opening: shown } = state;
  const noted =
    first === null || delivery === first
      ? state
      : noteFormer(state, 'delivery', { sealed: first.hash, signature: first.signature });
  return shown === null || opening === shown ? noted : noteFormer(noted, 'opening', shown);
}

function deliveryOf(state: OpenState, root: Hash32): DeliveryRecord | undefined {
  const { delivery } = state;
  if (delivery !== null && delivery.acceptedAt !== null && equalBytes(delivery.root, root)) return delivery;
  const posted = accepted(state, 'delivery', true).find(({ detail }) => equalBytes(detail.root, root));
  if (posted === undefined) return undefined;
  const { sealed: hash, signature, acceptedAt } = posted;
  return { root, hash, signature, rebuilt: true, acceptedAt };
}

function openingOf(state: OpenState, hash: Hash32): OpeningRecord | undefined {
  const { opening } = state;
  if (opening !== null && equalBytes(opening.hash, hash)) return opening;
  const posted = accepted(state, 'opening', true).find(({ detail }) => equalBytes(detail.openingHash, hash));
  if (posted === undefined) return undefined;
  const { sealed, signature, acceptedAt, detail } = posted;
  return { hash, sealed, signature, root: detail.root, seeds: detail.seeds, acceptedAt };
}
