import { type Graph, type TransactionId, transactionOf } from '@prometheus-compute/protocol';
import type { ParentOutput } from '../../ports/wallet.ts';
import type { ChannelRecord } from '../channel-record.ts';
import type { EnginePorts } from '../engine-ports.ts';

/**
 * The output of a transaction of the graph through which this party can pay for it: the anchor where there is one, else
 * an own plain payout, for C on Tx0 its change. Undefined when it has none: then nothing can be done but to wait.
 */
export function childOutput(
  record: ChannelRecord,
  graph: Graph,
  id: TransactionId,
  { signer, wallet }: Pick<EnginePorts, 'signer' | 'wallet'>,
): ParentOutput | undefined {
  const { state, keys } = record;
  const { txid, outputs, zeroFee } = transactionOf(graph, id);
  const self = 'self' in state ? state.self : undefined;
  const vout = outputs.findIndex(({ payee, leaves }) =>
    zeroFee ? payee === 'anchor' : payee === self && leaves.length === 0,
  );
  const output = outputs[vout];
  if (output === undefined) return undefined;
  const { amount, script } = output;
  const coin = { outpoint: { txid, vout }, amount, script };
  if (zeroFee) return { ...coin, sign: null };
  return id === 'Tx0'
    ? { ...coin, sign: (hash) => wallet.signKeyPath(script, hash) }
    : { ...coin, sign: (hash) => signer.signPayout(keys, hash) };
}
