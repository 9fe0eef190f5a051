import { seedHash } from '../../contract/seed.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { ChannelEvent } from '../event.ts';
import type { OpenState } from '../state.ts';
import type { SeedSubstitutes } from '../task.ts';
import { courtHeight, timesOf } from '../times.ts';
import { type Act, askBlock, begin, type Progress } from './progress.ts';
import type { OpeningRecord } from './record.ts';

/** Who opens a challenge seed. */
type Opener = 'client' | 'verifier';
const OPENERS = ['verifier', 'client'] as const;

/** Confirmations after which W takes a block's hash for a seed: its one opening would be worthless on another chain. */
const SUBSTITUTE_CONFIRMATIONS = 6;

/** D37: V opens its seed at once, C when s_V or what stands for it is known, since who opens last could choose a sample. */
export const openSeed: Act = (state) => {
  const { self, delivery, receipts, drafts, begun, tip } = state;
  const times = timesOf(state);
  if (self !== 'client' && self !== 'verifier') return undefined;
  if (times === null || delivery === null || delivery.acceptedAt === null || drafts.delivery === null)
    return undefined;
  const turn = self === 'verifier' || receipts.verifier.seed !== null || tip >= times.substituteAt.verifier;
  if (!turn || begun.includes('seed')) return undefined;
  return { state: begin(state, 'seed'), tasks: [{ kind: 'open-seed', which: 'challenge' }] };
};

/** Whether a seed was accepted by Post in time: then nothing else stands for it (D37). */
function isSeedPosted({ posts }: OpenState, opener: Opener): boolean {
  return posts.some(
    ({ author, detail, acceptedAt, timely }) =>
      author === opener &&
      detail?.of === 'receipt' &&
      detail.subject === 'delivery' &&
      acceptedAt !== null &&
      timely,
  );
}

/** Whether what W took for a seed is the one that its owner committed to: a real seed always counts. */
function isReal({ agreement }: OpenState, opening: OpeningRecord, opener: Opener): boolean {
  const { challengeClient, challengeVerifier } = agreement.contract.seedHashes;
  return equalBytes(
    seedHash(opening.seeds[opener]),
    opener === 'client' ? challengeClient : challengeVerifier,
  );
}

/** Whether this party needs the hash that stands for a seed. */
function needsSubstitute(state: OpenState, opener: Opener): boolean {
  const { self, opening, tip, substitutes, receipts } = state;
  const times = timesOf(state);
  if (times === null || substitutes[opener] !== null || tip < times.substituteAt[opener]) return false;
  if (self === 'worker') {
    const firm = times.substituteAt[opener] + SUBSTITUTE_CONFIRMATIONS - 1;
    const due = tip >= Math.min(firm, times.openingBy);
    return due && opening === null && state.delivery !== null && receipts[opener].seed === null;
  }
  if (isSeedPosted(state, opener)) return false;
  return courtHeight(state) !== null || (opening !== null && !isReal(state, opening, opener));
}

/** Asks for the block whose hash stands for a seed that was not accepted in time (D37). */
export const findSubstitutes: Act = (state) => {
  const times = timesOf(state);
  if (times === null) return undefined;
  for (const opener of OPENERS) {
    const asked = needsSubstitute(state, opener) ? askBlock(state, times.substituteAt[opener]) : undefined;
    if (asked !== undefined) return asked;
  }
  return undefined;
};

/** W: both seeds are known, or what stands for them: it opens the sample, once. */
export const openSample: Act = (state) => {
  const { self, delivery, receipts, substitutes, begun } = state;
  if (self !== 'worker' || delivery === null || begun.includes('open')) return undefined;
  const seedClient = receipts.client.seed ?? substitutes.client;
  const seedVerifier = receipts.verifier.seed ?? substitutes.verifier;
  if (seedClient === null || seedVerifier === null) return undefined;
  return {
    state: begin(state, 'open'),
    tasks: [{ kind: 'open', seedClient, seedVerifier, deliveryHash: delivery.hash }],
  };
};

/** Whether it is known what W had to answer: undefined while a seed or its substitute may still come. */
export function challengeOf(state: OpenState, opening: OpeningRecord): SeedSubstitutes | undefined {
  for (const opener of OPENERS) {
    const known =
      isReal(state, opening, opener) || isSeedPosted(state, opener) || state.substitutes[opener] !== null;
    if (!known) return undefined;
  }
  return state.substitutes;
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
  const standsFor = (opener: Opener) =>
    times !== null && times.substituteAt[opener] === height && !isSeedPosted(state, opener)
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
  const opening =
    drafts.opening !== null && drafts.opening.height > tip
      ? { ...drafts.opening, height: tip }
      : drafts.opening;
  return {
    ...state,
    blocksAsked: blocksAsked.filter((height) => height <= tip),
    substitutes: { client: keep('client'), verifier: keep('verifier') },
    drafts: { ...drafts, opening },
  };
}
