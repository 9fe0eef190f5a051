import type { Contract } from '../contract/contract.ts';
import { contractHash, decodeContract } from '../contract/contract-codec.ts';
import type { Parameters } from '../contract/parameters.ts';
import { ROLES, type Role } from '../contract/party.ts';
import type { Hash32 } from '../primitives/brands.ts';
import { equalBytes } from '../primitives/bytes.ts';
import { CodedError } from '../primitives/errors.ts';
import type { SchnorrVerify } from '../primitives/schnorr.ts';
import { openEnvelope } from '../wire/envelope.ts';
import type { MessageOf } from '../wire/messages.ts';
import { byNobody, byParty, type CeremonyFault } from './fault.ts';
import type { SeenStake, Snapshot } from './offer.ts';

/**
 * A ceremony as it can be shown to anybody: the signed messages, in any order, and what the chain says about the draw.
 * The snapshot's height is the contract's.
 */
export interface CeremonyTranscript {
  /** Canonical bytes of the contract. */
  readonly contract: Uint8Array;
  /** P, as its T_P announces it. */
  readonly parameters: Parameters;
  readonly minimumAge: Snapshot['minimumAge'];
  /** Hash of block h_s, internal byte order. */
  readonly blockHash: Hash32;
  /** Every stake that the chain has for P, also those that do not count. */
  readonly stakes: readonly SeenStake[];
  /**
   * Envelopes: `contract` of C, `contractAgreed` of W and V, and of each of the three `ceremonySeed`,
   * `acceptanceList` and `arbiterSet`, as far as the ceremony came.
   */
  readonly envelopes: readonly Uint8Array[];
}

/** Kinds of messages that a transcript holds. */
type TranscriptKind = 'contract' | 'contractAgreed' | 'ceremonySeed' | 'acceptanceList' | 'arbiterSet';

/** A message of a party with the envelope that proves it. */
export interface Attributed<K extends TranscriptKind> {
  readonly message: MessageOf<K>;
  readonly envelope: Uint8Array;
}

type ByRole<K extends TranscriptKind> = { readonly [R in Role]?: Attributed<K> };

/** The messages of a transcript by kind and sender. */
export type SortedTranscript = { readonly [K in TranscriptKind]: ByRole<K> };

/** A transcript that can be replayed: its contract, and at most one message of each kind from each party. */
export type OpenedTranscript =
  | {
      readonly kind: 'opened';
      readonly contract: Contract;
      readonly contractHash: Hash32;
      readonly messages: SortedTranscript;
    }
  | { readonly kind: 'fault'; readonly fault: CeremonyFault };

/**
 * Opens every envelope and attributes it to the party whose message key signed it. The same message twice counts once;
 * two different ones of one party, of a kind that it owes once, are its fault.
 */
export function openTranscript(transcript: CeremonyTranscript, verify?: SchnorrVerify): OpenedTranscript {
  let contract: Contract;
  try {
    contract = decodeContract(transcript.contract);
  } catch (error) {
    return { kind: 'fault', fault: foreign(transcript.contract, 'the contract does not decode', error) };
  }
  const hash = contractHash(contract);
  const messages: Record<TranscriptKind, { [R in Role]?: { message: unknown; envelope: Uint8Array } }> = {
    contract: {},
    contractAgreed: {},
    ceremonySeed: {},
    acceptanceList: {},
    arbiterSet: {},
  };
  for (const envelope of transcript.envelopes) {
    let opened: ReturnType<typeof openEnvelope>;
    try {
      opened = openEnvelope(envelope, verify);
    } catch (error) {
      return { kind: 'fault', fault: foreign(envelope, 'an envelope does not open', error) };
    }
    const { message } = opened;
    const role = ROLES.find((candidate) => equalBytes(contract[candidate].messageKey, opened.envelope.from));
    if (role === undefined || !isTranscriptMessage(message) || !belongs(message, role, hash)) {
      return {
        kind: 'fault',
        fault: foreign(envelope, `a "${message.kind}" that is no part of this ceremony`),
      };
    }
    const known = messages[message.kind][role];
    if (known === undefined) messages[message.kind][role] = { message, envelope };
    else if (!sameBody(known.envelope, opened.envelope.body, verify)) {
      const cause = {
        code: 'contradiction',
        what: message.kind,
        first: known.envelope,
        second: envelope,
      } as const;
      return {
        kind: 'fault',
        fault: byParty(role, cause, `signed two different messages "${message.kind}"`),
      };
    }
  }
  return { kind: 'opened', contract, contractHash: hash, messages: messages as SortedTranscript };
}

function isTranscriptMessage(message: { readonly kind: string }): message is MessageOf<TranscriptKind> {
  switch (message.kind) {
    case 'contract':
    case 'contractAgreed':
    case 'ceremonySeed':
    case 'acceptanceList':
    case 'arbiterSet':
      return true;
    default:
      return false;
  }
}

/** Whether `role` may have sent this in the channel of this contract; setup messages still carry the session id. */
function belongs(message: MessageOf<TranscriptKind>, role: Role, hash: Hash32): boolean {
  switch (message.kind) {
    case 'contract':
      return role === 'client';
    case 'contractAgreed':
      return message.role === role;
    case 'ceremonySeed':
      return message.role === role && equalBytes(message.channel, hash);
    case 'acceptanceList':
    case 'arbiterSet':
      return equalBytes(message.channel, hash);
  }
}

function sameBody(envelope: Uint8Array, body: Uint8Array, verify: SchnorrVerify | undefined): boolean {
  return equalBytes(openEnvelope(envelope, verify).envelope.body, body);
}

function foreign(envelope: Uint8Array, reason: string, cause?: unknown): CeremonyFault {
  const detail = cause instanceof CodedError ? `: ${cause.message}` : '';
  return byNobody({ code: 'message-foreign', envelope }, `${reason}${detail}`);
}
