import type { Txid } from '@prometheus-compute/protocol';

/** `txid:vout`, the key of an output in maps and sets. */
export type OutpointKey = string;

export function outpointKey(txid: Txid, vout: number): OutpointKey {
  return `${txid}:${vout}`;
}
