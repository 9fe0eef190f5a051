import type { SeenStake } from '../ceremony/offer.ts';
import type { ShownList } from '../ceremony/selection.ts';
import type { Contract } from '../contract/contract.ts';
import type { Outpoint } from '../contract/outpoint.ts';
import type { Parameters } from '../contract/parameters.ts';
import type { Party, Role } from '../contract/party.ts';
import type { AdaptorSignature } from '../primitives/adaptor.ts';
import type { Hash32, SchnorrSignature, SecretScalar, Txid } from '../primitives/brands.ts';
import type { TransactionId } from '../transactions/graph.ts';
import type { Arbiter } from '../transactions/terms.ts';
import type { Acceptance } from '../wire/ceremony.ts';
import type { MessageOf } from '../wire/messages.ts';
import type { ArbitrationRecord } from './arbitration/record.ts';
import type { CleanEnd } from './closing/clean-end.ts';
import type { InputWitness, OpeningVerdict } from './event.ts';
import type { ChannelFault } from './fault.ts';
import type {
  Accusation,
  Beginning,
  DeliveryRecord,
  Equivocation,
  OpeningRecord,
  ReceiptDraft,
  ReceiptRecord,
} from './operation/record.ts';
import type { PostedMessage } from './post/record.ts';
import type { SeedSubstitutes } from './task.ts';

/** What everybody signed: from it each party builds the same graph, byte for byte. */
export interface Agreement {
  readonly parameters: Parameters;
  readonly contract: Contract;
  readonly arbiters: readonly Arbiter[];
}

/** Addresses of C, W and V on the transport, as C introduces them to each other and to the arbiters. */
export type Peers = MessageOf<'contract'>['peers'];

/** Fields of every step of the setup. */
interface SetupFrame {
  readonly name: 'setup';
  readonly role: Role | 'arbiter';
  readonly parameters: Parameters;
  /** Best block that this party has seen. */
  readonly tip: number;
  /** Tip from which the setup is given up (M §Defaults: 18 blocks after it began). */
  readonly deadline: number;
}

/** What W, or V, has answered to the terms. */
export type TermsOf<R extends 'worker' | 'verifier'> = Extract<
  MessageOf<'termsAccepted'>,
  { readonly role: R }
>;

/** C has proposed and waits for W and V. */
export interface TermsStep extends SetupFrame {
  readonly step: 'terms';
  readonly role: 'client';
  readonly terms: MessageOf<'terms'>;
  readonly peers: Peers;
  readonly worker: TermsOf<'worker'> | null;
  readonly verifier: TermsOf<'verifier'> | null;
}

/** W or V has accepted the terms and waits for the contract. */
export interface AcceptedTermsStep extends SetupFrame {
  readonly step: 'accepted-terms';
  readonly role: 'worker' | 'verifier';
  readonly terms: MessageOf<'terms'>;
  readonly own: MessageOf<'termsAccepted'>;
}

/** The contract is written: C checks its partners' coins, W and V fetch its payload and agree, C collects. */
export interface ContractStep extends SetupFrame {
  readonly step: 'contract';
  readonly role: Role;
  /** Names the channel until the contract does. */
  readonly session: Hash32;
  readonly contract: Contract;
  readonly peers: Peers;
  /** C: who has agreed, itself included. */
  readonly agreed: readonly Role[];
}

/** Waiting for block h_s, then for the ceremony's seeds in the order C, V, W (Y §Oracle). */
export interface SeedsStep extends SetupFrame {
  readonly step: 'seeds';
  readonly role: Role;
  readonly contract: Contract;
  readonly peers: Peers;
  readonly opening: boolean;
  readonly seeds: {
    readonly client: Hash32 | null;
    readonly verifier: Hash32 | null;
    readonly worker: Hash32 | null;
  };
}

