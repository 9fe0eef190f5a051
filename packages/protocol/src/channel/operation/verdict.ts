import { contractHash } from '../../contract/contract-codec.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { type SignatureSlot, slotKey } from '../../transactions/signing.ts';
import { verifySlot } from '../../transactions/verify.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { graphOf } from '../agreement.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent, SlotSignature } from '../event.ts';
import { VERIFIER_ON_TX4 } from '../post/content.ts';
import { postToAll } from '../post/relay.ts';
import { keep } from '../setup/signatures.ts';
import type { OpenState } from '../state.ts';
import { ignored, LATER, moved, STALE, type Step, toAll } from '../step.ts';
import { timesOf } from '../times.ts';
import { type Act, begin } from './progress.ts';

const CLIENT_ON_TX4: SignatureSlot = { transaction: 'Tx4', input: 0, signer: 'client', kind: 'adaptor' };

type Received = Extract<ChannelEvent, { readonly kind: 'message' }>;

/**
 * V says r = 1 only about what C is bound to: it holds C's receipts for delivery and opening, or has accepted them by Post,
 * and nothing else can come any more. Nobody acts on what it has alone, or C could claim later that it never got them, or got
 * another (M §Post, D26, D31).
 */
export const giveVerdict: Act = (state) => {
  const { self, name, checked, verdict, accusation, delivery, opening, receipts } = state;
  if (self !== 'verifier' || name === 'arbitration' || verdict !== null || accusation !== null)
    return undefined;
  const times = timesOf(state);
  if (checked?.r !== 1 || delivery === null || opening === null || times === null) return undefined;
  const known =
    (receipts.client.delivery !== null || isSettled(state, delivery.hash, times.deliveryBy + times.B)) &&
    (receipts.client.opening !== null || isSettled(state, opening.sealed, times.decidedAt));
  if (!known) return undefined;
  return { state: { ...state, verdict: 1 }, tasks: [{ kind: 'sign', slots: [VERIFIER_ON_TX4] }] };
};

/** Whether this was accepted by Post, and a second one could not be accepted any more. */
function isSettled({ posts, tip }: OpenState, hash: Uint8Array, decidedAt: number): boolean {
  if (tip < decidedAt) return false;
  return posts.some(
    ({ sealed, acceptedAt, timely }) => acceptedAt !== null && timely && equalBytes(sealed, hash),
  );
}

/** D34: r = 1 is known to all before it goes on the chain as TxV1, since TxAc is judged by what it names (D31). */
export const postVerdict: Act = (state) => {
  const { self, name, verdict, begun, tip } = state;
  const times = timesOf(state);
  if (self !== 'verifier' || name === 'arbitration' || verdict !== 1 || begun.includes('verdict-post'))
    return undefined;
  if (times === null || tip < times.verdictBy - times.B || tip > times.verdictBy) return undefined;
  const message = verdictMessage(state);
  return message && { state: begin(state, 'verdict-post'), messages: postToAll(state, message) };
};

/** C releases its adaptor signature after V's r = 1 and its own look at the opening (D24). */
export const release: Act = (state) => {
  const { self, name, verdict, checked, accusation, released } = state;
  if (self !== 'client' || name === 'arbitration' || released || accusation !== null) return undefined;
  if (verdict !== 1 || checked?.r !== 1) return undefined;
  return { state: { ...state, released: true }, tasks: [{ kind: 'sign', slots: [CLIENT_ON_TX4] }] };
};

/** V's r = 1 for its delivery and opening; undefined until it is signed. */
function verdictMessage(state: OpenState): MessageOf<'verdict'> | undefined {
  const signature = state.signatures.plain[slotKey(VERIFIER_ON_TX4)];
  if (signature === undefined || state.delivery === null || state.opening === null) return undefined;
  return {
    kind: 'verdict',
    channel: contractHash(state.agreement.contract),
    root: state.delivery.root,
    openingHash: state.opening.hash,
    signature,
  };
}

/** The own signature on Tx4 is made: V's verdict, or C's release. */
export function sendSigned(state: OpenState, made: SlotSignature): Step {
  const { plain, adaptor } = state.signatures;
  const key = slotKey(made.slot);
  if (plain[key] !== undefined || adaptor[key] !== undefined) return STALE;
  const next = { ...state, signatures: keep(state.signatures, [made]) };
  const { signature } = made;
  if (signature instanceof Uint8Array) {
    const message = verdictMessage(next);
    return message === undefined ? STALE : moved(next, toAll(['worker', 'client'], message));
  }
  const channel = contractHash(state.agreement.contract);
  return moved(next, [{ to: 'worker', message: { kind: 'release', channel, signature } }]);
}

/** V's r = 1, directly. */
export function takeVerdict(
  state: OpenState,
  { from }: Received,
  message: MessageOf<'verdict'>,
  context: ChannelContext,
): Step {
  if (from !== 'verifier') return ignored('verdict-invalid', from, 'only the Verifier gives a verdict');
  if (state.verdict !== null) return ignored('out-of-place', 'verifier', 'a second verdict');
  if (state.opening === null || state.delivery === null) return LATER;
  const graph = graphOf(state.agreement);
  if (names(state, message) && verifySlot(graph, VERIFIER_ON_TX4, message.signature, context.verify)) {
    return moved(acceptVerdict(state, message));
  }
  const reason = 'the verdict names another opening or its signature is not valid';
  return ignored('verdict-invalid', 'verifier', reason);
}

/** V's r = 1 is known, its signature verified; about another opening it says nothing here. */
export function acceptVerdict(state: OpenState, message: MessageOf<'verdict'>): OpenState {
  if (state.verdict !== null || !names(state, message)) return state;
  const { signature } = message;
  const signatures = keep(state.signatures, [{ slot: VERIFIER_ON_TX4, signature }]);
  return { ...state, verdict: 1, signatures };
}

function names(
  { delivery, opening }: OpenState,
  verdict: Pick<MessageOf<'verdict'>, 'root' | 'openingHash'>,
): boolean {
  if (delivery === null || opening === null) return false;
  return equalBytes(verdict.root, delivery.root) && equalBytes(verdict.openingHash, opening.hash);
}

/** C's adaptor signature on Tx4, for W alone (D9, D24). */
export function takeRelease(
  state: OpenState,
  { from }: Received,
  message: MessageOf<'release'>,
  context: ChannelContext,
): Step {
  if (from !== 'client' || state.self !== 'worker') {
    return ignored('release-invalid', from, 'the Client releases, to the Worker alone');
  }
  if (state.opening === null) return LATER;
  if (state.released) return ignored('out-of-place', from, 'released before');
  const { signature } = message;
  if (!verifySlot(graphOf(state.agreement), CLIENT_ON_TX4, signature, context.verify)) {
    return ignored('release-invalid', 'client', "the Client's adaptor signature on Tx4 is not valid");
  }
  const signatures = keep(state.signatures, [{ slot: CLIENT_ON_TX4, signature }]);
  return moved({ ...state, signatures, released: true });
}

/** Whether W holds everything for Tx4: V's signature and C's adaptor signature. */
export function holdsPayment({ signatures: { plain, adaptor } }: OpenState): boolean {
  return plain[slotKey(VERIFIER_ON_TX4)] !== undefined && adaptor[slotKey(CLIENT_ON_TX4)] !== undefined;
}
