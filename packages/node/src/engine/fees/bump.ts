import { childFee, childVsize, feeFor, MAX_CHILD_VSIZE } from '@prometheus-compute/bitcoin';
import { type Coin, DUST, type GraphTransaction, type Txid } from '@prometheus-compute/protocol';
import type { Chain, WaitingTransaction } from '../../ports/chain.ts';
import type { ParentOutput } from '../../ports/wallet.ts';
import type { FeePolicy } from '../tasks/context.ts';
import { larger, smaller } from './amounts.ts';
import type { Reserve } from './reserves.ts';

/**
 * What a replacement pays above what it replaces, in satoshis per 1000 vB of its own: 1 sat/vB, which nodes before
 * Core 30 ask for; later ones ask for a tenth (BIP125, rule 4).
 */
export const INCREMENTAL_FEE_RATE = 1_000n;

/** A transaction that waits for a block, and what can pay for it. */
export interface Bump {
  readonly parent: Pick<GraphTransaction, 'txid' | 'vsize' | 'fee' | 'inputs'>;
  readonly output: ParentOutput;
  /** What the channel has for fees. Undefined: nothing but the output itself. */
  readonly reserve: Reserve | undefined;
  readonly policy: FeePolicy;
  /** Own script of what is left over. */
  readonly to: Uint8Array;
}

/** A child that is worth making. */
export interface PlannedChild {
  readonly coins: readonly Coin[];
  readonly fee: bigint;
  /** Satoshis per 1000 vB of parent and child together. */
  readonly rate: bigint;
}

export type BumpPlan =
  | { readonly kind: 'child'; readonly child: PlannedChild }
  /** What waits pays this rate already, whoever's child it is. */
  | { readonly kind: 'enough' }
  /** What this party may spend does not do. */
  | { readonly kind: 'short'; readonly reason: string };

/** Whether an anchor gives nothing itself: then the reserve's coin has to pay. */
const needsCoin = ({ amount }: ParentOutput): boolean => amount === 0n;

/** Coins that a child with this fee spends: the output alone where it is enough, else the reserve besides. */
function coinsFor({ output, reserve }: Bump, fee: bigint): readonly Coin[] {
  if (!needsCoin(output) && output.amount - fee >= DUST) return [];
  return reserve === undefined ? [] : [reserve.coin];
}

/**
 * The most that a child may pay: what it can spend, what is left of the contract's reserve, and `maxFeeRate` for the
 * parent with a child of 1000 vB, which somebody else's may have.
 */
function limitOf({ parent, output, reserve, policy }: Bump): bigint {
  const funds = output.amount + (reserve?.coin.amount ?? 0n) - DUST;
  const left = policy.feeReserve - (reserve?.spent ?? 0n);
  const highest = feeFor(parent.vsize + MAX_CHILD_VSIZE, policy.maxFeeRate) - parent.fee;
  return smaller(funds, smaller(left, highest));
}

const rateOf = ({ parent }: Bump, vsize: number, fee: bigint): bigint =>
  ((parent.fee + fee) * 1_000n) / BigInt(parent.vsize + vsize);

/** Satoshis per 1000 vB that parent and child can pay at most, nobody else's child being in the way. */
export function affordableRate(bump: Bump): bigint {
  const limit = limitOf(bump);
  const vsize = childVsize(bump.output, coinsFor(bump, limit).length, bump.to);
  const rate = limit <= 0n ? rateOf(bump, 0, 0n) : rateOf(bump, vsize, limit);
  return smaller(rate, bump.policy.maxFeeRate);
}

/** Satoshis per 1000 vB at which a miner sees a waiting transaction: a child that pays less than it drags nothing down. */
export function waitingRate({ fee, vsize, packageFee, packageVsize }: WaitingTransaction): bigint {
  const alone = (fee * 1_000n) / BigInt(vsize);
  const together = (packageFee * 1_000n) / BigInt(packageVsize);
  return larger(alone, together);
}

