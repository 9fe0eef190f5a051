import {
  adaptorSignature,
  channel,
  contractBytes,
  outpoint,
  peers,
  role,
  stakeProof,
  transactionId,
} from './fields.ts';
import { blockHeight, bytes, hash, key, signature, txid, u8, u16 } from './scalars.ts';
import { type Infer, list, struct, variants } from './schema.ts';

/** Acceptances that a list may have; each party stops asking at n ≤ 11. */
const MAX_ACCEPTANCES = 64;
/** Pre-signatures in one message: 256 variants of five transactions, and the others. */
const MAX_SIGNATURES = 2_048;
/** An envelope of a message that carries hashes only. */
const SMALL_ENVELOPE_BYTES = 512;

/** `ceremonySeed`, C, then V, then W → the other two, once block h_s is known: the seed of the draw (Y §Oracle). */
export const ceremonySeed = struct({ channel, role, seed: hash });

/** `acceptanceRequest`, C, W or V → an arbiter, in the order of ranks: will this stake serve this contract? (Y §Polling) */
export const acceptanceRequest = struct({ channel, contract: contractBytes, offer: outpoint, peers });

/** An arbiter's word that one stake serves one contract, bound to the stake's key (Y §Polling). */
export const acceptanceFields = struct({
  contractHash: hash,
  outpoint,
  proof: stakeProof,
  /** A_i: the arbiter's key in this contract. */
  key,
  /** Signs the arbiter's messages in this contract. */
  messageKey: key,
  /** Last height at which the arbiter can be held to it: its tip when it signed, plus 6. */
  expiry: blockHeight,
  /** By `proof.offerKey` over `acceptanceHash`. */
  signature,
});
export type Acceptance = Infer<typeof acceptanceFields>;

/** `acceptance`, arbiter → whoever asked. The arbiter stores it before it sends it, and answers the same again. */
export const acceptance = struct({ channel, acceptance: acceptanceFields });

/** `acceptanceList`, each of C, W, V → the other two: every acceptance that it collected (Y §Union). One per party, ever. */
export const acceptanceList = struct({
  channel,
  /** The sender's tip: none of the acceptances had expired by then. */
  height: blockHeight,
  acceptances: list(acceptanceFields, MAX_ACCEPTANCES),
});

/** `arbiterSet`, each of C, W, V → the other two: agreement on the ordered 𝒜, which the graph id names (Y §Agreement). */
export const arbiterSet = struct({ channel, graphId: hash });

/** `graph`, Client → every arbiter of 𝒜: all it needs to build the graph for itself, and the agreement of the three. */
export const graph = struct({
  channel,
  contract: contractBytes,
  /** The acceptances of 𝒜 in the order of the set. */
  acceptances: list(acceptanceFields, 11, 3),
  /** Envelopes of the partners' `arbiterSet`; the envelope of this message is the Client's agreement. */
  agreements: struct({
    worker: bytes(SMALL_ENVELOPE_BYTES, 1),
    verifier: bytes(SMALL_ENVELOPE_BYTES, 1),
  }),
});

/** A signature of the sender on one input of one transaction of the graph. */
export const graphSignature = variants('kind', {
  plain: { transaction: transactionId, input: u8, signature },
  adaptor: { transaction: transactionId, input: u8, signature: adaptorSignature },
});
export type GraphSignature = Infer<typeof graphSignature>;

/** `preSignatures`, every party → whoever is to hold them (`recipients`): adaptor signatures go to W alone (D9). */
export const preSignatures = struct({
  channel,
  graphId: hash,
  signatures: list(graphSignature, MAX_SIGNATURES),
});

/** `guaranteed`, every party → Client: everything that its guarantee set needs has arrived and was checked. */
export const guaranteed = struct({ channel, graphId: hash });

/** `inputSignatures`, arbiters → Verifier → Client, Worker → Client: witnesses of the sender's inputs of Tx0. */
export const inputSignatures = struct({
  channel,
  graphId: hash,
  inputs: list(struct({ input: u16, witness: list(bytes(128), 4, 1) }), 64, 1),
});

/** `commitmentBroadcast`, Client → everybody of the channel: Tx0 was handed to the network. */
export const commitmentBroadcast = struct({ channel, txid });
