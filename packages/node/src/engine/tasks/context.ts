import type { Recipient } from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import type { Entropy } from '../../ports/entropy.ts';
import type { Executor } from '../../ports/executor.ts';
import type { PeerId } from '../../ports/transport.ts';
import type { ChannelRecord } from '../channel-record.ts';
import type { EnginePorts } from '../engine-ports.ts';
import type { History } from '../history.ts';
import type { OfferIndex } from '../offer-index.ts';
import type { PayloadExchange } from '../payload.ts';

/** How far a task with many parts has come. */
export interface TaskProgress {
  readonly record: ChannelRecord;
  readonly task: 'agree' | 'compute' | 'check-delivery' | 'check-opening' | 'judge';
  readonly done: number;
  readonly total: number;
}

/** What tasks work with. */
export interface TaskContext {
  readonly ports: EnginePorts;
  readonly offers: OfferIndex;
  readonly payload: PayloadExchange;
  /** Where these parties are reached; those of whom nothing is known are left out. */
  readonly peersOf: (record: ChannelRecord, parties: readonly Recipient[]) => readonly PeerId[];
  /** What this node remembers of arbiters and peers that failed it. */
  readonly history: History;
  /** Every channel that this node has or had. */
  readonly channels: () => readonly ChannelRecord[];
  readonly executor: Executor<ChunkOutcome>;
  readonly entropy: Entropy;
  readonly policy: NodePolicy;
  readonly onProgress: (progress: TaskProgress) => void;
}

/** What an operator decides about fees (D16). Rates are satoshis per 1000 vB. */
export interface FeePolicy {
  /** Where the fee of what must be published begins. */
  readonly feeRate: bigint;
  /** The highest rate at which a transaction must still be brought into a block. */
  readonly maxFeeRate: bigint;
  /**
   * C, W, V: satoshis of the confirmed coin that each contract sets aside for the fees of its transactions, until the
   * contract is final. No contract costs more than this in fees of children.
   */
  readonly feeReserve: bigint;
}

/** What an operator decides for a node. */
export interface NodePolicy extends FeePolicy {
  /** Whose coins are at stake: profiles that are not fit for hostile programs run on development chains only. */
  readonly network: 'development' | 'public';
  /** Blocks that checking an opening may take (C8). */
  readonly verifyBlocks: number;
  /** Blocks that a Client's audit may take (C9). */
  readonly auditBlocks: number;
  /** Minimum age of arbitration offers in blocks: 144, or 6 on a development chain (M §Defaults). */
  readonly minimumOfferAge: number;
  /** C: probability of checking an opening itself before it pays (M §Release). */
  readonly auditRate: number;
  /** W, V: the least reward in satoshis for which they take part. */
  readonly minimumReward: bigint;
  /** W, V: what a Client's terms may ask for at most, before anything is agreed. */
  readonly limits: TermsLimits;
}

/** Bounds of what a stranger's terms make a node keep, fetch and run. */
export interface TermsLimits {
  /** Bytes of the program and of all inputs of a batch together: they are fetched, stored, and in memory at once. */
  readonly payloadBytes: number;
  /** Bytes of a batch's row records under `model-1`: W stores them, and once more what it opens of them; V fetches them. */
  readonly recordsBytes: number;
  /** Pages of 64 KiB that a chunk may use; as many chunks run at a time as the machine has cores. */
  readonly memoryPages: number;
  /** Wall clock of one chunk. */
  readonly milliseconds: number;
  /** Setups that one peer may have open: each holds coins of this node until it is signed or times out. */
  readonly setupsPerPeer: number;
  /** A: stakes that are pledged at one peer's request: a request costs nothing. */
  readonly pledgesPerPeer: number;
}
