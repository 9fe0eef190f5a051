import type { ChannelEvent, MessageOf, Outpoint, SeenStake, Step, Task } from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import type { ChannelRecord } from './channel-record.ts';

/**
 * What a role makes of a message that belongs to no channel yet. `open`: a channel begins with this step. `answered`:
 * it was refused, and the sender told. `not-mine`: this node has no such role, or cannot tell yet.
 */
export type Greeting =
  | { readonly kind: 'open'; readonly record: Omit<ChannelRecord, 'state'>; readonly step: Step }
  | { readonly kind: 'answered' }
  | { readonly kind: 'not-mine' };

/** How a node answers what belongs to no channel yet. */
export interface Greeter {
  greet(message: MessageOf<'terms'> | MessageOf<'acceptanceRequest'>, from: PeerId): Promise<Greeting>;
}

/** Serves and receives content by hash; it is no business of the channel's state. */
export interface PayloadService {
  onFetch(record: ChannelRecord, message: MessageOf<'fetch'>, from: PeerId): Promise<void>;
  onBlob(message: MessageOf<'blob'>, from: PeerId): Promise<void>;
}

/** Runs a task to the event that it ends in; null when it ends without one. Rejects to be run again later. */
export type TaskRunner = (record: ChannelRecord, task: Task) => Promise<ChannelEvent | null>;

/** Where a node stands on the chain. */
export interface Standing {
  /** Whether every channel has seen the chain up to its tip. */
  isCurrent(): Promise<boolean>;
  /** Catches up with the tip. */
  follow(): Promise<void>;
}

/** What a node adds to its engine. */
export interface Extensions {
  readonly watcher: Standing;
  readonly greeter: Greeter;
  readonly payload: PayloadService;
  readonly runTask: TaskRunner;
  /** A stake that was ever offered on the chain. */
  readonly stakeAt: (outpoint: Outpoint) => Promise<SeenStake | undefined>;
}
