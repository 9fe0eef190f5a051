import type { SeenStake } from '../ceremony/offer.ts';
import type { ShownList } from '../ceremony/selection.ts';
import type { Contract } from '../contract/contract.ts';
import type { Parameters } from '../contract/parameters.ts';
import type { Party, Role } from '../contract/party.ts';
import type { AdaptorSignature } from '../primitives/adaptor.ts';
import type { Hash32, SchnorrSignature, SecretScalar, Txid } from '../primitives/brands.ts';
import type { TransactionId } from '../transactions/graph.ts';
import type { Arbiter } from '../transactions/terms.ts';
import type { Acceptance } from '../wire/ceremony.ts';
import type { MessageOf } from '../wire/messages.ts';
import type { InputWitness, OpeningVerdict } from './event.ts';
import type { ChannelFault } from './fault.ts';

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

/** C has proposed and waits for W and V. */
export interface TermsStep extends SetupFrame {
  readonly step: 'terms';
  readonly role: 'client';
  readonly terms: MessageOf<'terms'>;
  readonly peers: Peers;
  readonly worker: MessageOf<'termsAccepted'> | null;
  readonly verifier: MessageOf<'termsAccepted'> | null;
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
}

/** 𝒜 is known; the three sign it (Y §Agreement). */
export interface ArbiterSetStep extends SetupFrame {
  readonly step: 'arbiter-set';
  readonly role: Role;
  readonly agreement: Agreement;
  readonly acceptances: readonly Acceptance[];
  readonly graphId: Hash32;
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
  readonly delivery: DeliveryRecord | null;
  readonly receipts: { readonly client: ReceiptRecord; readonly verifier: ReceiptRecord };
  /** What W signed twice: at most one of each kind. */
  readonly equivocations: readonly Equivocation[];
}

/** A delivery or opening that W signed besides the one that counts (M §Deliver). */
export interface Equivocation {
  readonly of: 'delivery' | 'opening';
  /** H("message", kind, body) of the second one, and W's signature over it. Its body lies in the blob store. */
  readonly second: Hash32;
  readonly signature: SchnorrSignature;
}

export interface DeliveryRecord {
  readonly root: Hash32;
  /** H("message", "delivery", body): what W signed. The body lies in the blob store under it. */
  readonly hash: Hash32;
  /** W's signature over it. */
  readonly signature: SchnorrSignature;
  /** Own check of it: null while it runs. */
  readonly accepted: boolean | null;
}

/** W's opening, as receipts and verdict name it. */
export interface OpeningRecord {
  /** H("opening", body): how V's verdict names it (D31). The body lies in the blob store under it. */
  readonly hash: Hash32;
  /** H("message", "opening", body), and W's signature over it. */
  readonly sealed: Hash32;
  readonly signature: SchnorrSignature;
}

/** What one party has acknowledged, with the seed that its delivery receipt opened. */
export interface ReceiptRecord {
  readonly delivery: boolean;
  readonly opening: boolean;
  readonly seed: Hash32 | null;
}

export interface ComputationState extends OperationFrame {
  readonly name: 'computation';
  /** W: the chunks are being run, since Tx0 has its confirmations. */
  readonly started: boolean;
  /** W: the one delivery, and the one opening, have been signed and are on their way. */
  readonly delivered: boolean;
  readonly opened: boolean;
  /** C, V: what the receipt for the delivery will say, once the own seed is open. */
  readonly receiptDraft: {
    readonly bytes: number;
    readonly height: number;
    readonly blockHash: Hash32;
  } | null;
  /** C, V: the own challenge seed is being opened. */
  readonly seedAsked: boolean;
}

export interface VerificationState extends OperationFrame {
  readonly name: 'verification';
  readonly delivery: DeliveryRecord;
  readonly opening: OpeningRecord;
  /** Result of the own check, if this party makes one. */
  readonly checked: OpeningVerdict | null;
  /** V's verdict as this party knows it. */
  readonly verdict: 0 | 1 | null;
  /** W: C's adaptor signature on Tx4 is held. C: it has been given. */
  readonly released: boolean;
}

/** A dispute is on the chain: TxV0, TxV1, TxA or TxAc. */
export interface ArbitrationState extends OperationFrame {
  readonly name: 'arbitration';
  /** The state to return to if a reorganisation removes every dispute. */
  readonly before: ComputationState | VerificationState;
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
      /** The state to return to if a reorganisation removes the settlement. */
      readonly before: OpenState;
    };

/** The five states of the paper (§2.3): Setup, Computation, Verification, Arbitration, Closed. */
export type ChannelState = SetupState | ComputationState | VerificationState | ArbitrationState | ClosedState;
