import type { Hash32, Point, Satoshi, Txid, XOnlyKey } from '../primitives/brands.ts';
import type { Outpoint } from './outpoint.ts';

/** An output with everything that a signature over its spending commits to (BIP341). */
export interface Coin {
  readonly outpoint: Outpoint;
  readonly amount: Satoshi;
  readonly script: Uint8Array;
}

/** What a party gets back from its funding coins in Tx0. */
export interface Change {
  readonly script: Uint8Array;
  readonly amount: Satoshi;
}

/** A party's keys, fresh for this contract, and the coins that it puts into Tx0. */
export interface PartyTerms {
  /** Signs messages. */
  readonly messageKey: XOnlyKey;
  /** Signs transactions, and receives payouts by its BIP86 output. */
  readonly transactionKey: XOnlyKey;
  /** Confirmed P2TR key-path coins (D15); one where possible. */
  readonly funding: readonly Coin[];
  /** null: what is left over is fee. */
  readonly change: Change | null;
}

/** What a program may use. */
export interface ProgramLimits {
  /** WebAssembly pages of 64 KiB. */
  readonly memoryPages: number;
  /** Largest result of a chunk in bytes. */
  readonly outputBytes: number;
  /** Wall clock per chunk; exceeding it means "no result yet", never a result. */
  readonly milliseconds: number;
}

/**
 * How V verifies a chunk (F §Schemes): `replay` runs it again; `freivalds` checks a model's linear layers by random projections of
 * their accumulators.
 */
export const SCHEMES = ['replay', 'freivalds'] as const;
export type ProofScheme = (typeof SCHEMES)[number];

/** Profile of quantised models, the only programs with accumulators to project (C24). */
export const MODEL_PROFILE = 'model-1';

/** Hashes of the seeds of both draws, fixed before anything can be known about them (D10, D21). */
export interface SeedHashes {
  /** H(s_C) */
  readonly challengeClient: Hash32;
  /** H(s_V) */
  readonly challengeVerifier: Hash32;
  /** H(s′_C) */
  readonly ceremonyClient: Hash32;
  /** H(s′_V) */
  readonly ceremonyVerifier: Hash32;
  /** H(s′_W) */
  readonly ceremonyWorker: Hash32;
}

/** The computing contract C between Client, Worker and Verifier, without the arbiters (M §Conventions). */
export interface Contract {
  /** T_P that fixes the parameters P. */
  readonly parametersTxid: Txid;
  readonly client: PartyTerms;
  readonly worker: PartyTerms;
  readonly verifier: PartyTerms;
  /** c: what the Client pays for the job. */
  readonly reward: Satoshi;
  /** φ: fee that every settlement pays. */
  readonly settlementFee: Satoshi;
  /** ρ: what each arbiter gets for standing by. */
  readonly retainer: Satoshi;
  /** b: what the Client stakes on a challenge. */
  readonly bond: Satoshi;
  /** t0: blocks after Tx0 within which the Worker delivers. */
  readonly deliveryBlocks: number;
  /** Δ: blocks within which a broadcast transaction is sure to confirm. */
  readonly confirmationBlocks: number;
  /** Δ_S: blocks between the stages of S. */
  readonly stageBlocks: number;
  /** T_arb: blocks in which arbiters re-run a chunk. */
  readonly arbitrationBlocks: number;
  /** ℓ: blocks of one relay round. */
  readonly relayBlocks: number;
  readonly scheme: ProofScheme;
  /** What the program runs on: `wasi-0` or {@link MODEL_PROFILE}. */
  readonly profile: string;
  readonly programHash: Hash32;
  readonly limits: ProgramLimits;
  /** N: chunks in the batch. */
  readonly chunks: number;
  /** m: chunks that the Verifier checks. */
  readonly sampled: number;
  /** Merkle root of the hashes of the inputs. */
  readonly inputRoot: Hash32;
  /** P_h = h_p·G */
  readonly pointLock: Point;
  /** U = u_p·G */
  readonly verificationLock: XOnlyKey;
  readonly seedHashes: SeedHashes;
  /** h_s: height at which the offers of arbiters are counted and whose hash enters the draw. */
  readonly snapshotHeight: number;
}
