import {
  type ChannelEvent,
  graphOf,
  isSettledForGood,
  releasesOf,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import type { TaskContext } from './context.ts';

/**
 * C, W: signs stakes and bond free. The chain is asked once more: a restarted node takes up its tasks before it has seen
 * what became of the settlement, and with these signatures an appeal would find no stakes.
 *
 * @returns null when a reorganisation has opened the channel again
 * @throws EngineError `not-finished` while the settlement is not six blocks deep
 */
export async function signReleases(
  { state, keys }: ChannelRecord,
  { ports }: TaskContext,
): Promise<ChannelEvent | null> {
  if (state.name !== 'closed' || state.how !== 'settled') return null;
  const graph = graphOf(state.before.agreement);
  const { txid } = transactionOf(graph, state.transaction);
  const found = await ports.chain.transaction(txid);
  const { height: tip } = await ports.chain.tip();
  if (found?.height === undefined || !isSettledForGood({ tip, height: found.height })) {
    throw new EngineError('not-finished', `${state.transaction} is not six blocks deep`);
  }
  const signatures = releasesOf(graph, state.transaction).map(({ output, transaction }) => ({
    output,
    signature: ports.signer.signTransaction(keys, transaction.sighashes[0]!),
  }));
  return { kind: 'releases-signed', signatures };
}
