import { seedHash } from '../../contract/seed.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { ChannelEvent } from '../event.ts';
import type { OpenState } from '../state.ts';
import type { SeedSubstitutes } from '../task.ts';
import { courtHeight, type Times, timesOf } from '../times.ts';
import { type Act, askBlock, begin, type Progress } from './progress.ts';
import type { OpeningRecord } from './record.ts';

/** Who opens a challenge seed. */
type Opener = 'client' | 'verifier';
const OPENERS = ['verifier', 'client'] as const;

/**
 * Confirmations after which a block's hash is taken for a seed. On another chain W's one opening would be worthless, and what
 * C and V found in an opening would be wrong: two blocks of one height are rare, but W could wait for them.
 */
const SUBSTITUTE_CONFIRMATIONS = 6;

/**
 * D37: V opens its seed at once. C opens its own when it knows which seed of V's it will name, since who opens last could
 * choose a sample; and never too late to post it, or both the seed and the hash that stands for it would count.
 */
export const openSeed: Act = (state) => {
  const { self, delivery, receipts, drafts, begun, tip } = state;
  const times = timesOf(state);
  if (self !== 'client' && self !== 'verifier') return undefined;
  if (times === null || delivery === null || delivery.acceptedAt === null || drafts.delivery === null)
    return undefined;
  const known = receipts.verifier.opened !== null || tip >= times.substituteAt.verifier;
  const turn = self === 'verifier' || (known && isTimeForSeed(state));
  if (!turn || begun.includes('seed')) return undefined;
  return { state: begin(state, 'seed'), tasks: [{ kind: 'open-seed', which: 'challenge' }] };
};

/** Whether C can still post the receipt that opens its seed. */
export function isTimeForSeed(state: OpenState): boolean {
  const times = timesOf(state);
  return times !== null && state.tip <= times.seedBy;
}

/**
 * Whether C's seed was opened in time for all to see: then no hash stands for it (D37). An honest C gives one receipt. Two
 * are none: which two a node keeps may differ, that there are two does not. Nor is one that gives another R to the only
 * delivery which was posted, since W cannot answer it. Where several were posted, nodes may keep different ones.
 */
function isSeedPosted({ posts }: OpenState): boolean {
  const timely = posts.filter((posted) => posted.acceptedAt !== null && posted.timely);
  const named = timely.flatMap(({ author, detail }) =>
    author === 'client' && detail?.of === 'receipt' && detail.subject === 'delivery' ? [detail] : [],
  );
  const [only] = named;
  if (only === undefined || named.length > 1) return false;
  const deliveries = timely.filter(({ kind }) => kind === 'delivery');
  return !deliveries.some(
    ({ sealed, detail }) =>
      deliveries.length === 1 &&
      detail?.of === 'delivery' &&
      equalBytes(sealed, only.message) &&
      !equalBytes(detail.root, only.root),
  );
}

/** Whether what W took for a seed is the one that its owner committed to. */
function isReal({ agreement }: OpenState, opening: OpeningRecord, opener: Opener): boolean {
  const { challengeClient, challengeVerifier } = agreement.contract.seedHashes;
  return equalBytes(
    seedHash(opening.seeds[opener]),
    opener === 'client' ? challengeClient : challengeVerifier,
  );
}

/** First tip at which a block is deep enough to stand for a seed, or at which its hash must be taken as it is. */
function firmAt(times: Times, opener: Opener, latest: number): number {
  return Math.min(times.substituteAt[opener] + SUBSTITUTE_CONFIRMATIONS - 1, latest);
}

/** Whether this party needs the hash that stands for a seed. */
function needsSubstitute(state: OpenState, times: Times, opener: Opener): boolean {
  const { self, opening, tip, substitutes, receipts } = state;
  if (substitutes[opener] !== null || tip < times.substituteAt[opener]) return false;
  if (self === 'worker') {
    const { opened } = receipts.client;
    const unnamed = opener === 'client' ? opened === null : opened === null || opened.verifierSeed === null;
    const due = tip >= firmAt(times, opener, times.openingBy);
    return due && opening === null && state.delivery !== null && unnamed;
  }
  if (opener === 'client' && isSeedPosted(state)) return false;
  if (courtHeight(state) !== null) return true;
  const due = tip >= firmAt(times, opener, times.decidedAt);
  return due && opening !== null && !isReal(state, opening, opener);
}

