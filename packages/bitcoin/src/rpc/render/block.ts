import { toHex } from '@prometheus-compute/protocol';
import { serializeBlock } from '../../devchain/blocks/block.ts';
import { targetOf } from '../../devchain/blocks/proof-of-work.ts';
import { blockOverhead, blockWeight } from '../../devchain/consensus/check-block.ts';
import type { Devchain } from '../../devchain/devchain.ts';
import type { BlockNode } from '../../devchain/state/block-tree.ts';
import type { AddressNetwork } from '../../wallet/network.ts';
import { type AnswerObject, NumberText } from '../json.ts';
import { transactionAnswer } from './transaction.ts';

/** 64 hexadecimal digits of a number. */
export function hex256(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

/** Compact target as Core prints it. */
export function bitsText(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}

/** How much harder than the easiest target of the main network. */
export function difficulty(bits: number): NumberText {
  const mantissa = bits & 0xffffff;
  const exponent = bits >>> 24;
  const value = (0xffff / mantissa) * 256 ** (29 - exponent);
  // Core writes 16 digits.
  return new NumberText(`${Number(value.toPrecision(16))}`);
}

/** A header as `getblockheader` shows it. */
export function headerAnswer(chain: Devchain, node: BlockNode): AnswerObject {
  const { header, hash, transactions } = node.block;
  const active = chain.isActive(node);
  const next = active ? chain.blockAt(node.height + 1) : undefined;
  return {
    hash,
    confirmations: active ? chain.tip().height - node.height + 1 : -1,
    height: node.height,
    version: header.version,
    versionHex: bitsText(header.version >>> 0),
    merkleroot: toHex(header.merkleRoot.slice().reverse()),
    time: header.time,
    mediantime: node.medianTimePast,
    nonce: header.nonce,
    bits: bitsText(header.bits),
    target: hex256(targetOf(header.bits) ?? 0n),
    difficulty: difficulty(header.bits),
    chainwork: hex256(node.work),
    nTx: node.stored ? transactions.length : 0,
    previousblockhash: node.parent?.block.hash,
    nextblockhash: next?.block.hash,
  };
}

/** A block as `getblock` shows it. @param verbosity - 1 names transactions, 2 writes them out, 3 with what they spend */
export function blockAnswer(
  chain: Devchain,
  node: BlockNode,
  network: AddressNetwork,
  verbosity: number,
): AnswerObject {
  const { block } = node;
  const coinbase = block.transactions[0]!.transaction;
  const input = coinbase.inputs[0]!;
  const strippedSize = block.transactions.reduce((sum, { baseSize }) => sum + baseSize, blockOverhead(block));
  return {
    ...headerAnswer(chain, node),
    strippedsize: strippedSize,
    size: serializeBlock(block).length,
    weight: blockWeight(block),
    coinbase_tx: {
      version: coinbase.version,
      locktime: coinbase.lockTime,
      sequence: input.sequence,
      coinbase: toHex(input.scriptSig),
      witness: input.witness[0] === undefined ? undefined : toHex(input.witness[0]),
    },
    tx: block.transactions.map((loaded, index) =>
      verbosity <= 1
        ? loaded.txid
        : transactionAnswer(loaded, network, {
            spent: node.undo?.[index],
            prevouts: verbosity >= 3,
            hex: true,
          }),
    ),
  };
}
