import { estimateVsize, feeFor } from '@prometheus-compute/bitcoin';
import {
  arbiterIndex,
  type ChannelState,
  type Coin,
  DUST,
  graphOf,
  type Role,
  type SignaturesStep,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { WaitingTransaction } from '../ports/chain.ts';
import type { EnginePorts } from './engine-ports.ts';
import { larger, smaller } from './fees/amounts.ts';
import { INCREMENTAL_FEE_RATE, waitingRate } from './fees/bump.ts';
import { scheduledRate } from './fees/schedule.ts';
import type { FeePolicy } from './tasks/context.ts';

/** What came of respending at one tip. `spent`: every coin is spent in a block, or for an arbiter another input of Tx0. */
export type Respend =
  | { readonly kind: 'spent' | 'waits' }
  | { readonly kind: 'handed'; readonly fee: bigint }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Blocks for which an arbiter leaves it to C, W and V to make Tx0 impossible. One input is enough for that, and the arbiter
 * keeps its offer, whose age would begin again.
 */
const ARBITER_PATIENCE = 6;

/** The setup of a channel that was given up after own signatures of Tx0 had left. */
export function abandonedStep(state: ChannelState): SignaturesStep | undefined {
  return state.name === 'closed' && state.how === 'abandoned' ? (state.before ?? undefined) : undefined;
}

function ownCoins({ self, agreement }: SignaturesStep): readonly Coin[] {
  const index = arbiterIndex(self);
  return index === undefined
    ? agreement.contract[self as Role].funding
    : [agreement.arbiters[index - 1]!.stake.coin];
}

/** Whether a block has spent any input of a Tx0 that is in none. */
async function isImpossible({ agreement }: SignaturesStep, chain: EnginePorts['chain']): Promise<boolean> {
  for (const { outpoint } of transactionOf(graphOf(agreement), 'Tx0').inputs) {
    if ((await chain.output(outpoint)) === undefined) return true;
  }
  return false;
}

/**
 * Spends the own inputs of a Tx0 that was given up to oneself, so that it can never come back (T §Setup 5), with a fee that
 * rises at every block until they are spent, and that is enough to replace a Tx0 which waits in the mempool, and never to be
 * replaced by it.
 *
 * @param order.first - tip at which it was handed to the chain first
 * @param order.to - own script
 */
export async function respend(
  order: {
    readonly step: SignaturesStep;
    readonly tip: number;
    readonly first: number;
    readonly to: Uint8Array;
  },
  { chain, wallet }: EnginePorts,
  policy: FeePolicy,
): Promise<Respend> {
  const { step, tip, first, to } = order;
  const coins: Coin[] = [];
  for (const coin of ownCoins(step)) if ((await chain.output(coin.outpoint)) !== undefined) coins.push(coin);
  if (coins.length === 0) return { kind: 'spent' };
  if (arbiterIndex(step.self) !== undefined) {
    if (await isImpossible(step, chain)) return { kind: 'spent' };
    if (tip < step.deadline + ARBITER_PATIENCE) return { kind: 'waits' };
  }

  const window = step.agreement.contract.confirmationBlocks;
  const { txid: commitment, fee: itsFee, vsize: itsVsize } = transactionOf(graphOf(step.agreement), 'Tx0');
  // What pays more for each byte is not replaced by Tx0, also when a reorganisation brings both back to the mempool.
  const above = (itsFee * 1_000n) / BigInt(itsVsize) + INCREMENTAL_FEE_RATE;
  const wanted = larger(scheduledRate({ first, tip, confirmBy: null, window }, policy), above);
  const inTheWay = new Map<string, WaitingTransaction>();
  for (const { outpoint } of coins) {
    const spender = await chain.spender(outpoint);
    const waiting = spender === undefined ? undefined : await chain.waiting(spender);
    if (spender !== undefined && waiting !== undefined) inTheWay.set(spender, waiting);
  }
  // Whatever spends these coins and is not Tx0 was made here.
  const own = [...inTheWay].filter(([txid]) => txid !== commitment).map(([, waiting]) => waiting);
  if (inTheWay.size === 1 && own[0] !== undefined && waitingRate(own[0]) >= wanted) return { kind: 'waits' };

  const vsize = estimateVsize(coins.length, [to]);
  const replaced = [...inTheWay.values()].reduce((sum, { packageFee }) => sum + packageFee, 0n);
  const floor = inTheWay.size === 0 ? 0n : replaced + feeFor(vsize, INCREMENTAL_FEE_RATE);
  const owed = feeFor(vsize, wanted);
  const total = coins.reduce((sum, { amount }) => sum + amount, 0n);
  const limit = smaller(total - DUST, policy.feeReserve);
  const fee = smaller(larger(owed, floor), limit);
  if (fee < floor) {
    return { kind: 'refused', reason: `it would have to pay ${floor} sat, and may pay ${limit} sat` };
  }
  // Rounded up, so that the fee is reached.
  const rate = (fee * 1_000n + BigInt(vsize) - 1n) / BigInt(vsize);
  const outcome = await chain.submit(wallet.sweep(coins, rate, to));
  return outcome.kind === 'rejected'
    ? { kind: 'refused', reason: outcome.reason }
    : { kind: 'handed', fee: feeFor(vsize, rate) };
}
