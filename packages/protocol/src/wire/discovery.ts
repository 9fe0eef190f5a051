import { outpoint, stakeProof } from './fields.ts';
import { key, signature, txid } from './scalars.ts';
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
  /** By `proof.offerKey` over `announcementHash`. */
  signature,
});
