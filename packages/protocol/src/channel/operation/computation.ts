import { largestCiphertext } from '../../contract/content-limits.ts';
import { contractHash } from '../../contract/contract-codec.ts';
import { ROLES } from '../../contract/party.ts';
import { seedHash } from '../../contract/seed.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { openingHash } from '../../wire/hashes.ts';
import { encodeMessage, type MessageOf } from '../../wire/messages.ts';
import type { ChannelEvent } from '../event.ts';
import { OPEN_CONFIRMATIONS } from '../setup/commitment.ts';
import type { ComputationState, DeliveryRecord, ReceiptRecord, VerificationState } from '../state.ts';
import { ignored, LATER, moved, STALE, type Step, toAll } from '../step.ts';
import { onSecond } from './equivocation.ts';

type Received = Extract<ChannelEvent, { kind: 'message' }>;

/** From the confirmations of Tx0 to the Worker's opening (M §Deliver, §Challenge, §Opening). */
export function onComputation(state: ComputationState, event: ChannelEvent): Step {
  switch (event.kind) {
    case 'tip':
      return startWhenConfirmed(state);
    case 'computed': {
      if (state.delivered) return STALE;
      const channel = contractHash(state.agreement.contract);
      // To itself too: the signed form is what receipts and claims name.
      return moved(
        { ...state, delivered: true },
        toAll(ROLES, { kind: 'delivery', channel, ...event.delivery }),
      );
    }
    case 'delivery-checked':
      return acknowledge(state, event);
    case 'seed-opened':
      return event.which === 'challenge' ? sendDeliveryReceipt(state, event.seed) : STALE;
    case 'opened': {
      if (state.opened) return STALE;
      const channel = contractHash(state.agreement.contract);
      return moved({ ...state, opened: true }, toAll(ROLES, { kind: 'opening', channel, ...event.opening }));
    }
    case 'message':
      return onMessage(state, event);
    default:
      return STALE;
  }
}

function startWhenConfirmed(state: ComputationState): Step {
  const { commitmentHeight, self, started, tip } = state;
  const confirmed = commitmentHeight !== null && tip >= commitmentHeight + OPEN_CONFIRMATIONS - 1;
  if (self !== 'worker' || started || !confirmed) return moved(state);
  return moved({ ...state, started: true }, [], [{ kind: 'compute' }]);
}

function onMessage(state: ComputationState, event: Received): Step {
  const { from, message } = event;
  switch (message.kind) {
    case 'delivery':
      if (from !== 'worker') return ignored('delivery-malformed', from, 'only the Worker delivers');
      return takeDelivery(state, event, message);
    case 'receipt':
      return message.subject === 'delivery' ? takeReceipt(state, event, message) : LATER;
    case 'opening':
      if (from !== 'worker') return ignored('opening-mismatch', from, 'only the Worker opens');
      return takeOpening(state, event, message);
    default:
      return LATER;
  }
}

/** W signs one R a contract, ever: whatever comes second changes nothing here, and is evidence of equivocation. */
function takeDelivery(state: ComputationState, event: Received, message: MessageOf<'delivery'>): Step {
  if (state.delivery !== null) return onSecond(state, event, 'delivery', state.delivery.hash);
  const expected = state.agreement.contract.chunks;
  if (message.chunks.length !== expected) {
    const reason = `${message.chunks.length} chunks were delivered, the contract has ${expected}`;
    return ignored('delivery-malformed', 'worker', reason);
  }
  // Before anything is fetched: an announced size is memory that this party would set aside.
  const longest = largestCiphertext(state.agreement.contract.limits);
  const oversized = message.chunks.findIndex(({ size }) => size > longest);
  if (oversized >= 0) {
    const reason = `ciphertext ${oversized} has ${message.chunks[oversized]!.size} bytes, any result fits into ${longest}`;
    return ignored('delivery-malformed', 'worker', reason);
  }
  const own = state.self === 'worker';
  const delivery: DeliveryRecord = {
    root: message.root,
    hash: event.sealed,
    signature: event.signature,
    accepted: own ? true : null,
  };
  return moved(
    { ...state, delivery },
    [],
    own ? [] : [{ kind: 'check-delivery', deliveryHash: event.sealed }],
  );
}

