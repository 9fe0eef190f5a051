import { contractHash } from '../../contract/contract-codec.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { SignatureSlot } from '../../transactions/signing.ts';
import { slotKey } from '../../transactions/signing.ts';
import { verifySlot } from '../../transactions/verify.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { graphOf } from '../agreement.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import { keep } from '../setup/signatures.ts';
import type { VerificationState } from '../state.ts';
import { ignored, LATER, moved, STALE, type Step, toAll } from '../step.ts';
import { onSecond } from './equivocation.ts';

const verifierOnTx4: SignatureSlot = { transaction: 'Tx4', input: 0, signer: 'verifier', kind: 'plain' };
const clientOnTx4: SignatureSlot = { transaction: 'Tx4', input: 0, signer: 'client', kind: 'adaptor' };

/** From the opening to the Worker's means of payment: receipts, verdict, release (M §Verdict, §Release). */
export function onVerification(state: VerificationState, event: ChannelEvent, context: ChannelContext): Step {
  switch (event.kind) {
    case 'tip':
      return moved(state);
    case 'opening-checked':
      return conclude(state, event);
    case 'signed':
      return sendSigned(state, event);
    case 'message':
      return onMessage(state, event, context);
    default:
      return STALE;
  }
}

function conclude(state: VerificationState, event: Extract<ChannelEvent, { kind: 'opening-checked' }>): Step {
  const { self, agreement, delivery, opening } = state;
  if (state.checked !== null || self === 'worker') return STALE;
  const next: VerificationState = { ...state, checked: event.verdict };
  if (self === 'verifier') return judge(next);
  const message: MessageOf<'receipt'> = {
    kind: 'receipt',
    channel: contractHash(agreement.contract),
    subject: 'opening',
    root: delivery.root,
    message: opening.sealed,
    signature: opening.signature,
    bytes: event.bytes,
    height: event.height,
    blockHash: event.blockHash,
    seed: null,
  };
  const receipts = { ...next.receipts, client: { ...next.receipts.client, opening: true } };
  return release({ ...next, receipts }, toAll(['worker', 'verifier'], message));
}

/**
 * V says r = 1 only when it holds C's receipts for delivery and opening: nobody acts on what it has alone, or C could
 * claim later that it never got them (M §Post, D26).
 */
function judge(state: VerificationState): Step {
  const { checked, receipts } = state;
  if (checked === null || state.verdict !== null) return moved(state);
  if (checked.r === 0) return moved({ ...state, verdict: 0 });
  if (!receipts.client.delivery || !receipts.client.opening) return moved(state);
  return moved({ ...state, verdict: 1 }, [], [{ kind: 'sign', slots: [verifierOnTx4] }]);
}

/** C releases its adaptor signature after V's r = 1 and its own look at the opening (D24). */
function release(state: VerificationState, messages: Extract<Step, { kind: 'moved' }>['messages']): Step {
  const satisfied = state.verdict === 1 && state.checked?.r === 1 && !state.released;
  if (!satisfied) return moved(state, messages);
  return moved({ ...state, released: true }, messages, [{ kind: 'sign', slots: [clientOnTx4] }]);
}

function sendSigned(state: VerificationState, event: Extract<ChannelEvent, { kind: 'signed' }>): Step {
  const channel = contractHash(state.agreement.contract);
  const made = event.signatures[0];
  if (made === undefined || made.slot.transaction !== 'Tx4') return STALE;
  const { plain, adaptor } = state.signatures;
  const key = slotKey(made.slot);
  if (plain[key] !== undefined || adaptor[key] !== undefined) return STALE;
  const next = { ...state, signatures: keep(state.signatures, event.signatures) };
  const { signature } = made;
  if (signature instanceof Uint8Array) {
    const message: MessageOf<'verdict'> = {
      kind: 'verdict',
      channel,
      root: state.delivery.root,
      openingHash: state.opening.hash,
      signature,
    };
    return moved(next, toAll(['worker', 'client'], message));
  }
  return moved(next, [{ to: 'worker', message: { kind: 'release', channel, signature } }]);
}

function onMessage(
  state: VerificationState,
  event: Extract<ChannelEvent, { kind: 'message' }>,
  context: ChannelContext,
): Step {
  const { from, message } = event;
  const graph = graphOf(state.agreement);
  switch (message.kind) {
    case 'delivery':
    case 'opening': {
      if (from !== 'worker') return ignored('out-of-place', from, `only the Worker sends "${message.kind}"`);
      const first = message.kind === 'delivery' ? state.delivery.hash : state.opening.sealed;
      return onSecond(state, event, message.kind, first);
    }
    case 'receipt': {
      if (message.subject === 'delivery' || (from === 'client' && state.receipts.client.opening)) {
        return ignored('out-of-place', from, 'a receipt that came before');
      }
      if (from !== 'client')
        return ignored('receipt-mismatch', from, 'only the Client gives a receipt for the opening');
      const matches =
        equalBytes(message.root, state.delivery.root) && equalBytes(message.message, state.opening.sealed);
      if (!matches)
        return ignored('receipt-mismatch', 'client', "the Client's receipt is for something else");
      const receipts = { ...state.receipts, client: { ...state.receipts.client, opening: true } };
      const next = { ...state, receipts };
      return state.self === 'verifier' ? judge(next) : moved(next);
    }
    case 'verdict': {
      if (from !== 'verifier') return ignored('verdict-invalid', from, 'only the Verifier gives a verdict');
      if (state.verdict !== null) return ignored('out-of-place', 'verifier', 'a second verdict');
      const names =
        equalBytes(message.root, state.delivery.root) && equalBytes(message.openingHash, state.opening.hash);
      if (!names || !verifySlot(graph, verifierOnTx4, message.signature, context.verify)) {
        return ignored(
          'verdict-invalid',
          'verifier',
          'the verdict names another opening or its signature is not valid',
        );
      }
      const signatures = keep(state.signatures, [{ slot: verifierOnTx4, signature: message.signature }]);
      const next: VerificationState = { ...state, verdict: 1, signatures };
      return state.self === 'client' ? release(next, []) : moved(next);
    }
    case 'release': {
      if (from !== 'client' || state.self !== 'worker') {
        return ignored('release-invalid', from, 'the Client releases, to the Worker alone');
      }
      if (state.released) return ignored('out-of-place', from, 'released before');
      const { signature } = message;
      if (!verifySlot(graph, clientOnTx4, signature, context.verify)) {
        return ignored('release-invalid', 'client', "the Client's adaptor signature on Tx4 is not valid");
      }
      const signatures = keep(state.signatures, [{ slot: clientOnTx4, signature }]);
      return moved({ ...state, signatures, released: true });
    }
    default:
      return LATER;
  }
}

/** Whether W holds everything for Tx4: V's signature and C's adaptor signature. */
export function holdsPayment(state: VerificationState): boolean {
  const { plain, adaptor } = state.signatures;
  return plain[slotKey(verifierOnTx4)] !== undefined && adaptor[slotKey(clientOnTx4)] !== undefined;
}
