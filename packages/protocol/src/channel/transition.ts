import { contractHash } from '../contract/contract-codec.ts';
import { RuleError } from '../contract/rule-error.ts';
import { equalBytes } from '../primitives/bytes.ts';
import { assertNever, CodedError } from '../primitives/errors.ts';
import type { ChannelMessage } from '../wire/messages.ts';
import type { ChannelContext } from './context.ts';
import type { ChannelEvent } from './event.ts';
import { onClosed } from './operation/chain.ts';
import { onOperation } from './operation/operation.ts';
import { abandon } from './setup/abandon.ts';
import { onPledged } from './setup/arbiter.ts';
import { onArbiterSet } from './setup/arbiter-set.ts';
import { onCommitmentConfirmed } from './setup/commitment.ts';
import { onPolling } from './setup/polling.ts';
import { onRefused } from './setup/refused.ts';
import { onSeeds } from './setup/seeds.ts';
import { onSignatures } from './setup/signatures.ts';
import { onAcceptedTerms, onContract, onTerms } from './setup/terms.ts';
import { waitingFor } from './setup/waiting.ts';
import { isPast } from './stage.ts';
import type { ChannelState, SetupState } from './state.ts';
import { ignored, STALE, type Step } from './step.ts';

/**
 * The one way through a channel: synchronous and pure, so that replaying a log of events gives the same state, bit for
 * bit. What a message gets wrong closes a setup, naming the sender, and is ignored once money is committed: from then
 * on only the chain decides.
 */
export function transition(state: ChannelState, event: ChannelEvent, context: ChannelContext): Step {
  if (event.kind === 'message' && isPast(state, event.message.kind)) {
    return ignored('out-of-place', event.from, `"${event.message.kind}" comes after its time`);
  }
  if (event.kind === 'message' && !isForContract(state, event.message)) {
    return ignored(
      'out-of-place',
      event.from,
      `the "${event.message.kind}" names another channel than this contract`,
    );
  }
  try {
    return dispatch(state, event, context);
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    // A graph that breaks a rule is the work of all: who sent the last signature on the list made none of it.
    const shared = cause instanceof RuleError && state.name === 'setup' && state.step === 'arbiter-set';
    const culprit = event.kind === 'message' && !shared ? event.from : null;
    if (state.name === 'setup') return abandon(state, 'terms-refused', culprit, cause.message);
    return ignored('out-of-place', culprit, cause.message);
  }
}

/**
 * From Tx0 on everything names the contract. C, W and V know the session too: what is signed under its name nobody could
 * post, so that C = V would bind themselves to nothing with their receipts, and W with its documents.
 */
function isForContract(state: ChannelState, { channel }: ChannelMessage): boolean {
  if (state.name === 'setup' || (state.name === 'closed' && state.how === 'abandoned')) return true;
  const { agreement } = state.name === 'closed' ? state.before : state;
  return equalBytes(channel, contractHash(agreement.contract));
}

function dispatch(state: ChannelState, event: ChannelEvent, context: ChannelContext): Step {
  switch (state.name) {
    case 'setup':
      return onSetup(state, event, context);
    case 'computation':
    case 'verification':
    case 'arbitration':
      return onOperation(state, event, context);
    case 'closed':
      return onClosed(state, event, context);
    default:
      return assertNever(state);
  }
}

function onSetup(before: SetupState, event: ChannelEvent, context: ChannelContext): Step {
  const state = event.kind === 'tip' ? { ...before, tip: event.height } : before;
  if (event.kind === 'confirmed') {
    const commitment = state.step === 'signatures' && event.transaction === 'Tx0';
    return commitment ? onCommitmentConfirmed(state, event) : STALE;
  }
  if (event.kind === 'tip' && event.height >= state.deadline) {
    const missing = waitingFor(state);
    const reason = `the setup was not finished by block ${state.deadline}; it waited for ${missing.join(', ') || 'Tx0'}`;
    return abandon(state, 'setup-timeout', missing.length === 1 ? missing[0]! : null, reason);
  }
  // Others have what C, W or V sent them, and can send it back.
  if (event.kind === 'message' && event.from === state.role)
    return ignored('out-of-place', event.from, 'nobody sends itself a message here');
  if (event.kind === 'message' && event.message.kind === 'refused' && !event.from.startsWith('offer:')) {
    // Too late to be told so: from here the time-out decides, or Tx0 in a block.
    if (state.step === 'signatures' && state.committed)
      return ignored('out-of-place', event.from, event.message.reason);
    // W and V tell C, who tells the arbiters: one of them alone cannot make an arbiter look as if it had left.
    if (state.role === 'arbiter' && event.from !== 'client')
      return ignored('out-of-place', event.from, event.message.reason);
    return onRefused(state, event.from, event.message);
  }
  switch (state.step) {
    case 'terms':
      return onTerms(state, event, context);
    case 'accepted-terms':
      return onAcceptedTerms(state, event, context);
    case 'contract':
      return onContract(state, event);
    case 'seeds':
      return onSeeds(state, event);
    case 'polling':
      return onPolling(state, event, context);
    case 'arbiter-set':
      return onArbiterSet(state, event);
    case 'pledged':
      return onPledged(state, event, context);
    case 'signatures':
      return onSignatures(state, event, context);
    default:
      return assertNever(state);
  }
}
