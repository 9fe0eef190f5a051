import { type Outpoint, outpointKey } from '../contract/outpoint.ts';
import type { Role } from '../contract/party.ts';
import type { Hash32 } from '../primitives/brands.ts';
import type { Acceptance } from '../wire/ceremony.ts';
import type { MessageKind } from '../wire/limits.ts';

/** Who made a ceremony fail. Arbiters have no index before the set is agreed: their offer names them. */
export type Culprit =
  | { readonly kind: 'party'; readonly party: Role }
  | { readonly kind: 'offer'; readonly outpoint: Outpoint };

/** What can be wrong with one acceptance. */
export type AcceptanceFaultCode =
  | 'acceptance-unknown-offer'
  | 'acceptance-other-contract'
  | 'acceptance-wrong-key'
  | 'acceptance-key-taken'
  | 'acceptance-signature'
  | 'acceptance-expired'
  | 'acceptance-repeated'
  | 'stake-spent'
  | 'stake-young';

/** Cause of a failed ceremony, with the evidence that anybody can check again. */
export type CeremonyCause =
  /** Bytes that are no envelope of this ceremony: they prove nothing about anybody. */
  | { readonly code: 'message-foreign'; readonly envelope: Uint8Array }
  /** Two signed messages of one party where it owes one. */
  | {
      readonly code: 'contradiction';
      readonly what: MessageKind;
      readonly first: Uint8Array;
      readonly second: Uint8Array;
    }
  | { readonly code: 'agreement-mismatch'; readonly envelope: Uint8Array }
  | {
      readonly code: 'agreement-missing' | 'seed-missing' | 'list-missing' | 'set-missing';
      readonly missing: readonly Role[];
    }
  | { readonly code: 'seed-mismatch'; readonly seed: Hash32; readonly expected: Hash32 }
  | { readonly code: AcceptanceFaultCode; readonly acceptance: Acceptance }
  /** `stake-answered-twice`: other keys for the same contract. `stake-pledged-twice`: two contracts. */
  | {
      readonly code: 'stake-answered-twice' | 'stake-pledged-twice' | 'key-repeated';
      readonly first: Acceptance;
      readonly second: Acceptance;
    }
  | { readonly code: 'too-few-acceptances'; readonly found: number; readonly needed: number }
  | { readonly code: 'set-mismatch'; readonly signed: Hash32; readonly expected: Hash32 };

/** A failed step of the ceremony: its cause, who failed (null: nobody can be named), and a sentence for people. */
export type CeremonyFault = CeremonyCause & { readonly culprit: Culprit | null; readonly reason: string };

/** The fault of one of C, W, V. */
export function byParty(party: Role, cause: CeremonyCause, reason: string): CeremonyFault {
  return { ...cause, culprit: { kind: 'party', party }, reason: `the ${party} ${reason}` };
}

/** The fault of the arbiter that owns a stake. */
export function byOffer(outpoint: Outpoint, cause: CeremonyCause, reason: string): CeremonyFault {
  return {
    ...cause,
    culprit: { kind: 'offer', outpoint },
    reason: `the offer ${outpointKey(outpoint)} ${reason}`,
  };
}

/** A failure that cannot be laid at one door. */
export function byNobody(cause: CeremonyCause, reason: string): CeremonyFault {
  return { ...cause, culprit: null, reason };
}