/**
 * What a child has to pay so that it and its parent replace others (BIP125 as Core has it for packages): more in all, a
 * higher rate than each of them, and than the parent has alone.
 */
function dearer({ parent }: Bump, vsize: number, conflicts: readonly WaitingTransaction[]): bigint {
  const both = parent.vsize + vsize;
  const replaced = conflicts.reduce((sum, { packageFee }) => sum + packageFee, 0n);
  const total = replaced + feeFor(both, INCREMENTAL_FEE_RATE);
  const alone = (parent.fee * 1_000n) / BigInt(parent.vsize);
  const highest = conflicts.map(waitingRate).reduce(larger, alone);
  // One satoshi per 1000 vB more, since rates are rounded down.
  return larger(total, feeFor(both, highest + 1n) + 1n) - parent.fee;
}

/**
 * What a child pays so that nodes before Core 31 let it take another's place too: a higher rate than that one has, which may
 * be smaller (BIP125, rule 6).
 */
function dearerThanChild(waiting: WaitingTransaction, vsize: number): bigint {
  const others = waiting.packageVsize - waiting.vsize;
  if (others === 0) return 0n;
  const rate = ((waiting.packageFee - waiting.fee) * 1_000n) / BigInt(others);
  return feeFor(vsize, rate + 1n) + 1n;
}

/**
 * What a child has to pay for `wanted` satoshis per 1000 vB of parent and child together, and to replace what is in its way:
 * an earlier child, its own or a sibling's (BIP431), or another transaction on the same inputs (BIP125).
 *
 * @param waiting - the parent in the mempool, with its child
 * @param conflicts - what else spends the parent's inputs there
 */
export function planChild(
  bump: Bump,
  wanted: bigint,
  waiting: WaitingTransaction | undefined,
  conflicts: readonly WaitingTransaction[],
): BumpPlan {
  const { parent } = bump;
  const limit = limitOf(bump);
  const inTheWay = (vsize: number): bigint => {
    const children = waiting === undefined ? 0n : waiting.packageFee - waiting.fee;
    if (children > 0n) return children + feeFor(vsize, INCREMENTAL_FEE_RATE);
    if (conflicts.length === 0) return 0n;
    return dearer(bump, vsize, conflicts);
  };
  if (waiting !== undefined && waitingRate(waiting) >= wanted) return { kind: 'enough' };

  let coins: readonly Coin[] = needsCoin(bump.output) ? coinsFor(bump, limit) : [];
  for (;;) {
    const vsize = childVsize(bump.output, coins.length, bump.to);
    const floor = inTheWay(vsize);
    const owed = childFee(parent, vsize, wanted);
    const above = waiting === undefined ? 0n : dearerThanChild(waiting, vsize);
    const fee = smaller(larger(larger(owed, above), floor), limit);
    const more = coinsFor(bump, fee);
    if (more.length > coins.length) {
      coins = more;
      continue;
    }
    const least = floor > 0n ? floor : feeFor(vsize, bump.policy.feeRate);
    if (fee < least) {
      const reason = `a child would have to pay ${least} sat, and no more than ${larger(limit, 0n)} sat are left for it`;
      return { kind: 'short', reason };
    }
    return { kind: 'child', child: { coins, fee, rate: rateOf(bump, vsize, fee) } };
  }
}

/** What waits in the mempool on the inputs of a transaction, the transaction itself left out. */
export async function conflictsOf(
  { txid, inputs }: Pick<GraphTransaction, 'txid' | 'inputs'>,
  chain: Pick<Chain, 'spender' | 'waiting'>,
): Promise<readonly WaitingTransaction[]> {
  const others = new Set<Txid>();
  for (const { outpoint } of inputs) {
    const spender = await chain.spender(outpoint);
    if (spender !== undefined && spender !== txid) others.add(spender);
  }
  const found: WaitingTransaction[] = [];
  for (const other of others) {
    const waiting = await chain.waiting(other);
    if (waiting !== undefined) found.push(waiting);
  }
  return found;
}
