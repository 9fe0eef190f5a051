import type { ChannelEvent, Contract, Outpoint } from '@prometheus-compute/protocol';
import { EngineError } from '../errors.ts';
import type { TaskContext } from './context.ts';

/** The stakes that count at the snapshot height, and the hash of its block (Y §Snapshot). */
export async function findOffers(
  contract: Contract | undefined,
  height: number,
  { ports, offers, policy, history }: TaskContext,
): Promise<ChannelEvent> {
  const block = await ports.chain.blockAt(height);
  if (contract === undefined || block === undefined) {
    throw new EngineError('not-finished', `block ${height} is not there yet`);
  }
  const stakes = await offers.stakesAt(contract.parametersTxid, height, policy.minimumOfferAge);
  const avoided: Outpoint[] = [];
  for (const { coin } of stakes) if (await history.hasFailed(coin.outpoint)) avoided.push(coin.outpoint);
  return { kind: 'offers-found', blockHash: block.hash, stakes, avoided };
}

/** The hash of a block of the active chain, which stands for a seed that was not opened in time (D37). */
export async function findBlock(height: number, { ports }: TaskContext): Promise<ChannelEvent> {
  const block = await ports.chain.blockAt(height);
  if (block === undefined) throw new EngineError('not-finished', `block ${height} is not there yet`);
  return { kind: 'block-found', height, hash: block.hash };
}
