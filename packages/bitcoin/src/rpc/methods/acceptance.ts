import { compareBytes, type Txid, txidToInternal } from '@prometheus-compute/protocol';
import type { LoadedTransaction } from '../../devchain/loaded-transaction.ts';
import type { Accepted, Refused } from '../../devchain/mempool/accept.ts';
import { virtualSize } from '../../devchain/mempool/entry.ts';
import { MAX_PACKAGE_COUNT } from '../../devchain/mempool/limits.ts';
import {
  isChildWithParentsTree,
  type MemberResult,
  type PackageResult,
} from '../../devchain/mempool/package.ts';
import { type FeeRate, feeAt, perThousand } from '../../devchain/money.ts';
import { outpointKey } from '../../devchain/outpoint.ts';
import { rejectionText } from '../../devchain/verdict.ts';
import type { Arguments } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import { type Answer, type AnswerObject, amount } from '../json.ts';
import type { MethodContext, RpcMethod } from '../method.ts';
import { checkBurn, decodeMember, decodeTransaction } from './decode.ts';

const TOPOLOGY_MESSAGE =
  'package topology disallowed. not child-with-parents or parents depend on each other.';

/** Methods that offer transactions to the mempool. */
export const ACCEPTANCE_METHODS: readonly RpcMethod[] = [
  {
    name: 'sendrawtransaction',
    parameters: ['hexstring:string', 'maxfeerate:any', 'maxburnamount:any'],
    required: 1,
    run: sendRawTransaction,
  },
  {
    name: 'testmempoolaccept',
    parameters: ['rawtxs:array', 'maxfeerate:any'],
    required: 1,
    run: testMempoolAccept,
  },
  {
    name: 'submitpackage',
    parameters: ['package:array', 'maxfeerate:any', 'maxburnamount:any'],
    required: 1,
    run: submitPackage,
  },
];

function sendRawTransaction(args: Arguments, { chain }: MethodContext): Answer {
  const maxBurn = args.satoshis(2, 0n);
  const loaded = decodeTransaction(args.text(0));
  if (loaded === undefined) {
    const message = 'TX decode failed. Make sure the tx has at least one input.';
    throw new RpcError(RpcCode.DESERIALIZATION, message);
  }
  checkBurn(loaded, maxBurn);
  const limit = args.maxFeeRate(1);
  const { outputs } = loaded.transaction;
  if (outputs.some((_, vout) => chain.coins.has(outpointKey(loaded.txid, vout)))) {
    throw new RpcError(RpcCode.ALREADY_IN_UTXO_SET, 'Transaction outputs already in utxo set');
  }
  if (chain.mempool.entry(loaded.txid) !== undefined) return loaded.txid;
  const tested = chain.testTransaction(loaded.bytes);
  if (tested.kind === 'refused') throw refusal(tested);
  if (exceeds(tested.fee, virtualSize(loaded.weight), limit)) {
    const message = 'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)';
    throw new RpcError(RpcCode.VERIFY, message);
  }
  const accepted = chain.submitTransaction(loaded.bytes);
  if (accepted.kind === 'refused') throw refusal(accepted);
  return loaded.txid;
}

function refusal({ rejection }: Refused): RpcError {
  const missing = rejection.kind === 'missing-inputs';
  return new RpcError(missing ? RpcCode.VERIFY : RpcCode.VERIFY_REJECTED, rejectionText(rejection));
}

function exceeds(fee: bigint, vsize: number, limit: FeeRate | undefined): boolean {
  return limit !== undefined && fee > feeAt(limit, vsize);
}

function members(args: Arguments): readonly LoadedTransaction[] {
  const texts = args.texts(0);
  if (texts.length < 1 || texts.length > MAX_PACKAGE_COUNT) {
    const message = `Array must contain between 1 and ${MAX_PACKAGE_COUNT} transactions.`;
    throw new RpcError(RpcCode.INVALID_PARAMETER, message);
  }
  return texts.map(decodeMember);
}

function testMempoolAccept(args: Arguments, { chain }: MethodContext): Answer {
  const limit = args.maxFeeRate(1);
  const list = members(args);
  const result: PackageResult =
    list.length > 1
      ? chain.testTransactions(list.map(({ bytes }) => bytes))
      : {
          fault: undefined,
          members: new Map([[list[0]!.wtxid, chain.testTransaction(list[0]!.bytes)]]),
        };
  const { fault } = result;
  let stopped = false;
  return list.map((loaded): AnswerObject => {
    const member = result.members.get(loaded.wtxid);
    const head = {
      txid: loaded.txid,
      wtxid: loaded.wtxid,
      'package-error': fault?.scope === 'package' ? rejectionText(fault) : undefined,
    };
    if (stopped || member === undefined) return head;
    if (member.kind === 'accepted' && exceeds(member.fee, member.vsize, limit)) {
      stopped = true;
      return { ...head, allowed: false, 'reject-reason': 'max-fee-exceeded' };
    }
    return { ...head, ...testedAnswer(member) };
  });
}

function testedAnswer(member: MemberResult): AnswerObject {
  if (member.kind === 'accepted') {
    return { allowed: true, vsize: member.vsize, fees: feesAnswer(member) };
  }
  if (member.kind !== 'refused') return {};
  const { rejection } = member;
  if (rejection.kind === 'missing-inputs') return { allowed: false, 'reject-reason': 'missing-inputs' };
  return {
    allowed: false,
    'reject-reason': rejection.reason,
    'reject-details': rejectionText(rejection),
  };
}

function feesAnswer({ fee, effective, includes }: Accepted): AnswerObject {
  return {
    base: amount(fee),
    'effective-feerate': amount(perThousand(effective)),
    'effective-includes': includes,
  };
}

function submitPackage(args: Arguments, { chain }: MethodContext): Answer {
  const maxFeeRate = args.maxFeeRate(1);
  const maxBurn = args.satoshis(2, 0n);
  const list = members(args);
  for (const loaded of list) checkBurn(loaded, maxBurn);
  if (list.length > 1 && !isChildWithParentsTree(list)) throw new RpcError(RpcCode.VERIFY, TOPOLOGY_MESSAGE);
  const options = maxFeeRate === undefined ? {} : { maxFeeRate };
  const result = chain.submitPackage(
    list.map(({ bytes }) => bytes),
    options,
  );
  const replaced = new Set<Txid>();
  const answers: Record<string, Answer> = {};
  for (const { txid, wtxid } of list) {
    const member = result.members.get(wtxid);
    if (member?.kind === 'accepted') for (const gone of member.replaced) replaced.add(gone);
    answers[wtxid] = { txid, ...memberAnswer(member) };
  }
  return {
    package_msg: result.fault === undefined ? 'success' : rejectionText(result.fault),
    'tx-results': answers,
    'replaced-transactions': [...replaced].sort(compareInternally),
  };
}

function memberAnswer(member: MemberResult | undefined): AnswerObject {
  switch (member?.kind) {
    case undefined:
      return { error: 'package-not-validated' };
    case 'accepted':
      return { vsize: member.vsize, fees: feesAnswer(member) };
    case 'present':
      return { vsize: member.vsize, fees: { base: amount(member.fee) } };
    case 'present-otherwise':
      return { 'other-wtxid': member.wtxid };
    case 'refused':
      return { error: rejectionText(member.rejection) };
  }
}

/** Core sorts ids by their internal bytes, which are the displayed ones in reverse. */
function compareInternally(a: Txid, b: Txid): number {
  return compareBytes(txidToInternal(a), txidToInternal(b));
}
