import type { Outpoint } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import { pledgeKey } from '../pledge.ts';
import type { TaskContext } from './context.ts';

/** A setup came to nothing before anything was signed with them: the own coins, or the stake, may serve another contract. */
export async function release(
  record: ChannelRecord,
  coins: readonly Outpoint[],
  { ports }: TaskContext,
): Promise<void> {
  if (record.role === 'arbiter') {
    for (const outpoint of coins) await ports.store.deleteRecord(pledgeKey(outpoint));
  } else {
    ports.wallet.release(coins);
  }
}
