import {
  type ChannelEvent,
  type ChannelState,
  type Outpoint,
  outpointKey,
} from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import type { TaskContext } from './context.ts';

/**
 * C, W, V: looks at the stakes of 𝒜 once more before it agrees to them. A stake that was spent since block h_s, or that
 * serves another contract of this node as well, can never bring Tx0 about; here its arbiter is named, and nothing signed.
 */
export async function checkStakes(
  record: ChannelRecord,
  stakes: readonly Outpoint[],
  { ports, channels }: TaskContext,
): Promise<ChannelEvent> {
  const others = channels().filter(({ id }) => id !== record.id);
  for (const stake of stakes) {
    const key = outpointKey(stake);
    const culprit = `offer:${key}` as const;
    if (others.some(({ state }) => drawnStakes(state).includes(key))) {
      const reason = `the stake ${key} serves another contract at the same time`;
      return { kind: 'disagreed', code: 'stake-pledged-twice', culprit, reason };
    }
    if ((await ports.chain.output(stake)) === undefined) {
      const reason = `the stake ${key} was spent after it had been drawn`;
      return { kind: 'disagreed', code: 'stake-spent', culprit, reason };
    }
  }
  return { kind: 'stakes-checked' };
}

/** Stakes that a contract in the making, or one that holds, has drawn. */
function drawnStakes(state: ChannelState): readonly string[] {
  if (state.name === 'closed') return [];
  if (state.name === 'setup' && state.step !== 'arbiter-set' && state.step !== 'signatures') return [];
  return state.agreement.arbiters.map(({ stake }) => outpointKey(stake.coin.outpoint));
}
