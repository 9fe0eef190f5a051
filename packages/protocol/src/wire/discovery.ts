import { outpoint, stakeProof } from './fields.ts';
import { blockHeight, hash, key, signature, text, txid } from './scalars.ts';
import { struct } from './schema.ts';

/**
 * `announcement`, from an arbiter to everybody, whenever it has an offer on the chain: this peer answers for that
 * stake. The only message outside any channel. The envelope is signed with `messageKey`.
 */
export const announcement = struct({
  /** Outpoint of the stake: out0 of a T_O, or a renewed stake. */
  offer: outpoint,
  /** T_P that the stake is offered for. */
  parametersTxid: txid,
  proof: stakeProof,
  /** Signs the arbiter's messages until a contract gives it another key; equals the envelope's `from`. */
  messageKey: key,
  /** Hash of the chain's first block: nobody can repeat the announcement on another chain, where the output may be there too. */
  genesis: hash,
  /** Address on the transport of the node that answers for the stake: nobody can repeat the announcement as its own. */
  peer: text(256),
  /** Tip at which it was signed: of two announcements of a stake, the later one counts. */
  height: blockHeight,
  /** By `proof.offerKey` over `announcementHash`. */
  signature,
});
