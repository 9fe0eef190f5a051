import { equalBytes } from '../../primitives/bytes.ts';
import type { ChannelEvent } from '../event.ts';
import type { PostedMessage } from '../post/record.ts';
import type { OpenState } from '../state.ts';
import { moved, STALE, type Step } from '../step.ts';
import { courtHeight, timesOf } from '../times.ts';
import { type Act, begin, withOpening } from './progress.ts';
import type { Accusation } from './record.ts';
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
  return {
    state: begin(state, 'check', 'thorough-check'),
    tasks: [{ ...task, thorough: true, substitutes }],
  };
};

/** What a check found. What a thorough one says replaces what C took for right without a look. */
export function concludeCheck(
  state: OpenState,
  event: Extract<ChannelEvent, { readonly kind: 'opening-checked' }>,
): Step {
  const { self, opening, checked } = state;
  if (self !== 'client' && self !== 'verifier') return STALE;
  if (opening === null || !equalBytes(opening.hash, event.openingHash)) return STALE;
  if (checked !== null && !(event.thorough && checked.r === 1)) return STALE;
  return moved({ ...state, checked: event.verdict });
}

/** V: what it found before H0 + t0 + 2Δ + B, or lacks then, it holds against W (M §Verdict). */
export const accuseAsVerifier: Act = (state) => {
  const { self, name, accusation, verdict } = state;
  if (self !== 'verifier' || name === 'arbitration' || accusation !== null || verdict !== null)
    return undefined;
  const found = equivocation(state) ?? wrongChunk(state) ?? missing(state);
  return found && { state: { ...state, accusation: found, verdict: 0 } };
};

/** C: what its check found; in a dispute also what it lacks, and on an appeal what W signed twice (F4: on TxA alone). */
export const accuseAsClient: Act = (state) => {
  if (state.self !== 'client' || state.accusation !== null) return undefined;
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
  for (const { of, second } of equivocations) {
    const first = of === 'opening' ? opening?.sealed : delivery?.hash;
    if (first !== undefined) return { fault: 'equivocation', of, first, second };
  }
  return undefined;
}

/**
 * D31: on TxV1 the opening that counts is the one that V's posted verdict names, if C has accepted it: C looks at that one,
 * whatever it was sent before.
 */
export const followVerdict: Act = (state) => {
  if (state.self !== 'client' || !isUp(state, 'TxV1') || courtHeight(state) !== null) return undefined;
  const verdicts = accepted(state).filter(({ detail }) => detail?.of === 'verdict');
  const named = verdicts[0]?.detail;
  if (verdicts.length !== 1 || named?.of !== 'verdict') return undefined;
  const { delivery: looked, opening: seen } = state;
  const same =
    looked !== null &&
    seen !== null &&
    equalBytes(looked.root, named.root) &&
    equalBytes(seen.hash, named.openingHash);
  if (same) return undefined;
  const opening = accepted(state).find(
    ({ detail }) => detail?.of === 'opening' && equalBytes(detail.openingHash, named.openingHash),
  );
  const delivery = accepted(state).find(
    ({ detail }) => detail?.of === 'delivery' && equalBytes(detail.root, named.root),
  );
  if (opening?.detail?.of !== 'opening' || delivery?.detail?.of !== 'delivery') return undefined;
  const { openingHash: hash, root, seeds } = opening.detail;
  const { sealed, signature, acceptedAt } = opening;
  const next = withOpening(state, {
    hash,
    sealed,
    signature,
    root,
    seeds,
    acceptedAt: acceptedAt ?? state.tip,
  });
  return {
    state: {
      ...next,
      delivery: {
        root: delivery.detail.root,
        hash: delivery.sealed,
        signature: delivery.signature,
        rebuilt: true,
        acceptedAt: delivery.acceptedAt,
      },
      checked: null,
      accusation: null,
      begun: state.begun.filter((what) => what !== 'thorough-check'),
    },
  };
};

function accepted({ posts }: OpenState): readonly PostedMessage[] {
  return posts.filter(({ acceptedAt, timely }) => acceptedAt !== null && timely);
}
