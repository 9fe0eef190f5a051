import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  ACCEPTANCE_BLOCKS,
  type Acceptance,
  acceptanceHash,
  announcementHash,
  checkContract,
  checkParameters,
  concatBytes,
  contractHash,
  decodeContract,
  encodeEnvelope,
  encodeOffer,
  equalBytes,
  littleEndian,
  type MessageOf,
  moved,
  type Outpoint,
  opReturnScript,
  outpointKey,
  pledge,
  ROLES,
  type Role,
  sealMessage,
  type Txid,
  toHex,
  txidToInternal,
  utf8,
} from '@prometheus-compute/protocol';
import { EngineError } from '../engine/errors.ts';
import type { Greeting } from '../engine/extensions.ts';
import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import { isWithdrawn, pledgeKey } from '../engine/pledge.ts';
import { missingCoin } from '../engine/tasks/coins.ts';
import type { KeyReference } from '../ports/signer.ts';
import type { PeerId } from '../ports/transport.ts';
import { type RoleHost, refuseSecondPlace, refuseUnless } from './host.ts';
import { refuseUnfitProfile } from './profile.ts';

/** A stake that this arbiter has on the chain, or on its way there. */
export interface OwnOffer {
  readonly outpoint: Outpoint;
  readonly parametersTxid: Txid;
  readonly script: Uint8Array;
}

const offerRecordKey = (outpoint: Outpoint): string => `offer:${outpointKey(outpoint)}`;

/** Keys under which an arbiter announces its offers, before a contract gives it others. */
const ANNOUNCER: KeyReference = { role: 'arbiter', unique: utf8('announcements') };

/** An offer whose transaction is signed, and perhaps handed to the chain. */
export interface SignedOffer {
  readonly offer: OwnOffer;
  readonly bytes: Uint8Array;
}

/**
 * A: signs T_O, a stake of exactly `a` satoshis offered for one P (T §T_O), and stores that it is this node's. Nobody has seen it yet.
 *
 * @param feeRate - satoshis per 1000 virtual bytes
 * @throws WalletError, EngineError `parameters-unknown`
 */
export async function signOffer(host: RoleHost, parametersTxid: Txid, feeRate: bigint): Promise<SignedOffer> {
  const { wallet, store } = host.ports;
  const parameters = await host.parameters(parametersTxid);
  const script = wallet.freshScript();
  const data = opReturnScript(encodeOffer(parametersTxid));
  const bytes = wallet.pay(
    [
      { amount: parameters.a, script },
      { amount: 0n, script: data },
    ],
    feeRate,
  );
  const transaction = parseTransaction(bytes);
  const outpoint = { txid: transactionId(transaction), vout: 0 };
  // Before anything else can choose them: the stake serves contracts as a stake only.
  wallet.hold([outpoint, ...transaction.inputs]);
  await store.putRecord(offerRecordKey(outpoint), concatBytes(txidToInternal(parametersTxid), script));
  return { offer: { outpoint, parametersTxid, script }, bytes };
}

/** A: publishes T_O. @throws WalletError, EngineError `parameters-unknown`, `chain-refused` */
export async function publishOffer(host: RoleHost, parametersTxid: Txid): Promise<OwnOffer> {
  const { offer, bytes } = await signOffer(host, parametersTxid, RELAY_FEE_RATE);
  const outcome = await host.ports.chain.submit(bytes);
  if (outcome.kind === 'rejected') {
    throw new EngineError('chain-refused', `the chain does not take the offer: ${outcome.reason}`);
  }
  return offer;
}

/**
 * A: tells every peer that this node answers for the offer. To be said again when the node's place on the network changes, and now
 * and then: whoever comes later has not heard it.
 */
export async function announce(host: RoleHost, offer: OwnOffer): Promise<void> {
  const { signer, wallet, transport, chain, genesis } = host.ports;
  const messageKey = signer.messageKey(ANNOUNCER);
  const proof = { kind: 'offer', offerKey: wallet.internalKey(offer.script) } as const;
  const { height } = await chain.tip();
  const content = {
    offer: offer.outpoint,
    parametersTxid: offer.parametersTxid,
    proof,
    messageKey,
    genesis,
    peer: transport.self,
    height,
  };
  const signature = wallet.signWithInternalKey(offer.script, announcementHash(content));
  const message: MessageOf<'announcement'> = { kind: 'announcement', ...content, signature };
  const envelope = sealMessage(message, messageKey, (hash) => signer.signMessage(ANNOUNCER, hash));
  transport.broadcast(encodeEnvelope(envelope));
}

