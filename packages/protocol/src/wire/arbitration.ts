import { graphSignature } from './ceremony.ts';
import { channel, court, party, script, transactionId } from './fields.ts';
import { amount, hash, integer, patternText, signature, u8, u16 } from './scalars.ts';
import { list, mapped, nullable, type Schema, struct, variants } from './schema.ts';

/** `voteCommitment`, arbiter, posted by HA + Δ + B + T_arb/2: H("vote", d, nonce, A_i). */
export const voteCommitment = struct({ channel, court, commitment: hash });

const decision: Schema<0 | 1> = mapped(
  integer(0, 1),
  (wire) => (wire === 1 ? 1 : 0),
  (value) => value,
);

/** `voteOpening`, arbiter, posted by HA + Δ_1: d and the nonce behind its commitment. d = 1: the claim is confirmed. */
export const voteOpening = struct({ channel, court, decision, nonce: hash });

/** Stages 0..n−k, n − k < 11, and as many that are repeated after Δ_2 (D36). */
const stage = integer(0, 31);

/**
 * `decisionSignatures`, arbiter, posted in a stage: its signatures on variants of S that are due in it (M §Clock). Stages
 * are counted on after Δ_2: the first repeated one is n−k+1.
 */
export const decisionSignatures = struct({
  channel,
  court,
  graphId: hash,
  stage,
  signatures: list(graphSignature, 1_024),
});

/** `lacking`, arbiter, posted: what it was not sent and needs for what is due from it. Excuses nothing that it was sent. */
export const lacking = struct({
  channel,
  items: list(
    variants('what', {
      /** A message of that kind from that party; null: from anybody. */
      message: { kind: patternText<string>(32, /^[a-zA-Z]{1,32}$/), from: nullable(party) },
      /** Content by its hash. */
      content: { hash },
      /** A signature on the graph. */
      signature: { transaction: transactionId, input: u8, signer: party },
    }),
    256,
    1,
  ),
});

/**
 * `releaseSignatures`, Client and Worker → the owner of the output, after six confirmations of the settlement: signatures that
 * free bond and stakes at once. Each spends one output of Tx0 by its cooperative leaf to one output, version 3,
 * sequence 0xfffffffd, lock time 0; what `amount` leaves is fee.
 */
export const releaseSignatures = struct({
  channel,
  spends: list(
    struct({
      /** Index in Tx0. */
      output: u16,
      script,
      amount,
      signature,
    }),
    12,
    1,
  ),
});
