import { contractHash } from '../../contract/contract-codec.ts';
import { type Party, parties, ROLES } from '../../contract/party.ts';
import type { AdaptorSignature } from '../../primitives/adaptor.ts';
import type { SchnorrSignature } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { Graph } from '../../transactions/graph.ts';
import {
  recipients,
  type SignatureSlot,
  slotKey,
  slotsDemanded,
  slotsOwed,
} from '../../transactions/signing.ts';
import { verifySlot } from '../../transactions/verify.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { graphOf } from '../agreement.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent, SlotSignature } from '../event.ts';
import type { Agreement, SetupState, Signatures, SignaturesStep } from '../state.ts';
import { ignored, LATER, moved, type Outgoing, STALE, type Step, toAll } from '../step.ts';
import { abandon } from './abandon.ts';
import { finishCommitment } from './commitment.ts';
import { readInputWitnesses } from './input-witness.ts';
import { lackingSigners, waitingFor } from './waiting.ts';

/** Every party builds Υ and makes the pre-signatures that it owes (T §Setup 3). */
export function beginSignatures(
  state: SetupState,
  self: Party,
  agreement: Agreement,
  messages: readonly Outgoing[],
): Step {
  const next: SignaturesStep = {
    name: 'setup',
    step: 'signatures',
    role: state.role,
    self,
    parameters: state.parameters,
    tip: state.tip,
    deadline: state.deadline,
    agreement,
    signatures: { plain: {}, adaptor: {} },
    signed: false,
    guaranteed: [],
    committed: false,
    inputs: {},
    commitment: null,
    announced: null,
  };
  const slots = slotsOwed(graphOf(agreement), self);
  return moved(next, messages, [{ kind: 'sign', slots }]);
}

/** Pre-signatures, guarantee sets, then the signatures of Tx0's inputs: arbiters, V and W, C last (T §Setup 3–5). */
export function onSignatures(state: SignaturesStep, event: ChannelEvent, context: ChannelContext): Step {
  switch (event.kind) {
    case 'tip':
      return giveUpInTime(state);
    case 'signed':
      return handOut(state, event.signatures);
    case 'inputs-signed':
      return sendInputs(state, event.witnesses);
    case 'disagreed':
      // Nothing was signed: what Tx0 would spend is not there.
      return state.committed && state.inputs[state.self] === undefined
        ? abandon({ ...state, committed: false }, event.code, event.culprit, event.reason)
        : STALE;
    case 'message':
      if (event.from.startsWith('offer:'))
        return ignored('out-of-place', event.from, 'no party of this graph');
      return onMessage(state, event.from as Party, event.message, context);
    default:
      return STALE;
  }
}

function onMessage(
  state: SignaturesStep,
  from: Party,
  message: Extract<ChannelEvent, { kind: 'message' }>['message'],
  context: ChannelContext,
): Step {
  const graph = graphOf(state.agreement);
  switch (message.kind) {
    case 'preSignatures':
      if (!equalBytes(message.graphId, graph.id)) {
        return abandon(state, 'graph-mismatch', from, 'signatures for another graph');
      }
      return takePreSignatures(state, graph, from, message, context);
    case 'guaranteed':
      if (state.guaranteed.includes(from)) return ignored('out-of-place', from, 'guaranteed twice');
      return moved({ ...state, guaranteed: [...state.guaranteed, from] });
    case 'inputSignatures':
      return takeInputs(state, graph, from, message, context);
    case 'acceptanceList':
      return ignored('out-of-place', from, 'all three have agreed to the arbiters');
    case 'commitmentBroadcast':
      if (from !== 'client') return ignored('out-of-place', from, 'only the Client publishes Tx0');
      if (state.announced !== null) return ignored('out-of-place', from, 'announced before');
      return moved({ ...state, announced: message.txid });
    default:
      return LATER;
  }
}

function handOut(state: SignaturesStep, made: readonly SlotSignature[]): Step {
  if (state.signed) return STALE;
  const graph = graphOf(state.agreement);
  const byRecipient = new Map<Party, SlotSignature[]>();
  for (const item of made) {
    for (const party of recipients(graph, item.slot)) {
      const list = byRecipient.get(party) ?? [];
      list.push(item);
      byRecipient.set(party, list);
    }
  }
  const channel = contractHash(state.agreement.contract);
  const messages: Outgoing[] = [...byRecipient].map(([to, items]) => ({
    to,
    message: {
      kind: 'preSignatures',
      channel,
      graphId: graph.id,
      signatures: items.map(toWire),
    },
  }));
  return advance({ ...state, signed: true, signatures: keep(state.signatures, made) }, messages);
}

function toWire({ slot, signature }: SlotSignature): MessageOf<'preSignatures'>['signatures'][number] {
  const { transaction, input } = slot;
  return signature instanceof Uint8Array
    ? { kind: 'plain', transaction, input, signature }
    : { kind: 'adaptor', transaction, input, signature };
}

/** The held signatures with more of them. */
export function keep(held: Signatures, more: readonly SlotSignature[]): Signatures {
  const plain: Record<string, SchnorrSignature> = { ...held.plain };
  const adaptor: Record<string, AdaptorSignature> = { ...held.adaptor };
  for (const { slot, signature } of more) {
    if (signature instanceof Uint8Array) plain[slotKey(slot)] = signature;
    else adaptor[slotKey(slot)] = signature;
  }
  return { plain, adaptor };
}

