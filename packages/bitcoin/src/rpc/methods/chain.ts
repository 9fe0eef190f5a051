import { toHex } from '@prometheus-compute/protocol';
import { type Block, serializeBlock } from '../../devchain/blocks/block.ts';
import { serializeHeader } from '../../devchain/blocks/header.ts';
import { targetOf } from '../../devchain/blocks/proof-of-work.ts';
import type { BlockNode } from '../../devchain/state/block-tree.ts';
import type { Arguments } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import type { MethodContext, RpcMethod } from '../method.ts';
import { bitsText, blockAnswer, difficulty, headerAnswer, hex256 } from '../render/block.ts';

/** The block that an argument names. @param name - as Core names the parameter in its message */
export function knownBlock(
  args: Arguments,
  position: number,
  { chain }: MethodContext,
  name = 'blockhash',
): BlockNode {
  const node = chain.findBlock(args.blockHash(position, name));
  if (node === undefined) throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, 'Block not found');
  return node;
}

const blockBytes = (block: Block): string => toHex(serializeBlock(block));

/** Methods about blocks. */
export const CHAIN_METHODS: readonly RpcMethod[] = [
  {
    name: 'getblockchaininfo',
    parameters: [],
    required: 0,
    run: (_, { chain, network }) => {
      const { block, height, medianTimePast, work } = chain.tip();
      return {
        chain: network.name,
        blocks: height,
        headers: chain.bestHeaderHeight(),
        bestblockhash: block.hash,
        bits: bitsText(block.header.bits),
        target: hex256(targetOf(block.header.bits) ?? 0n),
        difficulty: difficulty(block.header.bits),
        time: block.header.time,
        mediantime: medianTimePast,
        verificationprogress: 1,
        initialblockdownload: false,
        chainwork: hex256(work),
        size_on_disk: 0,
        pruned: false,
        warnings: [],
      };
    },
  },
  {
    name: 'getblockcount',
    parameters: [],
    required: 0,
    run: (_, { chain }) => chain.tip().height,
  },
  {
    name: 'getbestblockhash',
    parameters: [],
    required: 0,
    run: (_, { chain }) => chain.tip().block.hash,
  },
  {
    name: 'getblockhash',
    parameters: ['height:number'],
    required: 1,
    run: (args, { chain }) => {
      const node = chain.blockAt(args.integer(0));
      if (node === undefined) throw new RpcError(RpcCode.INVALID_PARAMETER, 'Block height out of range');
      return node.block.hash;
    },
  },
  {
    name: 'getblock',
    parameters: ['blockhash:string', 'verbosity|verbose:any'],
    required: 1,
    run: (args, context) => {
      args.blockHash(0, 'blockhash');
      const verbosity = args.verbosity(1, 1);
      const node = knownBlock(args, 0, context);
      if (!node.stored) throw new RpcError(RpcCode.MISC, 'Block not available (not fully downloaded)');
      if (verbosity <= 0) return blockBytes(node.block);
      return blockAnswer(context.chain, node, context.network, verbosity);
    },
  },
  {
    name: 'getblockheader',
    parameters: ['blockhash:string', 'verbose:bool'],
    required: 1,
    run: (args, context) => {
      const verbose = args.flag(1, true);
      const node = knownBlock(args, 0, context, 'hash');
      return verbose ? headerAnswer(context.chain, node) : toHex(serializeHeader(node.block.header));
    },
  },
  {
    name: 'invalidateblock',
    parameters: ['blockhash:string'],
    required: 1,
    run: (args, context) => {
      context.chain.invalidate(knownBlock(args, 0, context).block.hash);
      return null;
    },
  },
  {
    name: 'reconsiderblock',
    parameters: ['blockhash:string'],
    required: 1,
    run: (args, context) => {
      context.chain.reconsider(knownBlock(args, 0, context).block.hash);
      return null;
    },
  },
];
