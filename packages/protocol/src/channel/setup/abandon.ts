import { contractHash } from '../../contract/contract-codec.ts';
import { type Outpoint, outpointKey, outpointOf } from '../../contract/outpoint.ts';
import { arbiterIndex, type Party, ROLES, type Role } from '../../contract/party.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { ChannelFault, ChannelFaultCode } from '../fault.ts';
import type { Recipient } from '../recipient.ts';
import type { SetupState, SignaturesStep } from '../state.ts';
import { type Moved, moved, type Outgoing, toAll } from '../step.ts';
import { isDrawn, suspectOf } from './suspects.ts';

/** Characters of a reason that travel; the message allows 500 bytes. */
const REASON_LENGTH = 160;

/**
 * Closes the channel from Setup with nothing on the chain, naming who failed (Y §Agreement), and tells the others, so
 * that nobody's coins stay tied to it until the time-out. Before the own input signatures have left, the own coins are
 * free at once. Afterwards they are respent, so that a stale Tx0 can never come back, and the channel is kept: Tx0 may
 * have been quicker (T §Setup 5, M §Honest strategy).
 *
 * @param told - stakes that a partner's refusal names
 */
export function abandon(
  state: SetupState,
  code: ChannelFaultCode,
  culprit: Recipient | null,
  reason: string,
  told: readonly Outpoint[] = [],
): Moved {
  const fault: ChannelFault = { code, culprit, reason };
  const committed = state.step === 'signatures' && state.committed ? state : null;
  // A time-out strikes everybody by itself.
  const messages = state.tip >= state.deadline ? [] : farewell(state, fault);
  return moved(
    {
      name: 'closed',
      how: 'abandoned',
      tip: state.tip,
      fault,
      channel: channelOf(state),
      drawn: isDrawn(state),
      suspects: [...suspectOf(state, culprit), ...told],
      before: committed,
    },
    messages,
    committed === null
      ? [{ kind: 'release', coins: ownOutpoints(state) }]
      : [{ kind: 'respend', coins: ownCoins(committed) }],
    fault,
  );
}

/** How messages name this channel now. */
function channelOf(state: SetupState): Hash32 {
  switch (state.step) {
    case 'terms':
    case 'accepted-terms':
      return state.terms.channel;
    case 'contract':
      return state.session;
    case 'arbiter-set':
    case 'signatures':
      return contractHash(state.agreement.contract);
    default:
      return contractHash(state.contract);
  }
}

function farewell(state: SetupState, { code, culprit, reason }: ChannelFault): readonly Outgoing[] {
  const message: MessageOf<'refused'> = {
    kind: 'refused',
    channel: channelOf(state),
    code,
    reason: reason.slice(0, REASON_LENGTH),
    culprit: named(culprit),
  };
  return toAll(
    othersIn(state).filter((other) => other !== culprit || code !== 'refused-by-peer'),
    message,
  );
}

/** Whom a message names as the culprit. */
export function recipientNamed(culprit: MessageOf<'refused'>['culprit']): Recipient | null {
  if (culprit === null) return null;
  return culprit.kind === 'party' ? culprit.party : `offer:${outpointKey(culprit.outpoint)}`;
}

/** A culprit as a message names it. */
function named(culprit: Recipient | null): MessageOf<'refused'>['culprit'] {
  if (culprit === null) return null;
  return culprit.startsWith('offer:')
    ? { kind: 'offer', outpoint: outpointOf(culprit.slice('offer:'.length)) }
    : { kind: 'party', party: culprit as Party };
}

/** Who knows of this setup and can be told. */
function othersIn(state: SetupState): readonly Recipient[] {
  const principals = ROLES.filter((role) => role !== state.role);
  switch (state.step) {
    case 'accepted-terms':
    case 'pledged':
      return ['client'];
    case 'contract':
      return state.role === 'client' ? principals : ['client'];
    case 'polling': {
      const asked = state.asked.filter(({ answer }) => answer !== 'refused');
      return [...principals, ...asked.map(({ offer }): Recipient => `offer:${offer}`)];
    }
    case 'arbiter-set':
    case 'signatures': {
      // By their offers: the closed channel knows no arbiters by index.
      const stakes = state.agreement.arbiters.map(({ stake }) => stake.coin.outpoint);
      const own = ownOutpoints(state).map(outpointKey);
      const others = stakes.map(outpointKey).filter((stake) => !own.includes(stake));
      return [...principals, ...others.map((stake): Recipient => `offer:${stake}`)];
    }
    default:
      return principals;
  }
}

function ownOutpoints(state: SetupState): readonly Outpoint[] {
  switch (state.step) {
    case 'terms':
      return state.terms.client.funding.map(({ outpoint }) => outpoint);
    case 'accepted-terms':
      return state.own.terms.funding.map(({ outpoint }) => outpoint);
    case 'pledged':
      return [state.acceptance.outpoint];
    case 'arbiter-set':
      return state.agreement.contract[state.role].funding.map(({ outpoint }) => outpoint);
    case 'signatures':
      return ownCoins(state).map(({ outpoint }) => outpoint);
    default:
      return state.contract[state.role].funding.map(({ outpoint }) => outpoint);
  }
}

function ownCoins({ self, agreement }: SignaturesStep) {
  const index = arbiterIndex(self);
  if (index === undefined) return agreement.contract[self as Role].funding;
  return [agreement.arbiters[index - 1]!.stake.coin];
}
