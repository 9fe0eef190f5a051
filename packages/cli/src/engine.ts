import type { Parameters } from '@prometheus-compute/protocol';

// The engine's interface, as packages/node gives it.

export interface ProgramLimits {
  readonly memoryPages: number;
  readonly outputBytes: number;
  readonly milliseconds: number;
}

export interface JobSpecification {
  readonly name: string;
  readonly program: Uint8Array;
  readonly arguments?: readonly string[];
  readonly batches: readonly { readonly inputs: readonly Uint8Array[] }[];
  readonly sampled: number;
  readonly parameters: Parameters;
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
  readonly limits: ProgramLimits;
  readonly clientFunds?: bigint;
}

export interface Detection {
  readonly badChunks: number;
  readonly probability: number;
}

export interface JobPlan {
  readonly parameters: Parameters;
  readonly quorum: number;
  readonly batches: readonly {
    readonly chunks: number;
    readonly sampled: number;
    readonly detection: readonly Detection[];
  }[];
  readonly cost: {
    readonly perBatch: {
      readonly reward: bigint;
      readonly settlementFee: bigint;
      readonly retainers: bigint;
      readonly bond: bigint;
      readonly tx0FeeEstimate: bigint;
    };
    readonly total: bigint;
  };
  readonly exits: readonly {
    readonly scheme: string;
    readonly transaction: string;
    readonly after: string;
    /** Earliest, in blocks after Tx0; null when no block has to be waited for. */
    readonly blocks: number | null;
    readonly changes: Readonly<Record<string, bigint>>;
  }[];
  readonly disclosure: readonly string[];
  readonly locked: readonly {
    readonly party: string;
    readonly amount: bigint;
    readonly blocks: number;
    readonly note: string;
  }[];
  readonly feeReserve: { readonly amount: bigint; readonly reason: string };
}

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
  readonly batch: number | null;
  readonly stage: JobStage;
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
}

export interface SettledTransaction {
  readonly txid: string;
  readonly height: number;
  readonly vsize: number;
  readonly fee: bigint;
}

export type ChunkResult = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

export interface BatchReport {
  readonly batch: number;
  readonly scheme: string;
  readonly contractHash: string;
  readonly tx0: SettledTransaction;
  readonly tx4: SettledTransaction;
  readonly changes: Readonly<
    Record<'client' | 'worker' | 'verifier' | 'arbiters' | 'fund' | 'miners', bigint>
  >;
  readonly chunks: number;
  readonly sampled: number;
  readonly detection: readonly Detection[];
  readonly failedChunks: readonly number[];
}

export interface JobReport {
  readonly name: string;
  readonly network: 'devchain';
  readonly height: number;
  readonly batches: readonly BatchReport[];
  readonly results: readonly (readonly Uint8Array[])[];
  readonly outcomes: readonly (readonly ChunkResult[])[];
  readonly balances: readonly { readonly party: string; readonly before: bigint; readonly after: bigint }[];
}

export interface RunOptions {
  readonly dataFolder: string;
  readonly onProgress?: (progress: JobProgress) => void;
  readonly signal?: AbortSignal;
}

/** What a command uses of the engine. */
export interface Engine {
  planJob(specification: JobSpecification): JobPlan | Promise<JobPlan>;
  runJob(specification: JobSpecification, options: RunOptions): Promise<JobReport>;
}

/** Loads the engine: lazily, so that `--help` and a wrong job file do not wait for it. */
export async function loadEngine(): Promise<Engine> {
  return await import('@prometheus-compute/node');
}
