import type { Outpoint } from '../contract/outpoint.ts';
import { type Hash32, txidToInternal } from '../primitives/brands.ts';
import { fromBigEndian } from '../primitives/bytes.ts';
import { fixed, taggedHash, u32 } from '../primitives/tagged-hash.ts';

/**
 * H("oracle", block hash at h_s, s′_C, s′_V, s′_W): nobody knows it before block h_s and the last seed (D21).
 *
 * @param blockHash - internal byte order
 */
export function oracleSeed(blockHash: Hash32, client: Hash32, verifier: Hash32, worker: Hash32): Hash32 {
  return taggedHash('oracle', fixed(blockHash), fixed(client), fixed(verifier), fixed(worker));
}

/** H("rank", seed, outpoint) as a big-endian number: the smallest is drawn first. */
export function rank(seed: Hash32, outpoint: Outpoint): bigint {
  return fromBigEndian(
    taggedHash('rank', fixed(seed), fixed(txidToInternal(outpoint.txid)), u32(outpoint.vout)),
  );
}

/** `items` by the rank of their outpoints, ascending. */
export function rankOffers<T extends { readonly outpoint: Outpoint }>(
  seed: Hash32,
  items: readonly T[],
): readonly T[] {
  return items
    .map((item) => ({ item, place: rank(seed, item.outpoint) }))
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0))
    .map(({ item }) => item);
}
