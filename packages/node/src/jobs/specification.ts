import type { Parameters, ProgramLimits, ProofScheme } from '@prometheus-compute/protocol';
import type { EngineChoice, Profile } from '@prometheus-compute/sandbox';

/** A job, ready to be contracted batch by batch. Amounts are satoshis, times blocks. */
export interface JobSpecification {
  readonly name: string;
  /** A WASI preview-1 command as a binary WebAssembly module (`wasi-0`), or a model file (`model-1`). */
  readonly program: Uint8Array;
  readonly profile: Profile;
  /** How the Verifier checks a chunk. */
  readonly scheme: ProofScheme;
  readonly arguments?: readonly string[];
  /** x_i of every chunk of every batch. */
  readonly batches: readonly { readonly inputs: readonly Uint8Array[] }[];
  /** m: chunks per batch that the Verifier checks. */
  readonly sampled: number;
  readonly parameters: Parameters;
  /** Arbiters that offer a stake on the development chain; by default enough for all batches at once, and some more. */
  readonly arbiterCount?: number;
  readonly reward: bigint;
  readonly settlementFee: bigint;
  readonly retainer: bigint;
  readonly bond: bigint;
  readonly deliveryBlocks: number;
  readonly confirmationBlocks: number;
  readonly stageBlocks: number;
  readonly arbitrationBlocks: number;
  readonly relayBlocks: number;
  /** Null: what the model needs for the largest chunk. */
  readonly limits: ProgramLimits | null;
  /** What the Client's wallet gets on the development chain; by default what the job needs. */
  readonly clientFunds?: bigint;
}

/** A job with the limits of its program. */
export type LimitedSpecification = JobSpecification & { readonly limits: ProgramLimits };

/** Probability that checking the sample catches a batch with so many bad chunks. */
export interface Detection {
  readonly badChunks: number;
  readonly probability: number;
}

/** What `freivalds` promises for a batch. */
export interface ProjectionPlan {
  /** Of the chunks that are opened. An honest Verifier checks all of them. */
  readonly rows: number;
  /** Rows that the Verifier has to infer itself, or it cannot take its fee. */
  readonly withheld: number;
  /** What a Verifier that infers these only still catches, of so many wrong rows. */
  readonly enforced: readonly { readonly badRows: number; readonly probability: number }[];
}

/** What a job costs and risks, before anything is signed. */
export interface JobPlan {
  readonly parameters: Parameters;
  /** k */
  readonly quorum: number;
  readonly batches: readonly {
    readonly chunks: number;
    readonly sampled: number;
    readonly detection: readonly Detection[];
    /** Null: checked by running chunks again. */
    readonly projection: ProjectionPlan | null;
  }[];
  readonly cost: {
    readonly perBatch: {
      readonly reward: bigint;
      readonly settlementFee: bigint;
      readonly retainers: bigint;
      /** Comes back. */
      readonly bond: bigint;
      readonly tx0FeeEstimate: bigint;
    };
    /** What the Client pays if all goes well, without the bond. */
    readonly total: bigint;
  };
  readonly exits: readonly {
    /** `#1` … `#7` */
    readonly scheme: string;
    readonly transaction: string;
    /** For people, e.g. `TxV0 + 144 blocks`. */
    readonly after: string;
    /** Earliest block, counted from Tx0's confirmation; null when nothing is waited for. */
    readonly blocks: number | null;
    /** Net satoshis: client, worker, verifier, arbiters (all together), fund. The Client's φ + nρ is included. */
    readonly changes: Readonly<Record<string, bigint>>;
  }[];
  /** Who sees which data, in sentences. */
  readonly disclosure: readonly string[];
  readonly locked: readonly {
    readonly party: string;
    readonly amount: bigint;
    /** At the longest, from Tx0. */
    readonly blocks: number;
    readonly note: string;
  }[];
  readonly feeReserve: { readonly amount: bigint; readonly reason: string };
}

/** Where a batch is. */
export type JobStage =
  | 'chain'
  | 'funding'
  | 'terms'
  | 'ceremony'
  | 'signatures'
  | 'commitment'
  | 'computing'
  | 'delivery'
  | 'verification'
  | 'release'
  | 'payment'
  | 'decrypting';

export interface JobProgress {
  readonly kind: 'stage';
  /** Counts from 1; null: concerns the whole job. */
  readonly batch: number | null;
  readonly stage: JobStage;
  /** What happens or is waited for, in a sentence. */
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
  /** Block by which what is waited for is there, or is given up. */
  readonly until?: number;
  /** Tip of the chain. */
  readonly height?: number;
}

/** A transaction in a block. */
export interface SettledTransaction {
  readonly txid: string;
  readonly height: number;
  readonly vsize: number;
  readonly fee: bigint;
}

export type ChunkResult = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

export interface BatchReport {
  /** Counts from 1. */
  readonly batch: number;
  readonly scheme: string;
  /** Name of the settling transaction, `Tx4` when all went well. */
  readonly settlement: string;
  readonly contractHash: string;
  readonly tx0: SettledTransaction;
  readonly tx4: SettledTransaction;
  /** Stakes and bond that came back before the job was done; their fees are their owners'. */
  readonly released: readonly (SettledTransaction & { readonly party: string })[];
  /** Net satoshis by the two transactions on the chain; they sum to zero. */
  readonly changes: Readonly<
    Record<'client' | 'worker' | 'verifier' | 'arbiters' | 'fund' | 'miners', bigint>
  >;
  readonly chunks: number;
  readonly sampled: number;
  readonly detection: readonly Detection[];
  /** Chunks, from 0, whose program failed: a defined result, not an error. */
  readonly failedChunks: readonly number[];
}

/** A draw of arbiters that anybody can replay. */
export interface CeremonyFile {
  readonly batch: number;
  /** Counts from 1: a batch whose setup failed is tried again. */
  readonly attempt: number;
  /** Whether the contract came about. */
  readonly complete: boolean;
  /** For `prometh ceremony verify`. */
  readonly file: Uint8Array;
}

export interface JobReport {
  readonly name: string;
  /** `devchain`, or the name of the network. */
  readonly network: string;
  readonly height: number;
  readonly batches: readonly BatchReport[];
  /** y_i per batch and chunk, decrypted with the secret that the settlement revealed. */
  readonly results: readonly (readonly Uint8Array[])[];
  readonly outcomes: readonly (readonly ChunkResult[])[];
  readonly ceremonies: readonly CeremonyFile[];
  /**
   * Confirmed satoshis that each party owns, before and after the job: in its wallet, in payouts, and in stakes and bonds
   * that come back.
   */
  readonly balances: readonly { readonly party: string; readonly before: bigint; readonly after: bigint }[];
}

export interface RunOptions {
  /** Exists, and is this run's own. */
  readonly dataFolder: string;
  readonly onProgress?: (progress: JobProgress) => void;
  readonly signal?: AbortSignal;
  /** What the Worker runs models on; by default our kernels, as everybody else. */
  readonly workerEngine?: EngineChoice;
}
