import type { Contract } from '../contract/contract.ts';
import { outpointKey } from '../contract/outpoint.ts';
import { ROLES, type Role } from '../contract/party.ts';
import type { Hash32 } from '../primitives/brands.ts';
import { compareBytes, equalBytes, toHex } from '../primitives/bytes.ts';
import type { SchnorrVerify } from '../primitives/schnorr.ts';
import type { Arbiter } from '../transactions/terms.ts';
import { type Acceptance, verifyAcceptance } from './acceptance.ts';
import { byNobody, byOffer, byParty, type CeremonyFault } from './fault.ts';
import type { Offer, Snapshot } from './offer.ts';
import { rankOffers } from './ranking.ts';

/** What one party collected, as its `acceptanceList` says. */
export interface ShownList {
  /** The party's tip when it showed the list. */
  readonly height: number;
  readonly acceptances: readonly Acceptance[];
}

export type ShownLists = Readonly<Record<Role, ShownList>>;

/** 𝒜 in its order, with the acceptance of each; or why there is none. */
export type Selection =
  | {
      readonly kind: 'selected';
      readonly arbiters: readonly Arbiter[];
      readonly acceptances: readonly Acceptance[];
    }
  | { readonly kind: 'fault'; readonly fault: CeremonyFault };

/** Everything that the selection depends on: the same for all three parties, so that they select the same. */
export interface SelectionInput {
  readonly seed: Hash32;
  /** Offers of P. Without `snapshot` they are those that count. */
  readonly offers: readonly Offer[];
  readonly lists: ShownLists;
  readonly n: number;
  readonly contractHash: Hash32;
  /** Given: arbiters that name keys of the contract do not count (C19). */
  readonly contract?: Contract;
  readonly snapshot?: Snapshot;
  readonly verify?: SchnorrVerify;
}

/**
 * 𝒜 (Y §Union): the first n by rank of all acceptances that any of the three brings. Every acceptance has to hold at
 * the tip that its list names; expiry never depends on the tip of whoever looks, or the three could select differently.
 */
export function selectArbiters(input: SelectionInput): Selection {
  const { lists, seed, n, offers } = input;
  for (const role of ROLES) {
    const fault = checkList(role, lists[role], input);
    if (fault !== undefined) return { kind: 'fault', fault };
  }
  const united = union(ROLES.map((role) => lists[role].acceptances));
  if (united.kind === 'fault') return united;
  const acceptances = rankOffers(seed, united.acceptances).slice(0, n);
  if (acceptances.length < n) {
    const cause = { code: 'too-few-acceptances', found: acceptances.length, needed: n } as const;
    return {
      kind: 'fault',
      fault: byNobody(cause, `${acceptances.length} arbiters accepted, ${n} are needed`),
    };
  }
  const repeated = repeatedKey(acceptances);
  if (repeated !== undefined) return { kind: 'fault', fault: repeated };
  return {
    kind: 'selected',
    acceptances,
    arbiters: acceptances.map((acceptance) => arbiterOf(acceptance, offers)!),
  };
}

/** Faults of an offer that its own signature proves; for all others whoever lists the acceptance did not check it. */
const PROVEN_BY_OFFER: ReadonlySet<string> = new Set(['stake-spent', 'stake-young']);

function checkList(role: Role, list: ShownList, input: SelectionInput): CeremonyFault | undefined {
  const offers = new Map(input.offers.map((offer) => [outpointKey(offer.outpoint), offer]));
  const seen = new Set<string>();
  for (const acceptance of list.acceptances) {
    const key = outpointKey(acceptance.outpoint);
    const fault = verifyAcceptance(acceptance, { ...input, offer: offers.get(key), height: list.height });
    if (fault !== undefined) {
      return PROVEN_BY_OFFER.has(fault.code)
        ? fault
        : byParty(role, fault, `lists an acceptance that does not hold: ${fault.reason}`);
    }
    const signature = toHex(acceptance.signature);
    if (seen.has(signature)) {
      return byParty(
        role,
        { code: 'acceptance-repeated', acceptance },
        `lists the acceptance of ${key} twice`,
      );
    }
    seen.add(signature);
  }
  return undefined;
}

