import type { Coin, Outpoint } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import { RELAY_FEE_RATE } from '../fee-rates.ts';
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

/** Spends the own inputs of a Tx0 that was given up to oneself, so that it can never come back (T §Setup 5). */
export async function respend(coins: readonly Coin[], { ports }: TaskContext): Promise<void> {
  const unspent: Coin[] = [];
  for (const coin of coins) if ((await ports.chain.output(coin.outpoint)) !== undefined) unspent.push(coin);
  if (unspent.length === 0) return;
  const outcome = await ports.chain.submit(ports.wallet.sweep(unspent, RELAY_FEE_RATE));
  if (outcome.kind === 'rejected') {
    throw new EngineError(
      'chain-refused',
      `the coins of an abandoned setup could not be respent: ${outcome.reason}`,
      {
        rule: 'T §Setup 5',
        remedy: 'Spend them yourself with a higher fee.',
      },
    );
  }
}
