import {
  arbiterIndex,
  arbiterParty,
  type ChannelEvent,
  type ChannelMessage,
  type ChannelState,
  type Contract,
  contractHash,
  equalBytes,
  outpointKey,
  type Party,
  type Recipient,
  ROLES,
  toHex,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { Directory } from './directory.ts';

/**
 * Who of a channel sent an envelope, by its message key: a party, or the arbiter that answers for an offer.
 *
 * @returns undefined when the key is nobody's yet: the envelope may be early, or a stranger's
 */
export function senderOf(
  record: ChannelRecord,
  message: ChannelMessage,
  from: XOnlyKey,
  peer: PeerId,
  directory: Directory,
): Recipient | undefined {
  const { state } = record;
  // Before the contract is written, the answer itself brings the key; the connection tells who answers.
  if (message.kind === 'termsAccepted') {
    const expected = record.peers[message.role];
    return expected === peer && equalBytes(message.terms.messageKey, from) ? message.role : undefined;
  }
  if (message.kind === 'refused' && state.name === 'setup' && state.step === 'terms') {
    return ROLES.find((role) => role !== 'client' && record.peers[role] === peer);
  }
  const contract = contractOf(state);
  if (contract !== undefined) {
    const role = ROLES.find((candidate) => equalBytes(contract[candidate].messageKey, from));
    if (role !== undefined) return role;
  }
  if (state.name === 'setup' && state.step === 'accepted-terms') {
    return equalBytes(state.terms.client.messageKey, from) ? 'client' : undefined;
  }
  if (message.kind === 'acceptance') {
    const { acceptance } = message;
    return equalBytes(acceptance.messageKey, from) ? `offer:${outpointKey(acceptance.outpoint)}` : undefined;
  }
  if (state.name === 'setup' && state.step === 'polling' && message.kind === 'refused') {
    // A node that has accepted for one of its stakes refuses for the others under the same key.
    const { culprit } = message;
    if (culprit?.kind === 'offer' && directory.peerOfOffer(culprit.outpoint) === peer)
      return `offer:${outpointKey(culprit.outpoint)}`;
    const accepted = state.acceptances.find(({ messageKey }) => equalBytes(messageKey, from));
    return accepted && `offer:${outpointKey(accepted.outpoint)}`;
  }
  const index = arbitersOf(state).findIndex((arbiter) => equalBytes(arbiter.messageKey, from));
  return index < 0 ? undefined : `arbiter:${index + 1}`;
}

/** The peer to send to; undefined while nothing is known about it. */
export function peerOf(record: ChannelRecord, to: Recipient, directory: Directory): PeerId | undefined {
  if (isOffer(to)) return directory.peerOfOfferKey(to.slice('offer:'.length));
  const arbiter = arbitersOf(record.state)[(arbiterIndex(to) ?? 0) - 1];
  return record.peers[to] ?? (arbiter && directory.peerOfOffer(arbiter.stake.coin.outpoint));
}

const isOffer = (to: Recipient): to is `offer:${string}` => to.startsWith('offer:');

/** Whether a recipient is this node itself: what it tells everybody it also tells itself. */
export function isOwnName({ role, state }: ChannelRecord, to: Recipient): boolean {
  return to === role || to === ownParty(state);
}

/** Which party of the contract this node is; undefined for an arbiter that does not know its place yet. */
function ownParty(state: ChannelState): Party | undefined {
  switch (state.name) {
    case 'setup':
      return state.step === 'signatures' ? state.self : undefined;
    case 'closed':
      return state.before?.self;
    default:
      return state.self;
  }
}

/** The key by which a party of a channel signs messages; undefined while it is not known. */
export function messageKeyOf(state: ChannelState, party: Party): XOnlyKey | undefined {
  const role = ROLES.find((candidate) => candidate === party);
  if (role !== undefined) return contractOf(state)?.[role].messageKey;
  return arbitersOf(state)[(arbiterIndex(party) ?? 0) - 1]?.messageKey;
}

/** The contract of a channel, once it is written. */
export function contractOf(state: ChannelState): Contract | undefined {
  switch (state.name) {
    case 'setup':
      switch (state.step) {
        case 'terms':
        case 'accepted-terms':
          return undefined;
        case 'arbiter-set':
        case 'signatures':
          return state.agreement.contract;
        default:
          return state.contract;
      }
    case 'closed':
      return state.before?.agreement.contract;
    default:
      return state.agreement.contract;
  }
}

function arbitersOf(state: ChannelState) {
  switch (state.name) {
    case 'setup':
      return state.step === 'arbiter-set' || state.step === 'signatures' ? state.agreement.arbiters : [];
    case 'closed':
      return state.before?.agreement.arbiters ?? [];
    default:
      return state.agreement.arbiters;
  }
}

const names = new WeakMap<ChannelRecord, readonly string[]>();

/** The hashes by which messages name this channel: the session, which makes its keys unique, and the contract's. */
export function namesOf(record: ChannelRecord): readonly string[] {
  let known = names.get(record);
  if (known === undefined) {
    known = nameChannel(record);
    names.set(record, known);
  }
  return known;
}

function nameChannel({ state, role, keys }: ChannelRecord): readonly string[] {
  const session = role === 'arbiter' ? [] : [toHex(keys.unique)];
  if (state.name === 'closed' && state.how === 'abandoned') return [...session, toHex(state.channel)];
  const contract = contractOf(state);
  return contract === undefined ? session : [...session, toHex(contractHash(contract))];
}

/** Whether a message key is one of a channel's parties', so that large messages by it may be read. */
export function isPartyKey({ state }: ChannelRecord, key: XOnlyKey): boolean {
  const contract = contractOf(state);
  return (
    ROLES.some((role) => contract !== undefined && equalBytes(contract[role].messageKey, key)) ||
    arbitersOf(state).some(({ messageKey }) => equalBytes(messageKey, key))
  );
}

/**
 * The addresses of C, W and V that C brings with the contract, once: W and V take them over with the step that accepts
 * it. An arbiter has them from the request that it answered.
 */
export function introducedPeers({ state }: ChannelRecord, event: ChannelEvent): ChannelRecord['peers'] {
  if (state.name !== 'setup' || state.step !== 'accepted-terms') return {};
  const due = event.kind === 'message' && event.from === 'client' && event.message.kind === 'contract';
  return due ? event.message.peers : {};
}

/** The addresses of the arbiters that a state names and whose peers were not known before: stored, a restart keeps them. */
export function arbiterPeers(
  known: ChannelRecord['peers'],
  state: ChannelState,
  directory: Directory,
): ChannelRecord['peers'] {
  const found = arbitersOf(state).flatMap(({ stake }, i) => {
    const party = arbiterParty(i + 1);
    const peer = known[party] === undefined ? directory.peerOfOffer(stake.coin.outpoint) : undefined;
    return peer === undefined ? [] : [[party, peer] as const];
  });
  return Object.fromEntries(found);
}