/**
 * A: answers whether one of its stakes serves a contract. It checks every rule itself, keeps one contract per stake,
 * and has stored its acceptance before anybody sees it (Y §Duties).
 *
 * @throws RuleError, EngineError: refused with the error's words
 */
export async function answerRequest(
  host: RoleHost,
  request: MessageOf<'acceptanceRequest'>,
  from: PeerId,
): Promise<Greeting> {
  const { ports } = host;
  const stored = await ports.store.record(offerRecordKey(request.offer));
  if (stored === undefined) return { kind: 'not-mine' };
  const script = stored.slice(32);
  const contract = decodeContract(request.contract);
  const hash = contractHash(contract);
  refuseSecondPlace(host, hash);
  refuseManyPledges(host, from);
  const parameters = await host.parameters(contract.parametersTxid);
  checkParameters(parameters);
  checkContract(parameters, contract, host.policy);
  refuseUnfitProfile(contract.profile, host.policy);
  refuseUnless(
    equalBytes(stored.subarray(0, 32), txidToInternal(contract.parametersTxid)),
    'the stake is for another P',
  );
  const output = await ports.chain.output(request.offer);
  refuseUnless(output !== undefined, 'the stake is spent');
  const role = ROLES.find((candidate) => request.peers[candidate] === from);
  refuseUnless(role !== undefined, 'the request does not come from a party of the contract');
  // A contract costs nothing to make up; coins do.
  const missing = await missingCoin(contract, ports.chain);
  refuseUnless(missing === undefined, missing?.reason ?? '');

  // Y §Duties: one contract per stake, decided by whoever writes the record first. A record of this contract without a
  // channel is left by a run that ended before the channel was stored, and before anybody saw an acceptance.
  const fresh = await ports.store.putRecord(pledgeKey(request.offer), hash, { ifAbsent: true });
  if (!fresh) {
    const pledged = await ports.store.record(pledgeKey(request.offer));
    refuseUnless(!(await isWithdrawn(request.offer, ports.store)), 'the stake is no longer on offer');
    refuseUnless(pledged !== undefined && equalBytes(pledged, hash), 'the stake serves another contract');
  }
  const unique = concatBytes(hash, txidToInternal(request.offer.txid), littleEndian(request.offer.vout, 4));
  const keys: KeyReference = { role: 'arbiter', unique };
  const { height } = await ports.chain.tip();
  const unsigned: Omit<Acceptance, 'signature'> = {
    contractHash: hash,
    outpoint: request.offer,
    proof: { kind: 'offer', offerKey: ports.wallet.internalKey(script) },
    key: ports.signer.transactionKey(keys),
    messageKey: ports.signer.messageKey(keys),
    expiry: height + ACCEPTANCE_BLOCKS,
  };
  const signature = ports.wallet.signWithInternalKey(script, acceptanceHash(unsigned));
  const acceptance: Acceptance = { ...unsigned, signature };
  const state = pledge(contract, acceptance, parameters, height);
  const step = moved(state, [
    { to: role as Role, message: { kind: 'acceptance', channel: hash, acceptance } },
  ]);
  const id = `arbiter:${toHex(hash)}:${outpointKey(request.offer)}`;
  return {
    kind: 'open',
    record: { id, role: 'arbiter', keys, peers: request.peers, askedBy: from, batch: null, reserve: null },
    step,
  };
}

/** Y §Duties: a pledge ties a stake for some blocks and costs whoever asks for it nothing. */
function refuseManyPledges({ channels, policy }: RoleHost, from: PeerId): void {
  const open = channels.filter(({ state, askedBy }) => state.name === 'setup' && askedBy === from);
  refuseUnless(
    open.length < policy.limits.pledgesPerPeer,
    `${open.length} stakes are pledged at the request of this peer, as many as it may tie`,
  );
}
