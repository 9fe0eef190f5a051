import type { ChannelEvent, ChannelFault, CodedError, Duty, Task } from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { Collection } from './collect.ts';

/** What a node tells whoever watches it. Nothing in it is secret. */
export type EngineNotice =
  | { readonly kind: 'moved'; readonly record: ChannelRecord; readonly event: ChannelEvent['kind'] | 'begun' }
  | { readonly kind: 'fault'; readonly record: ChannelRecord; readonly fault: ChannelFault }
  | {
      readonly kind: 'task-failed';
      readonly record: ChannelRecord;
      readonly task: Task['kind'];
      readonly error: Error;
    }
  /** A message or a task of the outbox could not be handed on or finished: it is done again later. */
  | { readonly kind: 'outbox-failed'; readonly record: ChannelRecord; readonly error: Error }
  /** A transaction could not be made or handed to the chain: it is tried again at the next move or block. */
  | { readonly kind: 'publish-failed'; readonly record: ChannelRecord; readonly error: Error }
  /** The chain could not be followed to its tip: it is tried again at the next block. */
  | { readonly kind: 'follow-failed'; readonly error: Error }
  /** What had to be in a block by `duty.confirmBy` is not: what may be spent for it was not enough. */
  | { readonly kind: 'not-confirmed-in-time'; readonly record: ChannelRecord; readonly duty: Duty }
  /**
   * A reorganisation took back more than six blocks, down to `height`. Nothing is published any more until the operator has
   * looked and says so.
   */
  | { readonly kind: 'reorganisation-too-deep'; readonly depth: number; readonly height: number }
  /** A transaction outside the graph is on its way that brings this party an output of the contract. */
  | { readonly kind: 'collecting'; readonly record: ChannelRecord; readonly collection: Collection }
  | { readonly kind: 'receive-failed'; readonly from: PeerId; readonly error: Error }
  /** Terms or a request for an acceptance were refused. The cause of `error`, where it has one, is for the operator alone. */
  | {
      readonly kind: 'refused-request';
      readonly from: PeerId;
      readonly request: 'terms' | 'acceptanceRequest';
      readonly error: CodedError<string>;
    }
  /** `opened`: it was whole and signed, and refused for what it says; false: only who sent it can be the cause. */
  | {
      readonly kind: 'refused-envelope';
      readonly from: PeerId;
      readonly reason: string;
      readonly opened: boolean;
    };

/** Who wants to know. */
export type Notify = (notice: EngineNotice) => void;
