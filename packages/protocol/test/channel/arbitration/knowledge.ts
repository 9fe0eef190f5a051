import type { ArbitrationState, Beginning } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import type { CourtPlay, Knows } from './court.ts';
import { BLANK } from './setting.ts';

/** A claim about a chunk that is of the right form; what it shows, `chunkIsWrong` says. */
export const chunkClaim = (
  fault: 'output' | 'path' | 'dleq' | 'ciphertext' | 'lock' | 'malformed',
  index: number,
) =>
  ({
    fault,
    root: fixtureHash('R'),
    index,
    opening: new Uint8Array([1]),
    input: { bytes: new Uint8Array([2]), path: [] },
    programHash: fixtureHash('program'),
  }) as const;

const ROOT = fixtureHash('R');

/** W's delivery and opening as W has posted them in time, and everybody has accepted them. */
export function documents(
  play: CourtPlay,
): Pick<ArbitrationState, 'delivery' | 'opening' | 'posts'> & { readonly begun: readonly Beginning[] } {
  const seeds = { client: fixtureHash('s_C'), verifier: fixtureHash('s_V') };
  const delivery = { root: ROOT, hash: fixtureHash('delivery'), signature: BLANK };
  const opening = {
    hash: fixtureHash('opening'),
    sealed: fixtureHash('sealed opening'),
    signature: BLANK,
    root: ROOT,
  };
  const acceptedAt = play.h0 + 1;
  const entry = {
    author: 'worker',
    signature: BLANK,
    receipts: [],
    sources: [],
    ready: true,
    acceptedAt,
    timely: true,
  } as const;
  return {
    delivery: { ...delivery, rebuilt: true, acceptedAt },
    opening: { ...opening, seeds, acceptedAt },
    begun: ['delivery-post', 'opening-post'],
    posts: [
      {
        ...entry,
        kind: 'delivery',
        sealed: delivery.hash,
        deadline: play.h0 + play.times.delivery,
        detail: { of: 'delivery', root: ROOT },
      },
      {
        ...entry,
        kind: 'opening',
        sealed: opening.sealed,
        deadline: play.h0 + play.times.verdict,
        detail: { of: 'opening', root: ROOT, openingHash: opening.hash, seeds },
      },
    ],
  };
}

/** V on TxA, C on TxAc holds against W that nothing was delivered, and every arbiter sees the same: d = 1. */
export const UNDELIVERED: Knows = (party, { accuser }) =>
  party === accuser ? { accusation: { fault: 'undelivered' } } : {};

/** Everything was delivered; V on TxA, C on TxAc says that a chunk is wrong. Whether it is, `chunkIsWrong` says. */
export const CHUNK_CLAIM: Knows = (party, play) => ({
  ...documents(play),
  ...(party === play.accuser ? { accusation: { fault: 'output', chunk: 3 } } : {}),
});
