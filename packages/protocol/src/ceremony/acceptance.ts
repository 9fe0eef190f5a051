import type { Contract } from '../contract/contract.ts';
import { namedKeys } from '../contract/contract-rules.ts';
import { outpointKey } from '../contract/outpoint.ts';
import { NUMS_KEY } from '../contract/parameters.ts';
import type { Hash32 } from '../primitives/brands.ts';
import { equalBytes } from '../primitives/bytes.ts';
import { type SchnorrVerify, schnorrVerify } from '../primitives/schnorr.ts';
import type { Acceptance } from '../wire/ceremony.ts';
import { acceptanceHash } from '../wire/hashes.ts';
import { byOffer, type CeremonyFault } from './fault.ts';
import { eligibility, type Offer, type Snapshot } from './offer.ts';

export type { Acceptance } from '../wire/ceremony.ts';

/** Blocks for which an acceptance binds its arbiter (Y §Polling): expiry = its tip + 6. */
export const ACCEPTANCE_BLOCKS = 6;

/** What an acceptance is held against. */
export interface AcceptanceContext {
  /** The offer of its outpoint; undefined: the chain has none. */
  readonly offer: Offer | undefined;
  readonly contractHash: Hash32;
  /** Given: the arbiter's keys are none of the contract's (C19). */
  readonly contract?: Contract | undefined;
  /** Tip at which it was received, or at which a list says it was shown. */
  readonly height: number;
  /** Given: the offer has to count at this snapshot. Absent: `offer` is one that does. */
  readonly snapshot?: Snapshot;
  readonly verify?: SchnorrVerify;
}

/**
 * Checks one acceptance (Y §Polling): a known offer that counts, this contract, the stake's own key and signature, not
 * expired.
 * @returns undefined when it holds; otherwise a fault that names the offer, as what it says of itself is wrong
 */
export function verifyAcceptance(
  acceptance: Acceptance,
  context: AcceptanceContext,
): CeremonyFault | undefined {
  const { offer, contractHash, height, snapshot, verify = schnorrVerify } = context;
  const { outpoint, proof } = acceptance;
  if (offer === undefined || outpointKey(offer.outpoint) !== outpointKey(outpoint)) {
    return byOffer(outpoint, { code: 'acceptance-unknown-offer', acceptance }, 'is not on the chain');
  }
  if (!equalBytes(acceptance.contractHash, contractHash)) {
    return byOffer(outpoint, { code: 'acceptance-other-contract', acceptance }, 'accepted another contract');
  }
  if (proof.kind !== offer.stake.kind || !equalBytes(proof.offerKey, offer.offerKey)) {
    return byOffer(
      outpoint,
      { code: 'acceptance-wrong-key', acceptance },
      'is not owned by the key that accepted',
    );
  }
  if (namesTakenKey(acceptance, context.contract)) {
    return byOffer(
      outpoint,
      { code: 'acceptance-key-taken', acceptance },
      'names one key twice, or a key of the contract',
    );
  }
  if (!verify(acceptance.signature, acceptanceHash(acceptance), offer.offerKey)) {
    return byOffer(outpoint, { code: 'acceptance-signature', acceptance }, 'did not sign this acceptance');
  }
  if (acceptance.expiry < height) {
    const reason = `was bound up to block ${acceptance.expiry} only, and block ${height} is there`;
    return byOffer(outpoint, { code: 'acceptance-expired', acceptance }, reason);
  }
  if (snapshot === undefined) return undefined;
  const standing = eligibility(offer, snapshot);
  if (standing === 'eligible') return undefined;
  const reason = standing === 'stake-spent' ? 'was spent by then' : 'was not old enough by then';
  return byOffer(
    outpoint,
    { code: standing, acceptance },
    `does not count at block ${snapshot.height}: it ${reason}`,
  );
}

/**
 * C19: no graph can be built with an arbiter that names one key for two things, or a key that the contract uses already.
 * Whoever drew it would have to give the setup up, so it does not count in the first place.
 */
function namesTakenKey({ key, messageKey, proof }: Acceptance, contract: Contract | undefined): boolean {
  const own = [key, messageKey, proof.offerKey];
  const taken = [NUMS_KEY, ...(contract === undefined ? [] : namedKeys(contract).map(([, named]) => named))];
  return own.some(
    (candidate, i) =>
      taken.some((named) => equalBytes(named, candidate)) ||
      own.some((other, j) => i !== j && equalBytes(other, candidate)),
  );
}

/**
 * Whether two acceptances prove that one stake serves two contracts at a time (Y §Duties): both signed by the stake's
 * key, for different contracts.
 * @returns the fault, or undefined when they prove nothing
 */
export function pledgedTwice(
  first: Acceptance,
  second: Acceptance,
  verify: SchnorrVerify = schnorrVerify,
): CeremonyFault | undefined {
  const { outpoint, proof } = first;
  const sameStake =
    outpointKey(outpoint) === outpointKey(second.outpoint) &&
    equalBytes(proof.offerKey, second.proof.offerKey);
  if (!sameStake || equalBytes(first.contractHash, second.contractHash)) return undefined;
  for (const acceptance of [first, second]) {
    if (!verify(acceptance.signature, acceptanceHash(acceptance), proof.offerKey)) return undefined;
  }
  return byOffer(outpoint, { code: 'stake-pledged-twice', first, second }, 'was pledged to two contracts');
}
