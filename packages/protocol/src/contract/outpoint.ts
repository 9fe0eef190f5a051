import type { Txid } from '../primitives/brands.ts';

/** An output of some transaction. */
export interface Outpoint {
  readonly txid: Txid;
  readonly vout: number;
}

/** `txid:vout`, as people write it; unique per outpoint. */
export function outpointKey(outpoint: Outpoint): string {
  return `${outpoint.txid}:${outpoint.vout}`;
}
