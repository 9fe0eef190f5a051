import {
  bip86Script,
  type Contract,
  type Hash32,
  hash32,
  owed,
  type PartyTerms,
  type Point,
  pointOf,
  publicKey,
  satoshi,
  secretScalar,
  txidFromInternal,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import type { LimitedSpecification } from './specification.ts';

/** A number as 32 bytes: keys and hashes that stand for ones that nobody has chosen yet. */
const filler = (value: number): Uint8Array => new Uint8Array(32).fill(0).with(31, value).with(30, 1);
const key = (value: number): XOnlyKey => publicKey(secretScalar(filler(value)));
const point = (value: number): Point => pointOf(secretScalar(filler(value)));
const hash = (value: number): Hash32 => hash32(filler(value));

/**
 * The contract of a batch with its money, times and sizes, and with stand-ins for keys, hashes and coins, which do not
 * exist before the parties meet. For checking rules and amounts, never for signing.
 */
export function exampleContract(specification: LimitedSpecification, chunks: number): Contract {
  const { parameters } = specification;
  const money = {
    reward: satoshi(specification.reward),
    settlementFee: satoshi(specification.settlementFee),
    retainer: satoshi(specification.retainer),
    bond: satoshi(specification.bond),
  };
  const party = (value: number, amount: bigint): PartyTerms => ({
    messageKey: key(value),
    transactionKey: key(value + 1),
    funding: [
      {
        outpoint: { txid: txidFromInternal(filler(value)), vout: 0 },
        amount: satoshi(amount),
        script: bip86Script(key(value + 2)),
      },
    ],
    change: null,
  });
  const contract: Contract = {
    parametersTxid: txidFromInternal(filler(1)),
    client: party(10, 0n),
    worker: party(20, parameters.w),
    verifier: party(30, parameters.v),
    ...money,
    deliveryBlocks: specification.deliveryBlocks,
    confirmationBlocks: specification.confirmationBlocks,
    stageBlocks: specification.stageBlocks,
    arbitrationBlocks: specification.arbitrationBlocks,
    relayBlocks: specification.relayBlocks,
    scheme: specification.scheme,
    profile: specification.profile,
    programHash: hash(2),
    limits: specification.limits,
    chunks,
    sampled: specification.sampled,
    inputRoot: hash(3),
    pointLock: point(40),
    verificationLock: key(41),
    seedHashes: {
      challengeClient: hash(4),
      challengeVerifier: hash(5),
      ceremonyClient: hash(6),
      ceremonyVerifier: hash(7),
      ceremonyWorker: hash(8),
    },
    snapshotHeight: 1,
  };
  return { ...contract, client: party(10, owed(parameters, contract).client) };
}
