import {
  type Coin,
  type Hash32,
  type Parameters,
  type PartyTerms,
  type Step,
  type Txid,
  toHex,
} from '@prometheus-compute/protocol';
import { namesOf } from '../engine/addressing.ts';
import type { ChannelRecord } from '../engine/channel-record.ts';
import type { EnginePorts } from '../engine/engine-ports.ts';
import { EngineError } from '../engine/errors.ts';
import { HISTORY_BLOCKS, type History, MAX_ABORTS } from '../engine/history.ts';
import type { NodePolicy } from '../engine/tasks/context.ts';
import type { KeyReference } from '../ports/signer.ts';
import type { PeerId } from '../ports/transport.ts';

/** What a role needs of the node that plays it. */
export interface RoleHost {
  readonly ports: EnginePorts;
  readonly policy: NodePolicy;
  readonly history: History;
  /** P of a T_P on the chain. @throws EngineError `parameters-unknown` */
  parameters(txid: Txid): Promise<Parameters>;
  /**
   * Keys of a channel, and coins for `amount` satoshis set aside with their change, and besides the channel's reserve for
   * fees. Change below the dust limit becomes fee.
   *
   * @param feeLoad - the most that this party may have to pay for the channel's transactions ({@link worstCaseFee})
   * @throws WalletError, EngineError `fee-reserve`
   */
  fund(
    keys: KeyReference,
    amount: bigint,
    feeLoad: bigint,
  ): { readonly terms: PartyTerms; readonly reserve: Coin };
  /** Every channel that this node has or had. */
  readonly channels: readonly ChannelRecord[];
  /** Whether a channel of this id exists: its keys must not be used for another one. */
  knows(id: string): boolean;
  /** Opens a channel with its first step. */
  open(record: Omit<ChannelRecord, 'state'>, step: Step): Promise<void>;
}

/** Refuses with these words unless it holds. */
export function refuseUnless(holds: boolean, reason: string): void {
  if (!holds) throw new EngineError('channel-failed', reason);
}

/**
 * A node has one place in a contract: what is meant for a second one would be taken for the first. A place that it had
 * and left counts too, since that channel's record stays.
 *
 * @param channel - the session, or the hash of the contract
 * @throws EngineError `channel-failed`
 */
export function refuseSecondPlace(host: RoleHost, channel: Hash32): void {
  const name = toHex(channel);
  const taken = host.channels.some((record) => namesOf(record).includes(name));
  refuseUnless(!taken, 'this node has, or had, a place in this contract already');
}

/**
 * Y §Oracle: who sees the ranking and gives up takes another draw. A peer that did so too often is left alone for a while.
 *
 * @throws EngineError `channel-failed`
 */
export async function refuseAborter(host: RoleHost, peer: PeerId): Promise<void> {
  const aborts = await host.history.abortsOf(peer);
  refuseUnless(
    aborts <= MAX_ABORTS,
    `${peer} has given up ${aborts} setups after the draw within ${HISTORY_BLOCKS} blocks`,
  );
}
