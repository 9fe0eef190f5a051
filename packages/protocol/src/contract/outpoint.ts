import { type Txid, txidFromDisplay } from '../primitives/brands.ts';

/** An output of some transaction. */
export interface Outpoint {
  readonly txid: Txid;
  readonly vout: number;
}

/** `txid:vout`, as people write it; unique per outpoint. */
export function outpointKey(outpoint: Outpoint): string {
  return `${outpoint.txid}:${outpoint.vout}`;
}

/** The outpoint of an {@link outpointKey}. @throws EncodingError `hex-malformed`, `length-wrong` */
export function outpointOf(key: string): Outpoint {
  const [txid = '', vout = ''] = key.split(':');
  return { txid: txidFromDisplay(txid), vout: Number(vout) };
}