/** Own check of the delivery is done: C opens s_C at once, V once it knows s_C (M §Challenge: V opens last). */
function acknowledge(
  state: ComputationState,
  event: Extract<ChannelEvent, { kind: 'delivery-checked' }>,
): Step {
  if (state.delivery?.accepted !== null) return STALE;
  const delivery = { ...state.delivery, accepted: event.ok };
  const { bytes, height, blockHash } = event;
  const next = { ...state, delivery, receiptDraft: { bytes, height, blockHash } };
  if (event.ok) return openSeedWhenDue(next);
  const reason = 'the delivered ciphertexts and hashes do not give R';
  return moved(next, [], [], { code: 'delivery-malformed', culprit: 'worker', reason });
}

function openSeedWhenDue(state: ComputationState): Step {
  const turn = state.self === 'client' || (state.self === 'verifier' && state.receipts.client.seed !== null);
  if (state.delivery?.accepted !== true || state.seedAsked || !turn) return moved(state);
  return moved({ ...state, seedAsked: true }, [], [{ kind: 'open-seed', which: 'challenge' }]);
}

function sendDeliveryReceipt(state: ComputationState, seed: Hash32): Step {
  const { delivery, receiptDraft, self } = state;
  if (delivery === null || receiptDraft === null || (self !== 'client' && self !== 'verifier')) return STALE;
  if (state.receipts[self].delivery) return STALE;
  const message: MessageOf<'receipt'> = {
    kind: 'receipt',
    channel: contractHash(state.agreement.contract),
    subject: 'delivery',
    root: delivery.root,
    message: delivery.hash,
    signature: delivery.signature,
    ...receiptDraft,
    seed,
  };
  const others = ROLES.filter((role) => role !== self);
  const record: ReceiptRecord = { delivery: true, opening: false, seed };
  return moved({ ...state, receipts: { ...state.receipts, [self]: record } }, toAll(others, message));
}

function takeReceipt(state: ComputationState, event: Received, message: MessageOf<'receipt'>): Step {
  const { from } = event;
  if (from !== 'client' && from !== 'verifier')
    return ignored('receipt-mismatch', from, 'C and V give receipts');
  if (state.delivery === null) return LATER;
  if (state.receipts[from].delivery) return ignored('out-of-place', from, 'a second receipt');
  const { challengeClient, challengeVerifier } = state.agreement.contract.seedHashes;
  const committed = from === 'client' ? challengeClient : challengeVerifier;
  const matches =
    equalBytes(message.root, state.delivery.root) &&
    equalBytes(message.message, state.delivery.hash) &&
    message.seed !== null &&
    equalBytes(seedHash(message.seed), committed);
  if (!matches) return ignored('receipt-mismatch', from, `the ${from}'s receipt is for something else`);
  const record: ReceiptRecord = { delivery: true, opening: false, seed: message.seed };
  const next: ComputationState = { ...state, receipts: { ...state.receipts, [from]: record } };
  if (next.self !== 'worker') return openSeedWhenDue(next);
  const seedClient = next.receipts.client.seed;
  const seedVerifier = next.receipts.verifier.seed;
  if (seedClient === null || seedVerifier === null) return moved(next);
  return moved(next, [], [{ kind: 'open', seedClient, seedVerifier, deliveryHash: state.delivery.hash }]);
}

function takeOpening(state: ComputationState, event: Received, message: MessageOf<'opening'>): Step {
  const { delivery, receipts, self } = state;
  if (delivery === null || delivery.accepted === null) return LATER;
  if (receipts.client.seed === null || receipts.verifier.seed === null) return LATER;
  const answers =
    equalBytes(message.root, delivery.root) &&
    equalBytes(message.challengeClient, receipts.client.seed) &&
    equalBytes(message.challengeVerifier, receipts.verifier.seed);
  if (!answers) return ignored('opening-mismatch', 'worker', 'the opening answers another challenge');
  const hash = openingHash(encodeMessage(message));
  const { agreement, signatures, tip, commitmentHeight, equivocations } = state;
  const next: VerificationState = {
    name: 'verification',
    self,
    agreement,
    signatures,
    tip,
    commitmentHeight,
    delivery,
    receipts,
    equivocations,
    opening: { hash, sealed: event.sealed, signature: event.signature },
    checked: null,
    verdict: null,
    released: false,
  };
  if (self === 'worker') return moved(next);
  return moved(next, [], [{ kind: 'check-opening', openingHash: hash, deliveryHash: delivery.hash }]);
}
