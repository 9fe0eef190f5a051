import { equalBytes, type Outpoint, outpointKey } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import { pledgeKey } from '../pledge.ts';
import { committedCoins } from '../reservations.ts';
import type { TaskContext } from './context.ts';

/**
 * A setup came to nothing before anything was signed with them: the own coins, or the stake, may serve another contract.
 * Those that do already stay with it: a task whose end could not be written down runs again.
 */
export async function release(
  record: ChannelRecord,
  coins: readonly Outpoint[],
  { ports, channels }: TaskContext,
): Promise<void> {
  const { role, state, id } = record;
  if (role !== 'arbiter') {
    const others = channels().filter((other) => other.id !== id);
    const held = new Set(others.flatMap((other) => committedCoins(other.state)).map(outpointKey));
    ports.wallet.release(coins.filter((coin) => !held.has(outpointKey(coin))));
    return;
  }
  const contract = state.name === 'closed' && state.how === 'abandoned' ? state.channel : undefined;
  for (const outpoint of coins) {
    const pledged = await ports.store.record(pledgeKey(outpoint));
    if (pledged === undefined || contract === undefined || !equalBytes(pledged, contract)) continue;
    await ports.store.deleteRecord(pledgeKey(outpoint));
  }
}