/** Asking arbiters in rank order until n have accepted, and waiting for the partners' lists (Y §Polling, §Union). */
export interface PollingStep extends SetupFrame {
  readonly step: 'polling';
  readonly role: Role;
  readonly contract: Contract;
  readonly peers: Peers;
  readonly seed: Hash32 | null;
  readonly seeds: { readonly client: Hash32; readonly verifier: Hash32; readonly worker: Hash32 };
  /** The stakes that count at the snapshot, by rank. */
  readonly stakes: readonly SeenStake[];
  /** Of them those that are asked last, by {@link outpointKey}. */
  readonly avoided: readonly string[];
  readonly asked: readonly {
    readonly offer: string;
    readonly at: number;
    readonly answer: 'none' | 'accepted' | 'refused';
  }[];
  readonly acceptances: readonly Acceptance[];
  readonly lists: {
    readonly client: ShownList | null;
    readonly worker: ShownList | null;
    readonly verifier: ShownList | null;
  };
  /** The envelopes of the others' lists, to hold each to what it showed. */
  readonly shown: ShownEnvelopes;
}

/** Envelopes of the lists that the other two have shown. */
export type ShownEnvelopes = Readonly<Partial<Record<Role, Uint8Array>>>;

/** 𝒜 is known; the three sign it (Y §Agreement). */
export interface ArbiterSetStep extends SetupFrame {
  readonly step: 'arbiter-set';
  readonly role: Role;
  readonly agreement: Agreement;
  readonly acceptances: readonly Acceptance[];
  readonly graphId: Hash32;
  /** Outpoint keys of the stakes that accepted and were not drawn. */
  readonly passedOver: readonly string[];
  readonly shown: ShownEnvelopes;
  /** The own look at the stakes of 𝒜 is over, and the own agreement on its way. */
  readonly checked: boolean;
  /** Who agreed to another set, and at which own tip that came: whoever showed two lists may be behind it. */
  readonly mismatch: { readonly by: Role; readonly since: number } | null;
  readonly envelopes: {
    readonly client: Uint8Array | null;
    readonly worker: Uint8Array | null;
    readonly verifier: Uint8Array | null;
  };
}

/** An arbiter has pledged its stake and waits for the graph, no longer than its acceptance binds it. */
export interface PledgedStep extends SetupFrame {
  readonly step: 'pledged';
  readonly role: 'arbiter';
  readonly contract: Contract;
  readonly acceptance: Acceptance;
  /** C's message with 𝒜, while the stakes are looked up on the chain. */
  readonly invitation: MessageOf<'graph'> | null;
  /** 𝒜 is right, and A_i is one of it: it fetches program and list of inputs before it signs anything (D38). */
  readonly selected: { readonly self: Party; readonly agreement: Agreement } | null;
}

/** Pre-signatures, guarantee sets, and the signatures of Tx0's inputs (T §Setup 3–5). */
export interface SignaturesStep extends SetupFrame {
  readonly step: 'signatures';
  readonly self: Party;
  readonly agreement: Agreement;
  readonly signatures: Signatures;
  /** Own pre-signatures have been made and handed out. */
  readonly signed: boolean;
  readonly guaranteed: readonly Party[];
  /** Own input signatures have been asked for: from here on the setup can end on the chain. */
  readonly committed: boolean;
  readonly inputs: Readonly<Record<string, readonly InputWitness[]>>;
  /** Complete Tx0, once C has it. */
  readonly commitment: Uint8Array | null;
  readonly announced: Txid | null;
}

/** What a party holds, by {@link slotKey}. */
export interface Signatures {
  readonly plain: Readonly<Record<string, SchnorrSignature>>;
  /** W: C's adaptor signatures. C: its own, from which it will learn h_p. */
  readonly adaptor: Readonly<Record<string, AdaptorSignature>>;
}

export type SetupState =
  | TermsStep
  | AcceptedTermsStep
  | ContractStep
  | SeedsStep
  | PollingStep
  | ArbiterSetStep
  | PledgedStep
  | SignaturesStep;

