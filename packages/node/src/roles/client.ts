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
import type { Program } from '@prometheus-compute/sandbox';
import { worstCaseFee } from '../engine/fees/worst-case.ts';
import { encodeManifest, encodeProgram } from '../engine/manifest.ts';
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

/** One batch of a job, ready to be contracted. */
export interface BatchOrder {
  readonly batch: number;
  readonly program: Program;
  readonly scheme: ProofScheme;
  readonly inputs: readonly Uint8Array[];
  readonly sampled: number;
  readonly parametersTxid: Txid;
  readonly parameters: Parameters;
  readonly offered: Offered;
  /** Satoshis that Tx0 pays as fee. */
  readonly commitmentFee: bigint;
  readonly worker: PeerId;
  readonly verifier: PeerId;
}

/**
 * C: stores the batch's payload, sets coins aside, and proposes the terms to one Worker and one Verifier.
 *
 * @returns the id of the channel
 * @throws WalletError when the Client's coins do not cover the contract; RuleError when P breaks a rule
 */
export async function openBatchChannel(host: RoleHost, order: BatchOrder): Promise<string> {
  const { ports } = host;
  const { parameters, offered, inputs, program } = order;
  refuseUnfitProfile(program.profile, host.policy);
  checkParameters(parameters);
  for (const peer of [order.worker, order.verifier]) await refuseAborter(host, peer);
  const session: Hash32 = hash32(ports.entropy(32));
  const keys: KeyReference = { role: 'client', unique: session };
  const id = `client:${toHex(session)}`;

  const hashes = inputs.map((input) => inputHash(input));
  for (const [i, input] of inputs.entries()) await ports.blobs.put(hashes[i]!, input);
  const programBytes = encodeProgram(program);
  const address = programHash(program);
  await ports.blobs.put(address, programBytes);
  const references = hashes.map((hash, i) => ({ hash, size: inputs[i]!.length }));
  const inputRoot = inputTree(hashes).root;
  await ports.blobs.put(inputRoot, encodeManifest(references));

  const owed =
    offered.reward + offered.settlementFee + BigInt(parameters.n) * offered.retainer + offered.bond;
  const feeLoad = worstCaseFee('client', parameters, offered.settlementFee, host.policy);
  const { terms: client, reserve } = host.fund(keys, owed + order.commitmentFee, feeLoad);
  const { height } = await ports.chain.tip();
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
    profile: program.profile,
    programHash: address,
    programSize: programBytes.length,
    limits: offered.limits,
    sampled: order.sampled,
    inputRoot,
    inputs: references,
    challengeSeedHash: ports.signer.seedHash(keys, 'challenge'),
    ceremonySeedHash: ports.signer.seedHash(keys, 'ceremony'),
    // Y §Oracle: terms and hashes of seeds are fixed before block h_s exists.
    snapshotHeight: height + 1,
  };
  const peers = { client: ports.transport.self, worker: order.worker, verifier: order.verifier };
  const step = openChannel(terms, peers, parameters, height);
  await host.open({ id, role: 'client', keys, peers, batch: order.batch, reserve }, step);
  return id;
}
