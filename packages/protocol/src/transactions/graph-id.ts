import type { Hash32 } from '../primitives/brands.ts';
import { txidToInternal } from '../primitives/brands.ts';
import { fixed, taggedHash, u8, u32, u64 } from '../primitives/tagged-hash.ts';
import type { Arbiter } from './terms.ts';

/** H("graph", contract hash, n, then per arbiter A_i ‖ txid ‖ vout ‖ a_i): names a contract with its arbiters. */
export function graphId(
  contractHash: Hash32,
  arbiters: readonly {
    readonly key: Arbiter['key'];
    readonly stake: { readonly coin: Pick<Arbiter['stake']['coin'], 'outpoint' | 'amount'> };
  }[],
): Hash32 {
  return taggedHash(
    'graph',
    fixed(contractHash),
    u8(arbiters.length),
    ...arbiters.flatMap(({ key, stake: { coin } }) => [
      fixed(key),
      fixed(txidToInternal(coin.outpoint.txid)),
      u32(coin.outpoint.vout),
      u64(coin.amount),
    ]),
  );
}