/** Fields of every state after Tx0 has its confirmations. */
export interface OperationFrame {
  readonly self: Party;
  readonly agreement: Agreement;
  readonly signatures: Signatures;
  readonly tip: number;
  /** H0; null while a reorganisation has taken Tx0 out of the chain. */
  readonly commitmentHeight: number | null;
  /** The delivery that counts here: the first that this party accepted, or until then the first that it was sent. */
  readonly delivery: DeliveryRecord | null;
  /** The opening that counts here, accepted. */
  readonly opening: OpeningRecord | null;
  readonly receipts: { readonly client: ReceiptRecord; readonly verifier: ReceiptRecord };
  /** What W signed twice: at most one of each kind. */
  readonly equivocations: readonly Equivocation[];
  /** What was posted, as this party knows it (M §Post). */
  readonly posts: readonly PostedMessage[];
  /** Block hashes that stand for seeds which were not accepted in time, as far as they exist (D37). */
  readonly substitutes: SeedSubstitutes;
  /** C, V: result of the own check of `opening`. */
  readonly checked: OpeningVerdict | null;
  /** V's verdict as this party knows it. */
  readonly verdict: 0 | 1 | null;
  /** W: C's adaptor signature on Tx4 is held. C: it has been given. */
  readonly released: boolean;
  /** C, V: what this party has against W, for the chain and then for a claim. */
  readonly accusation: Accusation | null;
  /** C, V: receipts that wait for a seed or for the hash of a block. */
  readonly drafts: { readonly delivery: ReceiptDraft | null; readonly opening: ReceiptDraft | null };
  /** What has been asked for or sent; each happens once. */
  readonly begun: readonly Beginning[];
  /** Heights whose block hash has been asked for. */
  readonly blocksAsked: readonly number[];
  /** What TxA or TxAc set off; it outlives a reorganisation that removes them. `NO_ARBITRATION` at first. */
  readonly arbitration: ArbitrationRecord;
}

export interface ComputationState extends OperationFrame {
  readonly name: 'computation';
  readonly opening: null;
}

export interface VerificationState extends OperationFrame {
  readonly name: 'verification';
  readonly opening: OpeningRecord;
}

/** A dispute is on the chain: TxV0, TxV1, TxA or TxAc. Whatever else happened goes on besides. */
export interface ArbitrationState extends OperationFrame {
  readonly name: 'arbitration';
  /** The confirmed dispute transactions, oldest first. */
  readonly disputes: readonly { readonly transaction: TransactionId; readonly height: number }[];
}

export type OpenState = ComputationState | VerificationState | ArbitrationState;

/** The channel ended without a transaction, or by a settlement on the chain. */
export type ClosedState =
  | {
      readonly name: 'closed';
      readonly how: 'abandoned';
      readonly tip: number;
      readonly fault: ChannelFault;
      /** How messages named the channel. */
      readonly channel: Hash32;
      /** Block h_s was there: who gave the setup up knew, or could have known, the ranking (Y §Oracle). */
      readonly drawn: boolean;
      /** Stakes whose arbiters failed this setup, as this party saw it or was told. */
      readonly suspects: readonly Outpoint[];
      /** Set when own input signatures had left: Tx0 may still be quicker than the respend, and opens the channel. */
      readonly before: SignaturesStep | null;
    }
  | {
      readonly name: 'closed';
      readonly how: 'settled';
      readonly tip: number;
      readonly transaction: TransactionId;
      readonly height: number;
      /** C: h_p, extracted from the settlement. */
      readonly revealed: SecretScalar | null;
      /** C: chunks that could not be decrypted or did not match R; null before the decryption ran. */
      readonly failures: readonly number[] | null;
      readonly cleanEnd: CleanEnd;
      /** The state to return to if a reorganisation removes the settlement. */
      readonly before: OpenState;
    };

/** The five states of the paper (§2.3): Setup, Computation, Verification, Arbitration, Closed. */
export type ChannelState = SetupState | ComputationState | VerificationState | ArbitrationState | ClosedState;