function takePreSignatures(
  state: SignaturesStep,
  graph: Graph,
  from: Party,
  message: MessageOf<'preSignatures'>,
  context: ChannelContext,
): Step {
  const demanded = new Map<string, SignatureSlot>();
  for (const slot of slotsDemanded(graph, state.self)) {
    if (slot.signer === from) demanded.set(`${slot.transaction}/${slot.input}`, slot);
  }
  const { plain, adaptor } = state.signatures;
  const taken: SlotSignature[] = [];
  for (const item of message.signatures) {
    const slot = demanded.get(`${item.transaction}/${item.input}`);
    if (slot === undefined) {
      return ignored('signature-unasked', from, `no signature of ${from} on ${item.transaction} is due here`);
    }
    const key = slotKey(slot);
    if (plain[key] !== undefined || adaptor[key] !== undefined) continue;
    if (!verifySlot(graph, slot, item.signature, context.verify)) {
      const what = `${from}'s signature on input ${slot.input} of ${slot.transaction} is not valid`;
      return abandon(state, 'signature-invalid', from, what);
    }
    taken.push({ slot, signature: item.signature });
  }
  if (taken.length === 0) return ignored('out-of-place', from, 'these signatures are here already');
  return advance({ ...state, signatures: keep(state.signatures, taken) }, []);
}

/**
 * Blocks before the time-out at which who waits for one party alone says so: first for its pre-signatures, later for an
 * arbiter's input of Tx0, since that does not come while the arbiter itself lacks something.
 */
const WARNING_BLOCKS = { preSignatures: 6, input: 2 };

/** The others see only that this party's own signatures do not come: it names whose are missing, while it can be heard. */
function giveUpInTime(state: SignaturesStep): Step {
  const left = state.deadline - state.tip;
  const lacking = lackingSigners(state);
  const isPrincipal = state.self === 'worker' || state.self === 'verifier';
  const waits =
    lacking.length > 0
      ? { for: lacking, due: left <= WARNING_BLOCKS.preSignatures }
      : { for: waitingFor(state), due: isPrincipal && left <= WARNING_BLOCKS.input };
  const [culprit, ...others] = waits.for;
  if (!waits.due || state.committed || culprit === undefined || others.length > 0) return moved(state);
  const reason = `the signatures of ${culprit} had not come by block ${state.tip}`;
  return abandon(state, 'setup-timeout', culprit, reason);
}

function holdsEverything(state: SignaturesStep): boolean {
  const { plain, adaptor } = state.signatures;
  return slotsDemanded(graphOf(state.agreement), state.self).every((slot) => {
    const key = slotKey(slot);
    return slot.kind === 'plain' ? plain[key] !== undefined : adaptor[key] !== undefined;
  });
}

/**
 * Goes as far as what is held allows: once the own guarantee set is complete, tell C, and sign the own inputs of Tx0:
 * arbiters first, V and W once all arbiters have, C once everybody has (T §Setup 4, 5).
 */
function advance(state: SignaturesStep, messages: readonly Outgoing[]): Step {
  const { agreement, self } = state;
  if (!state.signed || !holdsEverything(state)) return moved(state, messages);
  const everybody = parties(agreement.arbiters.length);
  const out = [...messages];
  let next = state;
  if (!next.guaranteed.includes(self)) {
    const message = {
      kind: 'guaranteed',
      channel: contractHash(agreement.contract),
      graphId: graphOf(agreement).id,
    } as const;
    if (self !== 'client') out.push({ to: 'client', message });
    next = { ...next, guaranteed: [...next.guaranteed, self] };
  }
  const arbiters = everybody.filter((party) => party.startsWith('arbiter:'));
  const before: readonly Party[] =
    self === 'client'
      ? everybody.filter((party) => party !== 'client')
      : arbiters.includes(self)
        ? []
        : arbiters;
  const ready = !next.committed && before.every((party) => next.inputs[party] !== undefined);
  if (!ready) return moved(next, out);
  return moved({ ...next, committed: true }, out, [{ kind: 'sign-inputs' }]);
}

function takeInputs(
  state: SignaturesStep,
  graph: Graph,
  from: Party,
  message: MessageOf<'inputSignatures'>,
  context: ChannelContext,
): Step {
  if (state.inputs[from] !== undefined) return ignored('out-of-place', from, 'input signatures twice');
  const read = readInputWitnesses(graph, from, message.inputs);
  if (!read?.every(({ slot, signature }) => verifySlot(graph, slot, signature, context.verify))) {
    return abandon(state, 'input-signature-invalid', from, `${from}'s signature on Tx0 is not valid`);
  }
  const inputs = { ...state.inputs, [from]: message.inputs };
  return advance({ ...state, inputs, signatures: keep(state.signatures, read) }, []);
}

function sendInputs(state: SignaturesStep, witnesses: SignaturesStep['inputs'][string]): Step {
  const { agreement, self } = state;
  if (state.inputs[self] !== undefined) return STALE;
  const own = readInputWitnesses(graphOf(agreement), self, witnesses) ?? [];
  const signatures = keep(state.signatures, own);
  const next = { ...state, signatures, inputs: { ...state.inputs, [self]: witnesses } };
  if (self === 'client') return finishCommitment(next);
  const message = {
    kind: 'inputSignatures',
    channel: contractHash(agreement.contract),
    graphId: graphOf(agreement).id,
    inputs: witnesses,
  } as const;
  return moved(
    next,
    toAll(
      ROLES.filter((role) => role !== self),
      message,
    ),
  );
}
