import { inputHash, inputTree, programHash } from '@prometheus-compute/proofs';
import {
  type Contract,
  checkParameters,
  type Hash32,
  hash32,
  type MessageOf,
  openChannel,
  type Parameters,
  type ProofScheme,
  type Txid,
  toHex,
} from '@prometheus-compute/protocol';
import type { Profile, Program } from '@prometheus-compute/sandbox';
import { worstCaseFee } from '../engine/fees/worst-case.ts';
import { encodeManifest, encodeProgram, type InputReference } from '../engine/manifest.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { KeyReference } from '../ports/signer.ts';
import type { PeerId } from '../ports/transport.ts';
import { type RoleHost, refuseAborter } from './host.ts';
import { refuseUnfitProfile } from './profile.ts';

/** The money and times that the Client offers (T §Notation). */
export type Offered = Pick<
  Contract,
  | 'reward'
  | 'settlementFee'
  | 'retainer'
  | 'bond'
  | 'deliveryBlocks'
  | 'confirmationBlocks'
  | 'stageBlocks'
  | 'arbitrationBlocks'
  | 'relayBlocks'
  | 'limits'
>;

/** What everybody has to agree on about a batch, but for who takes part. */
interface BatchTerms {
  /** Names the batch among all batches of this node, of whatever job. */
  readonly batch: number;
  readonly scheme: ProofScheme;
  readonly sampled: number;
  readonly parametersTxid: Txid;
  readonly parameters: Parameters;
  readonly offered: Offered;
  /** Satoshis that Tx0 pays as fee. */
  readonly commitmentFee: bigint;
}

/** The Worker and the Verifier of one contract. */
export interface Partners {
  readonly worker: PeerId;
  readonly verifier: PeerId;
}

/** A program and its inputs as the node's BlobStore has them. */
export interface StoredPayload {
  readonly profile: Profile;
  readonly programHash: Hash32;
  /** Bytes of the encoded program. */
  readonly programSize: number;
  readonly inputs: readonly InputReference[];
  readonly inputRoot: Hash32;
}

/** One batch of a job whose payload is stored: whoever it is to be contracted with gets it by hash. */
export interface StoredBatch extends BatchTerms {
  readonly payload: StoredPayload;
}

/** One batch of a job, ready to be contracted. */
export interface BatchOrder extends BatchTerms, Partners {
  readonly program: Program;
  readonly inputs: readonly Uint8Array[];
}

/**
 * C: stores the batch's payload, sets coins aside, and proposes the terms to one Worker and one Verifier.
 *
 * @returns the id of the channel
 * @throws WalletError when the Client's coins do not cover the contract; RuleError when P breaks a rule
 */
export async function openBatchChannel(host: RoleHost, order: BatchOrder): Promise<string> {
  const { program, inputs, worker, verifier, ...terms } = order;
  const payload = await storePayload(host.ports.blobs, program, inputs);
  return proposeBatch(host, { ...terms, payload }, { worker, verifier });
}

/** Puts a program and the inputs of a batch where partners fetch them from. */
export async function storePayload(
  blobs: BlobStore,
  program: Program,
  inputs: readonly Uint8Array[],
): Promise<StoredPayload> {
  const hashes = inputs.map((input) => inputHash(input));
  for (const [i, input] of inputs.entries()) await blobs.put(hashes[i]!, input);
  const programBytes = encodeProgram(program);
  const address = programHash(program);
  await blobs.put(address, programBytes);
  const references = hashes.map((hash, i) => ({ hash, size: inputs[i]!.length }));
  const inputRoot = inputTree(hashes).root;
  await blobs.put(inputRoot, encodeManifest(references));
  const { profile } = program;
  return { profile, programHash: address, programSize: programBytes.length, inputs: references, inputRoot };
}

/**
 * C: sets coins aside, and proposes the terms of a stored batch.
 *
 * @returns the id of the channel
 * @throws WalletError when the Client's coins do not cover the contract; RuleError when P breaks a rule
 */
export async function proposeBatch(host: RoleHost, order: StoredBatch, partners: Partners): Promise<string> {
  const { ports } = host;
  const { parameters, offered, payload } = order;
  refuseUnfitProfile(payload.profile, host.policy);
  checkParameters(parameters);
  for (const peer of [partners.worker, partners.verifier]) await refuseAborter(host, peer);
  const session: Hash32 = hash32(ports.entropy(32));
  const keys: KeyReference = { role: 'client', unique: session };
  const id = `client:${toHex(session)}`;

  const owed =
    offered.reward + offered.settlementFee + BigInt(parameters.n) * offered.retainer + offered.bond;
  const feeLoad = worstCaseFee('client', parameters, offered.settlementFee, host.policy);
  const { height } = await ports.chain.tip();
  const { terms: client, reserve } = host.fund(keys, owed + order.commitmentFee, feeLoad);
  const terms: MessageOf<'terms'> = {
    kind: 'terms',
    channel: session,
    parametersTxid: order.parametersTxid,
    client,
    reward: offered.reward,
    settlementFee: offered.settlementFee,
    retainer: offered.retainer,
    bond: offered.bond,
    deliveryBlocks: offered.deliveryBlocks,
    confirmationBlocks: offered.confirmationBlocks,
    stageBlocks: offered.stageBlocks,
    arbitrationBlocks: offered.arbitrationBlocks,
    relayBlocks: offered.relayBlocks,
    scheme: order.scheme,
    profile: payload.profile,
    programHash: payload.programHash,
    programSize: payload.programSize,
    limits: offered.limits,
    sampled: order.sampled,
    inputRoot: payload.inputRoot,
    inputs: payload.inputs,
    challengeSeedHash: ports.signer.seedHash(keys, 'challenge'),
    ceremonySeedHash: ports.signer.seedHash(keys, 'ceremony'),
    // Y §Oracle: terms and hashes of seeds are fixed before block h_s exists.
    snapshotHeight: height + 1,
  };
  const peers = { client: ports.transport.self, ...partners };
  const step = openChannel(terms, peers, parameters, height);
  await host.open({ id, role: 'client', keys, peers, batch: order.batch, reserve }, step);
  return id;
}
