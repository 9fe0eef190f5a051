import type { Party } from '../../contract/party.ts';
import type { SettlementId } from '../../contract/settlements.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import type { ClaimBody } from '../event.ts';
import type { OpenState } from '../state.ts';

/** The transaction that pooled the stakes and so called the arbiters: an appeal or a challenge. */
export interface Court {
  readonly transaction: 'TxA' | 'TxAc';
  /** HA */
  readonly height: number;
}

/** What an accepted word of an arbitration says; a party has one word for each `about`, and for each stage. */
export type Content =
  | { readonly about: 'claim'; readonly fault: ClaimBody['fault'] }
  | { readonly about: 'commitment'; readonly commitment: Hash32 }
  | { readonly about: 'opening'; readonly decision: 0 | 1; readonly nonce: Hash32 }
  /** Decisions on which the author's signature came and is valid. */
  | { readonly about: 'stage'; readonly stage: number; readonly given: readonly SettlementId[] };

/** A word that was posted and accepted: every honest node has it, or none (M §Post). */
export interface Word {
  readonly author: Party;
  /** H("message", kind, body). */
  readonly sealed: Hash32;
  readonly content: Content;
}

/** What has been asked for or said; each happens once. C, V: `claim`; the rest is for arbiters. */
export type Doing = 'claim' | 'judge' | 'commit' | 'open';

/** Decisions that an arbiter has asked its signer for in a stage; it posts them together when they are signed. */
export interface Signing {
  readonly stage: number;
  readonly decisions: readonly SettlementId[];
}

/**
 * What one party knows of an arbitration, and what it has done in it. It outlives a reorganisation that removes TxA or
 * TxAc: whatever was posted is posted, and nobody accepts it anew when the transaction comes back.
 */
export interface ArbitrationRecord {
  /** What all of this was said on; null before the first. */
  readonly of: Court['transaction'] | null;
  /** Null while neither TxA nor TxAc is in the chain. */
  readonly court: Court | null;
  /** Two of one author about the same thing void each other (M §Claims), whatever a third says. */
  readonly words: readonly Word[];
  /** Arbiter: what it found, before anybody else knows it. */
  readonly vote: { readonly decision: 0 | 1; readonly nonce: Hash32 } | null;
  readonly done: readonly Doing[];
  /** One for each stage in which anything was due. */
  readonly signing: readonly Signing[];
  /** Own tip when this party last looked; null before. */
  readonly seen: number | null;
  /** It was away when a time ended in which others posted: who failed then, it cannot tell. */
  readonly away: boolean;
  /** Who was sent everything again, and at which own tip (`lacking`). */
  readonly resent: Readonly<Record<string, number>>;
  /** D40: of the other kind of dispute, whose place a reorganisation gave to this one; null where there was none. */
  readonly other: ArbitrationRecord | null;
}

/** Nothing has been disputed so far. */
export const NO_ARBITRATION: ArbitrationRecord = {
  of: null,
  court: null,
  words: [],
  vote: null,
  done: [],
  signing: [],
  seen: null,
  away: false,
  resent: {},
  other: null,
};

/**
 * D40: the record of one kind of dispute. Nothing that was said on an appeal stands for a challenge, or the other way round:
 * they are about other questions. What was said on the other one is kept for the case that it comes back.
 */
export function recordOf(record: ArbitrationRecord, transaction: Court['transaction']): ArbitrationRecord {
  if (record.of === null || record.of === transaction) return { ...record, of: transaction };
  return {
    ...NO_ARBITRATION,
    ...record.other,
    of: transaction,
    other: { ...record, court: null, other: null },
  };
}

/** Notes that something has been asked for or said. */
export function did<S extends OpenState>(state: S, what: Doing): S {
  const { arbitration } = state;
  return { ...state, arbitration: { ...arbitration, done: [...arbitration.done, what] } };
}