/** Asks for the block whose hash stands for a seed that was not accepted in time (D37). */
export const findSubstitutes: Act = (state) => {
  const times = timesOf(state);
  if (times === null) return undefined;
  for (const opener of OPENERS) {
    const asked = needsSubstitute(state, times, opener)
      ? askBlock(state, times.substituteAt[opener])
      : undefined;
    if (asked !== undefined) return asked;
  }
  return undefined;
};

/**
 * W opens the sample, once: for the seeds that C's receipt names, which it shows, or for two block hashes where it got no
 * such receipt. So it needs to know nothing of what others have accepted.
 */
export const openSample: Act = (state) => {
  const { self, delivery, receipts, substitutes, begun } = state;
  if (self !== 'worker' || delivery === null || begun.includes('open')) return undefined;
  const { opened } = receipts.client;
  const seedClient = opened === null ? substitutes.client : opened.seed;
  const seedVerifier = opened?.verifierSeed ?? substitutes.verifier;
  if (seedClient === null || seedVerifier === null) return undefined;
  const answers = opened === null ? null : opened.receipt;
  return {
    state: begin(state, 'open'),
    tasks: [{ kind: 'open', seedClient, seedVerifier, answers, deliveryHash: delivery.hash }],
  };
};

/** Whether it is known what W had to answer: undefined while what stands for a seed may still be found. */
export function challengeOf(state: OpenState, opening: OpeningRecord): SeedSubstitutes | undefined {
  const { substitutes } = state;
  if (!isReal(state, opening, 'client') && !isClientsSubstituteKnown(state)) return undefined;
  if (!isReal(state, opening, 'verifier') && substitutes.verifier === null) return undefined;
  return substitutes;
}

/** Whether it is decided that no hash stands for s_C, since C opened it in time; or the hash that does is here. */
function isClientsSubstituteKnown(state: OpenState): boolean {
  const times = timesOf(state);
  if (times === null || state.tip < times.substituteAt.client) return false;
  return isSeedPosted(state) || state.substitutes.client !== null;
}

/** An arbiter: whether it knows all that stands for seeds, whichever opening it has to judge. */
export function areSubstitutesKnown(state: OpenState): boolean {
  return isClientsSubstituteKnown(state) && state.substitutes.verifier !== null;
}

/** The hash of a block has come, for a seed or for a receipt. */
export function onBlock(
  state: OpenState,
  event: Extract<ChannelEvent, { readonly kind: 'block-found' }>,
): Progress | undefined {
  const { height, hash } = event;
  if (!state.blocksAsked.includes(height)) return undefined;
  const { substitutes, drafts } = state;
  const times = timesOf(state);
  // A block that was asked for as the place of a receipt may be one of these, and not deep enough to stand for a seed.
  const standsFor = (opener: Opener) =>
    times !== null && times.substituteAt[opener] === height && needsSubstitute(state, times, opener)
      ? hash
      : substitutes[opener];
  const opening =
    drafts.opening !== null && drafts.opening.height === height
      ? { ...drafts.opening, blockHash: hash }
      : drafts.opening;
  return {
    state: {
      ...state,
      blocksAsked: state.blocksAsked.filter((asked) => asked !== height),
      substitutes: { client: standsFor('client'), verifier: standsFor('verifier') },
      drafts: { ...drafts, opening },
    },
  };
}

/** Blocks above the tip are gone: whatever stood for a seed there stands for it no longer. */
export function forgetBlocks(state: OpenState): OpenState {
  const { tip, substitutes, drafts, blocksAsked } = state;
  const times = timesOf(state);
  const keep = (opener: Opener) =>
    times !== null && tip >= times.substituteAt[opener] ? substitutes[opener] : null;
  const opening = drafts.opening && {
    ...drafts.opening,
    height: Math.min(drafts.opening.height, tip),
  };
  return {
    ...state,
    blocksAsked: blocksAsked.filter((height) => height <= tip),
    substitutes: { client: keep('client'), verifier: keep('verifier') },
    drafts: { ...drafts, opening },
  };
}
