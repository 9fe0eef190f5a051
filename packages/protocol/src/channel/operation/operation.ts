import { contractHash } from '../../contract/contract-codec.ts';
import { ROLES } from '../../contract/party.ts';
import { COURT_ACTS, type FromTask, isAwaited, onCourt } from '../arbitration/on-court.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import { onRelayMade } from '../post/relay.ts';
import { OPEN_CONFIRMATIONS } from '../setup/commitment.ts';
import type { ChannelState, OpenState } from '../state.ts';
import { ignored, LATER, moved, STALE, type Step, toAll } from '../step.ts';
import {
  accuseAsClient,
  accuseAsVerifier,
  checkOpening,
  checkThoroughly,
  concludeCheck,
  followVerdict,
} from './accusation.ts';
import { onConfirmed, onUnconfirmed } from './chain.ts';
import { takeDelivery, takeOpening } from './documents.ts';
import { noteOtherRoot } from './equivocation.ts';
import { postEvidence } from './evidence.ts';
import { onDeliveryChecked, takePost } from './posted.ts';
import { postDelivery, postOpening, postSeed } from './posting.ts';
import { type Act, begin, carryOn } from './progress.ts';
import { giveDeliveryReceipt, giveOpeningReceipt, matchReceipts, takeReceipt } from './receipts.ts';
import { findSubstitutes, forgetBlocks, onBlock, openSample, openSeed } from './seeds.ts';
import { giveVerdict, postVerdict, release, sendSigned, takeRelease, takeVerdict } from './verdict.ts';

/** W starts when Tx0 has its confirmations, so that a shallow reorganisation costs it nothing. */
const compute: Act = (state) => {
  const { commitmentHeight, self, begun, tip } = state;
  const confirmed = commitmentHeight !== null && tip >= commitmentHeight + OPEN_CONFIRMATIONS - 1;
  if (self !== 'worker' || begun.includes('compute') || !confirmed) return undefined;
  return { state: begin(state, 'compute'), tasks: [{ kind: 'compute' }] };
};

/** What a party does as soon as it can; each act knows whose it is. */
const ACTS: readonly Act[] = [
  compute,
  matchReceipts,
  openSeed,
  findSubstitutes,
  openSample,
  giveOpeningReceipt,
  postDelivery,
  postSeed,
  postOpening,
  noteOtherRoot,
  followVerdict,
  checkOpening,
  checkThoroughly,
  accuseAsVerifier,
  accuseAsClient,
  giveVerdict,
  postVerdict,
  release,
  postEvidence,
  ...COURT_ACTS,
];

/**
 * From the confirmation of Tx0 to a settlement (M §Steps): takes in what happened, then does everything that it has made
 * possible. In a dispute all of it goes on, and the arbitration besides.
 */
export function onOperation(before: OpenState, event: ChannelEvent, context: ChannelContext): Step {
  const step = react(before, event, context);
  if (step.kind !== 'moved' || !isOpen(step.state)) return step;
  return carryOn(step, step.state, ACTS);
}

function isOpen(state: ChannelState): state is OpenState {
  return state.name !== 'setup' && state.name !== 'closed';
}

function react(before: OpenState, event: ChannelEvent, context: ChannelContext): Step {
  switch (event.kind) {
    case 'tip':
      return onTip(forgetBlocks({ ...before, tip: event.height }), event);
    case 'confirmed':
      return onConfirmed(before, event);
    case 'unconfirmed':
      return onUnconfirmed(before, event);
    case 'computed': {
      if (before.begun.includes('deliver')) return STALE;
      const channel = contractHash(before.agreement.contract);
      // To itself too: the signed form is what receipts and claims name.
      return moved(begin(before, 'deliver'), toAll(ROLES, { kind: 'delivery', channel, ...event.delivery }));
    }
    case 'delivery-checked':
      return onDeliveryChecked(before, event, context);
    case 'seed-opened':
      return event.which === 'challenge' ? giveDeliveryReceipt(before, event.seed) : STALE;
    case 'opened': {
      if (before.begun.includes('reveal')) return STALE;
      const channel = contractHash(before.agreement.contract);
      return moved(begin(before, 'reveal'), toAll(ROLES, { kind: 'opening', channel, ...event.opening }));
    }
    case 'block-found': {
      const found = onBlock(before, event);
      return found === undefined ? STALE : moved(found.state);
    }
    case 'opening-checked':
      return concludeCheck(before, event);
    case 'relay-made':
      return onRelayMade(before, event);
    case 'signed': {
      const [made] = event.signatures;
      return made?.slot.transaction === 'Tx4' ? sendSigned(before, made) : toCourt(before, event);
    }
    case 'claim-made':
    case 'judged':
      return toCourt(before, event);
    case 'message':
      return onMessage(before, event, context);
    default:
      return STALE;
  }
}

function onTip(state: OpenState, event: Extract<ChannelEvent, { readonly kind: 'tip' }>): Step {
  return state.name === 'arbitration' ? onCourt(state, event) : moved(state);
}

function toCourt(state: OpenState, event: FromTask): Step {
  if (state.name === 'arbitration') return onCourt(state, event);
  return isAwaited(state, event) ? LATER : STALE;
}

function onMessage(
  state: OpenState,
  event: Extract<ChannelEvent, { readonly kind: 'message' }>,
  context: ChannelContext,
): Step {
  const { from, message } = event;
  if (from.startsWith('offer:')) return ignored('out-of-place', from, 'no party of this contract');
  switch (message.kind) {
    case 'post':
    case 'postReceipt':
      return takePost(state, event, message, context);
    case 'delivery':
      return takeDelivery(state, event, message);
    case 'opening':
      return takeOpening(state, event, message);
    case 'receipt':
      return takeReceipt(state, event, message, context);
    case 'verdict':
      return takeVerdict(state, event, message, context);
    case 'release':
      return takeRelease(state, event, message, context);
    case 'lacking':
      return state.name === 'arbitration' ? onCourt(state, event) : LATER;
    default:
      return LATER;
  }
}
