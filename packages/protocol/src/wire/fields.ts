import { MAX_CONTENT_BYTES } from '../contract/content-limits.ts';
import type { Coin, PartyTerms, ProgramLimits } from '../contract/contract.ts';
import { MAX_CONTRACT_BYTES } from '../contract/contract-codec.ts';
import type { Outpoint } from '../contract/outpoint.ts';
import type { Party, Role } from '../contract/party.ts';
import type { AdaptorSignature } from '../primitives/adaptor.ts';
import type { TransactionId } from '../transactions/graph.ts';
import {
  amount,
  bytes,
  curvePoint,
  fixedBytes,
  hash,
  integer,
  key,
  oneOf,
  patternText,
  text,
  txid,
  u32,
} from './scalars.ts';
import { type Infer, list, mapped, nullable, type Schema, struct, variants } from './schema.ts';

/** Longest output script: a witness program (BIP141). */
const MAX_SCRIPT_BYTES = 42;
/** As in the contract. */
const MAX_COINS = 64;

/**
 * Which session a message belongs to: until the contract is agreed the 32 random bytes that the Client chose in
 * `terms`, afterwards the contract hash.
 */
export const channel = hash;

export const role: Schema<Role> = oneOf('client', 'worker', 'verifier');

/** The dispute transaction that called the arbiters: what is said on one does not stand for the other (D40). */
export const court: Schema<'TxA' | 'TxAc'> = oneOf('TxA', 'TxAc');

/** C, W, V or A_1..A_11 (P7: n ≤ 11). */
export const party: Schema<Party> = patternText(10, /^(?:client|worker|verifier|arbiter:(?:[1-9]|1[01]))$/);

/** A name of the transaction graph; variants carry S as ascending indexes with dots. */
export const transactionId: Schema<TransactionId> = patternText(
  32,
  /^(?:Tx[013456]|TxV[01]|Tx[14]'|TxAc?|Tx6c|Tx(?:7|8|7c|8c|9c):(?:[1-9]|1[01])(?:\.(?:[1-9]|1[01])){0,10})$/,
);

export const outpoint: Schema<Outpoint> = struct({ txid, vout: u32 });

/** An output script that somebody is to be paid by, or a coin's. */
export const script = bytes(MAX_SCRIPT_BYTES, 1);

/** A coin stands flat in every message, as in the contract: txid, vout, amount, script. */
export const coin: Schema<Coin> = mapped(
  struct({ txid, vout: u32, amount, script }),
  (wire) => ({ outpoint: { txid: wire.txid, vout: wire.vout }, amount: wire.amount, script: wire.script }),
  (value) => ({ ...value.outpoint, amount: value.amount, script: value.script }),
);

export const partyTerms: Schema<PartyTerms> = struct({
  messageKey: key,
  transactionKey: key,
  funding: list(coin, MAX_COINS, 1),
  change: nullable(struct({ script, amount })),
});

export const programLimits: Schema<ProgramLimits> = struct({
  memoryPages: u32,
  outputBytes: u32,
  milliseconds: u32,
});

/** Addresses of C, W and V on the transport (a peer id or multiaddress), so that the invited can reach each other. */
export const peers = struct({ client: text(256), worker: text(256), verifier: text(256) });

/** Canonical bytes of a contract; whoever receives them decodes them with `decodeContract`. */
export const contractBytes = bytes(MAX_CONTRACT_BYTES, 1);

/**
 * A chunk's input in the Client's payload: what it hashes to, and how many bytes to expect. A larger one would not fit
 * into a claim, and the Verifier could not prove what it found.
 */
export const contentReference = struct({ hash, size: integer(0, MAX_CONTENT_BYTES) });

/** BIP340 adaptor signature under P_h: R′ and ŝ. */
export const adaptorSignature: Schema<AdaptorSignature> = struct({
  nonce: curvePoint,
  scalar: fixedBytes(32),
});

/** Siblings of a Merkle path from below; 2^32 leaves need no more. */
export const merklePath = list(hash, 32);

/**
 * How an arbiter shows that a stake is its own. `offer`: the out0 of a T_O, whose script is the BIP86 output of
 * `offerKey`. `renewed`: an arbiter's output of a closed Tx0, spendable by `leafScript` with `offerKey` (the arbiter's
 * key in that contract) after `sequence` (its t4) blocks.
 */
export const stakeProof = variants('kind', {
  offer: { offerKey: key },
  renewed: {
    offerKey: key,
    sequence: u32,
    leafScript: bytes(80, 1),
    /** 33 bytes and one sibling: an arbiter's output has two leaves. */
    controlBlock: bytes(65, 65),
  },
});
export type StakeProof = Infer<typeof stakeProof>;
