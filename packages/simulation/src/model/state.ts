import type { SettlementId } from '@prometheus-compute/protocol';
import type { ArbiterSet } from './arbiter-set.ts';

/** A stake that its arbiter takes: `stake:1`. */
export type StakeId = `stake:${number}`;
/** A transaction that can be confirmed after Tx0. */
export type ChainId = 'TxV1' | 'TxV0' | 'TxA' | 'TxAc' | SettlementId | StakeId;
/** How a play ends: a settlement, the shared money taken by a coalition (D6), or nothing that could still happen. */
export type End =
  | { readonly kind: 'settled'; readonly id: SettlementId }
  | { readonly kind: 'taken' }
  | { readonly kind: 'frozen' };

/**
 * What became of the Worker's delivery, or of its opening: `undecided` at the start, `open` when it comes late if at all,
 * `absent` when the time is over; `bad` has a fault that checking the sample finds, `hidden` one that it does not.
 */
export type Document = 'undecided' | 'open' | 'absent' | 'right' | 'bad' | 'hidden';

/** A challenge seed that its owner opens, or not: `open` when it comes late if at all, `aside` when W alone gets it. */
export type Seed = 'undecided' | 'open' | 'given' | 'withheld' | 'aside';

/** Who accepted the Worker's delivery and opening: bits of {@link AUDIENCE}. Under Post all honest ones or nobody (D26). */
export type Audience = number;
export const AUDIENCE = { client: 1, verifier: 2, arbiters: 4 } as const;
export const EVERYBODY: Audience = 7;

/** Something an honest party has broadcast. It confirms in a block up to `until`, or something in conflict does (Δ). */
export interface Pending {
  readonly id: ChainId;
  readonly until: number;
}

/** An arbitration from the claims on. Sets of arbiters that signed all that they can of a decision, per family. */
export interface Arbitration {
  /** Honest arbiters to whom a confirmed claim was shown: they decide d = 1, the others d = 0. */
  readonly convinced: ArbiterSet;
  /** Votes are open; before that `failed` says nothing. */
  readonly voted: boolean;
  /** Stages that are over. */
  readonly stage: number;
  /** Seen from those with d = 1, from those with d = 0, and after Δ_2: who does not agree or did not sign what was due. */
  readonly failed: Families;
  /** Sets S that all honest members have signed; the coalition completes them as it likes. */
  readonly signed: Readonly<Record<Family, readonly ArbiterSet[]>>;
  /** The set that everybody has seen complete; 0 for none. */
  readonly complete: Families;
  /** A Tx8_S that became complete at Δ_2 − 2Δ, too late for W: 0 for none, undefined before. */
  readonly late: ArbiterSet | undefined;
  /** Stages that are over after Δ_2. */
  readonly repeated: number;
}

/** Decisions: d = 1, d = 0, and what d = 0 becomes when the Worker withholds h_p (D12, D32). */
export type Family = 'fault' | 'noFault' | 'withheld';
export type Families = Readonly<Record<Family, ArbiterSet>>;

/** A transaction of the graph on the chain. */
export interface Confirmed<Id extends ChainId> {
  readonly id: Id;
  readonly height: number;
}

/** A moment of a play. Heights count from the confirmation of Tx0. */
export interface State {
  readonly tip: number;
  readonly delivery: Document;
  readonly opening: Document;
  readonly audience: Audience;
  /** s_V, and then s_C, which the opening waits for (D37). */
  readonly seedVerifier: Seed;
  readonly seedClient: Seed;
  /** W signed a second opening and posted it in time; undecided until then. */
  readonly equivocated: boolean | undefined;
  /** V's r = 1 with its signature on Tx4 is out: given to W and C. */
  readonly verdictGiven: boolean;
  /** V did the check before it said so: it has u_p. */
  readonly checked: boolean;
  /** W has C's adaptor signature on Tx4. */
  readonly released: boolean;
  readonly verdict: Confirmed<'TxV1' | 'TxV0'> | undefined;
  readonly appeal: Confirmed<'TxA' | 'TxAc'> | undefined;
  /** A stake was taken: nothing can pool the stakes any more. */
  readonly stakeTaken: boolean;
  readonly pending: readonly Pending[];
  readonly arbitration: Arbitration | undefined;
  readonly end: End | undefined;
}

/** Tx0 has just confirmed. */
export const START: State = {
  tip: 0,
  delivery: 'undecided',
  opening: 'undecided',
  audience: EVERYBODY,
  seedVerifier: 'undecided',
  seedClient: 'undecided',
  equivocated: undefined,
  verdictGiven: false,
  checked: false,
  released: false,
  verdict: undefined,
  appeal: undefined,
  stakeTaken: false,
  pending: [],
  arbitration: undefined,
  end: undefined,
};
