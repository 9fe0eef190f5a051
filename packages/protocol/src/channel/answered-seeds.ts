import type { Contract } from '../contract/contract.ts';
import { contractHash } from '../contract/contract-codec.ts';
import { seedHash } from '../contract/seed.ts';
import type { Hash32 } from '../primitives/brands.ts';
import { equalBytes } from '../primitives/bytes.ts';
import { CodedError } from '../primitives/errors.ts';
import type { SchnorrVerify } from '../primitives/schnorr.ts';
import { openEnvelope } from '../wire/envelope.ts';
import type { MessageOf } from '../wire/messages.ts';

/** The seeds that C's receipt names, which an opening of W shows (D37). */
export interface AnsweredSeeds {
  /** s_C */
  readonly client: Hash32;
  /** s_V; null: the hash of block H0 + t0 + B + 1 stands for it. */
  readonly verifier: Hash32 | null;
}

/**
 * What C's receipt in an opening names: signed by C for this contract and for the R that is opened, and both seeds are those
 * that the contract commits to. An honest C signs one.
 *
 * @returns null where the opening shows no such receipt
 */
export function answeredSeeds(
  contract: Contract,
  { root, answers }: Pick<MessageOf<'opening'>, 'root' | 'answers'>,
  verify: SchnorrVerify,
): AnsweredSeeds | null {
  if (answers === null) return null;
  let opened: ReturnType<typeof openEnvelope>;
  try {
    opened = openEnvelope(answers, verify);
  } catch (cause) {
    if (cause instanceof CodedError) return null;
    throw cause;
  }
  const { envelope, message } = opened;
  if (!equalBytes(envelope.from, contract.client.messageKey)) return null;
  if (message.kind !== 'receipt' || message.subject !== 'delivery') return null;
  if (!equalBytes(message.channel, contractHash(contract)) || !equalBytes(message.root, root)) return null;
  const { seed, verifierSeed } = message;
  const { challengeClient, challengeVerifier } = contract.seedHashes;
  if (seed === null || !equalBytes(seedHash(seed), challengeClient)) return null;
  if (verifierSeed !== null && !equalBytes(seedHash(verifierSeed), challengeVerifier)) return null;
  return { client: seed, verifier: verifierSeed };
}
