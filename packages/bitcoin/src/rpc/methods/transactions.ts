import { type Txid, toHex } from '@prometheus-compute/protocol';
import type { Devchain } from '../../devchain/devchain.ts';
import type { LoadedTransaction } from '../../devchain/loaded-transaction.ts';
import type { BlockNode } from '../../devchain/state/block-tree.ts';
import { isCoinbase } from '../../transaction/index.ts';
import { type Arguments, UINT32 } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import { type Answer, type AnswerObject, amount } from '../json.ts';
import type { MethodContext, RpcMethod } from '../method.ts';
import { outputScriptAnswer } from '../render/output-script.ts';
import { transactionAnswer } from '../render/transaction.ts';
import { decodeTransaction } from './decode.ts';

const GENESIS_MESSAGE =
  'The genesis block coinbase is not considered an ordinary transaction and cannot be retrieved';
const HINT = '. Use gettransaction for wallet transactions.';

/** Methods about single transactions and outputs. */
export const TRANSACTION_METHODS: readonly RpcMethod[] = [
  {
    name: 'getrawtransaction',
    parameters: ['txid:string', 'verbosity|verbose:any', 'blockhash:string'],
    required: 1,
    run: getRawTransaction,
  },
  {
    name: 'decoderawtransaction',
    parameters: ['hexstring:string', 'iswitness:bool'],
    required: 1,
    run: (args, { network }) => {
      const loaded = decodeTransaction(args.text(0));
      if (loaded === undefined) throw new RpcError(RpcCode.DESERIALIZATION, 'TX decode failed');
      return transactionAnswer(loaded, network);
    },
  },
  {
    name: 'gettxout',
    parameters: ['txid:string', 'n:number', 'include_mempool:bool'],
    required: 2,
    run: (args, { chain, network }) => {
      const txid = args.txid(0, 'txid');
      const vout = args.integer(1, undefined, UINT32);
      const output = findOutput(chain, txid, vout, args.flag(2, true));
      if (output === undefined) return null;
      const tip = chain.tip();
      return {
        bestblock: tip.block.hash,
        confirmations: output.height > tip.height ? 0 : tip.height - output.height + 1,
        value: amount(output.amount),
        scriptPubKey: outputScriptAnswer(output.script, network),
        coinbase: output.coinbase,
      };
    },
  },
];

function getRawTransaction(args: Arguments, { chain, network }: MethodContext): Answer {
  const txid = args.txid(0, 'parameter 1');
  if (txid === chain.blockAt(0)!.block.transactions[0]!.txid) {
    throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, GENESIS_MESSAGE);
  }
  const verbosity = args.verbosity(1, 0);
  const named = args.optional(2) !== undefined;
  const block = named ? chain.findBlock(args.blockHash(2, 'parameter 3')) : undefined;
  if (named && block === undefined) {
    throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, 'Block hash not found');
  }
  const found = block === undefined ? chain.transaction(txid) : findIn(block, txid);
  if (found === undefined) {
    const where = named
      ? 'No such transaction found in the provided block'
      : 'No such mempool or blockchain transaction';
    throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, where + HINT);
  }
  if (verbosity <= 0) return toHex(found.loaded.bytes);
  const spent = verbosity >= 2 ? spentBy(found) : undefined;
  return {
    in_active_chain: block === undefined ? undefined : chain.isActive(block),
    ...transactionAnswer(found.loaded, network, { spent, prevouts: true, hex: true }),
    ...confirmation(chain, found.block),
  };
}

interface FoundTransaction {
  readonly loaded: LoadedTransaction;
  readonly block: BlockNode | undefined;
}

function findIn(block: BlockNode, txid: Txid): FoundTransaction | undefined {
  const loaded = block.block.transactions.find((candidate) => candidate.txid === txid);
  return loaded === undefined ? undefined : { loaded, block };
}

function spentBy({ loaded, block }: FoundTransaction) {
  if (block === undefined || isCoinbase(loaded.transaction)) return undefined;
  return block.undo?.[block.block.transactions.indexOf(loaded)];
}

function confirmation(chain: Devchain, block: BlockNode | undefined): AnswerObject {
  if (block === undefined) return {};
  if (!chain.isActive(block)) return { blockhash: block.block.hash, confirmations: 0 };
  return {
    blockhash: block.block.hash,
    confirmations: chain.tip().height - block.height + 1,
    time: block.block.header.time,
    blocktime: block.block.header.time,
  };
}

function findOutput(chain: Devchain, txid: Txid, vout: number, includeMempool: boolean) {
  if (!includeMempool) return chain.output(txid, vout);
  if (chain.mempoolSpender(txid, vout) !== undefined) return undefined;
  const waiting = chain.mempool.entry(txid)?.loaded.transaction.outputs[vout];
  if (waiting === undefined) return chain.output(txid, vout);
  return { ...waiting, height: chain.tip().height + 1, coinbase: false };
}
