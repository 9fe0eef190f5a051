import { fromHex, type Txid, toHex, txidFromDisplay, txidFromInternal } from '@prometheus-compute/protocol';
import { HEADER_SIZE, headerHash, parseHeader, serializeHeader } from '../../devchain/blocks/header.ts';
import { encodePartialTree, readPartialTree } from '../../devchain/blocks/partial-merkle-tree.ts';
import { DevchainError } from '../../devchain/errors.ts';
import type { BlockNode } from '../../devchain/state/block-tree.ts';
import { TransactionError } from '../../transaction/index.ts';
import { type Arguments, bytesFromHex, hash } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import type { Answer } from '../json.ts';
import type { MethodContext, RpcMethod } from '../method.ts';
import { knownBlock } from './chain.ts';

/** Proofs that a block holds transactions (BIP37's merkle blocks). */
export const PROOF_METHODS: readonly RpcMethod[] = [
  {
    name: 'gettxoutproof',
    parameters: ['txids:array', 'blockhash:string'],
    required: 1,
    run: getProof,
  },
  {
    name: 'verifytxoutproof',
    parameters: ['proof:string'],
    required: 1,
    run: verifyProof,
  },
];

function getProof(args: Arguments, context: MethodContext): Answer {
  const texts = args.texts(0);
  if (texts.length === 0) {
    throw new RpcError(RpcCode.INVALID_PARAMETER, "Parameter 'txids' cannot be empty");
  }
  const wanted = new Set<Txid>();
  for (const text of texts) {
    const txid = txidFromDisplay(hash(text, 'txid'));
    if (wanted.has(txid)) {
      throw new RpcError(RpcCode.INVALID_PARAMETER, `Invalid parameter, duplicated txid: ${text}`);
    }
    wanted.add(txid);
  }
  const node = args.optional(1) === undefined ? findBlock(wanted, context) : knownBlock(args, 1, context);
  const { header, transactions } = node.block;
  const matches = transactions.map(({ txid }) => wanted.has(txid));
  if (matches.filter(Boolean).length !== wanted.size) {
    const message = 'Not all transactions found in specified or retrieved block';
    throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, message);
  }
  const leaves = transactions.map(({ txid }) => fromHex(txid).reverse());
  return toHex(serializeHeader(header)) + toHex(encodePartialTree(leaves, matches));
}

function findBlock(txids: Iterable<Txid>, { chain }: MethodContext): BlockNode {
  for (const txid of txids) {
    const node = chain.transaction(txid)?.block;
    if (node !== undefined) return node;
  }
  throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, 'Transaction not yet in block');
}

function verifyProof(args: Arguments, { chain }: MethodContext): Answer {
  const text = args.text(0);
  const bytes = bytesFromHex(text);
  if (bytes === undefined || bytes.length === 0) {
    throw new RpcError(RpcCode.INVALID_PARAMETER, `proof must be hexadecimal string (not '${text}')`);
  }
  try {
    const header = parseHeader(bytes);
    const tree = readPartialTree(bytes.subarray(HEADER_SIZE));
    if (tree === undefined || toHex(tree.root) !== toHex(header.merkleRoot)) return [];
    const node = chain.findBlock(headerHash(header));
    if (node === undefined || !chain.isActive(node)) {
      throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, 'Block not found in chain');
    }
    if (node.block.transactions.length !== tree.count) return [];
    return tree.matches.map(txidFromInternal);
  } catch (error) {
    if (!(error instanceof DevchainError) && !(error instanceof TransactionError)) throw error;
    throw new RpcError(RpcCode.MISC, 'SpanReader::read(): end of data: iostream error');
  }
}