/** Acceptances of all lists, each stake once; or the stake that named different keys. */
export type Union =
  | { readonly kind: 'united'; readonly acceptances: readonly Acceptance[] }
  | { readonly kind: 'fault'; readonly fault: CeremonyFault };

/**
 * 𝒜′. An arbiter may answer the same again with a later expiry; the latest stands, then the smallest signature, so that
 * the order of lists and of their items does not matter. Their order is that of the outpoints.
 */
export function union(lists: readonly (readonly Acceptance[])[]): Union {
  const byStake = new Map<string, Acceptance>();
  for (const acceptance of lists.flat()) {
    const key = outpointKey(acceptance.outpoint);
    const known = byStake.get(key);
    if (known === undefined) {
      byStake.set(key, acceptance);
      continue;
    }
    const sameAnswer =
      equalBytes(known.key, acceptance.key) && equalBytes(known.messageKey, acceptance.messageKey);
    if (!sameAnswer) {
      const [first, second] = precedes(known, acceptance) ? [known, acceptance] : [acceptance, known];
      const cause = { code: 'stake-answered-twice', first, second } as const;
      return {
        kind: 'fault',
        fault: byOffer(acceptance.outpoint, cause, 'named different keys for one contract'),
      };
    }
    if (precedes(acceptance, known)) byStake.set(key, acceptance);
  }
  const acceptances = [...byStake].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, acceptance]) => acceptance);
  return { kind: 'united', acceptances };
}

function precedes(a: Acceptance, b: Acceptance): boolean {
  return a.expiry === b.expiry ? compareBytes(a.signature, b.signature) < 0 : a.expiry > b.expiry;
}

/**
 * C19: two arbiters with one key. Whose a stake's key is the chain shows, so who names that of another one is at fault; of
 * two that name the same key, who copied it cannot be told.
 */
function repeatedKey(acceptances: readonly Acceptance[]): CeremonyFault | undefined {
  const owners = new Map(acceptances.map((acceptance) => [toHex(acceptance.proof.offerKey), acceptance]));
  const staked = new Set(owners.keys());
  if (staked.size < acceptances.length) return sharedStakeKey(acceptances);
  for (const second of acceptances) {
    for (const key of [toHex(second.key), toHex(second.messageKey)]) {
      const first = owners.get(key);
      if (first !== undefined) {
        const cause = { code: 'key-repeated', first, second } as const;
        if (staked.has(key)) return byOffer(second.outpoint, cause, 'names the key of another stake');
        const reason = `the offers ${outpointKey(first.outpoint)} and ${outpointKey(second.outpoint)} name the same key`;
        return byNobody(cause, reason);
      }
      owners.set(key, second);
    }
  }
  return undefined;
}

/** Two stakes under one key have one owner, who offered both. */
function sharedStakeKey(acceptances: readonly Acceptance[]): CeremonyFault | undefined {
  const owners = new Map<string, Acceptance>();
  for (const second of acceptances) {
    const first = owners.get(toHex(second.proof.offerKey));
    if (first !== undefined) {
      return byOffer(
        second.outpoint,
        { code: 'key-repeated', first, second },
        'has the key of another stake',
      );
    }
    owners.set(toHex(second.proof.offerKey), second);
  }
  return undefined;
}

/** 𝒜 as the graph wants it, from acceptances in their order; undefined when one has no offer among `offers`. */
export function arbitersOf(
  acceptances: readonly Acceptance[],
  offers: readonly Offer[],
): readonly Arbiter[] | undefined {
  const arbiters = acceptances.map((acceptance) => arbiterOf(acceptance, offers));
  return arbiters.every((arbiter) => arbiter !== undefined) ? arbiters : undefined;
}

function arbiterOf(acceptance: Acceptance, offers: readonly Offer[]): Arbiter | undefined {
  const key = outpointKey(acceptance.outpoint);
  const offer = offers.find((candidate) => outpointKey(candidate.outpoint) === key);
  if (offer === undefined) return undefined;
  return { key: acceptance.key, messageKey: acceptance.messageKey, stake: offer.stake };
}
