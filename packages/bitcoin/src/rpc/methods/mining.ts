import { toHex } from '@prometheus-compute/protocol';
import { type Block, parseBlock, serializeBlock } from '../../devchain/blocks/block.ts';
import { commitmentOutput } from '../../devchain/consensus/witness-commitment.ts';
import { DevchainError } from '../../devchain/errors.ts';
import { loadParsed } from '../../devchain/loaded-transaction.ts';
import type { BlockOutcome } from '../../devchain/state/chainstate.ts';
import { scriptOfAddress } from '../../wallet/address.ts';
import { WalletError } from '../../wallet/errors.ts';
import type { AddressNetwork } from '../../wallet/network.ts';
import { type Arguments, bytesFromHex } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import type { Answer } from '../json.ts';
import type { MethodContext, RpcMethod } from '../method.ts';
import { decodeTransaction } from './decode.ts';
import { scriptOfDescriptor } from './descriptors.ts';

/** Methods that make blocks or take them. */
export const MINING_METHODS: readonly RpcMethod[] = [
  {
    name: 'generatetoaddress',
    parameters: ['nblocks:number', 'address:string', 'maxtries:number'],
    required: 2,
    run: (args, { chain, network }) => {
      const count = args.integer(0);
      const script = addressScript(args.text(1), network);
      if (script === undefined) throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, 'Error: Invalid address');
      return chain.mine(Math.max(count, 0), script);
    },
  },
  {
    name: 'generateblock',
    parameters: ['output:string', 'transactions:array', 'submit:bool'],
    required: 2,
    run: generateBlock,
  },
  {
    name: 'submitblock',
    parameters: ['hexdata:string', 'dummy:string'],
    required: 1,
    run: (args, { chain }) => {
      const bytes = bytesFromHex(args.text(0));
      const block = bytes === undefined ? undefined : decodeBlock(bytes);
      if (block === undefined) throw new RpcError(RpcCode.DESERIALIZATION, 'Block decode failed');
      return outcomeAnswer(chain.submitParsedBlock(block));
    },
  },
];

function generateBlock(args: Arguments, { chain, network }: MethodContext): Answer {
  const target = args.text(0);
  const script = scriptOfDescriptor(target, network) ?? addressScript(target, network);
  if (script === undefined) {
    throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, 'Error: Invalid address or descriptor');
  }
  const transactions = args.texts(1).map((text) => {
    if (/^[0-9a-fA-F]{64}$/.test(text)) {
      const waiting = [...chain.mempool.entries()].find(({ loaded }) => loaded.txid === text.toLowerCase());
      if (waiting !== undefined) return waiting.loaded.bytes;
      throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, `Transaction ${text} not in mempool.`);
    }
    const loaded = decodeTransaction(text);
    if (loaded !== undefined) return loaded.bytes;
    const message = `Transaction decode failed for ${text}. Make sure the tx has at least one input.`;
    throw new RpcError(RpcCode.DESERIALIZATION, message);
  });
  const submit = args.flag(2, true);
  try {
    const block = chain.assembleBlock(script, transactions);
    if (!submit) return { hash: block.hash, hex: toHex(serializeBlock(block)) };
    chain.submitParsedBlock(block);
    return { hash: block.hash };
  } catch (error) {
    if (!(error instanceof DevchainError) || error.code !== 'block-refused') throw error;
    const { reason, details } = error.evidence;
    const text = details === '' ? `${reason}` : `${reason}, ${details}`;
    throw new RpcError(RpcCode.VERIFY, `TestBlockValidity failed: ${text}`);
  }
}

function addressScript(address: string, network: AddressNetwork): Uint8Array | undefined {
  try {
    return scriptOfAddress(address, network);
  } catch (error) {
    if (error instanceof WalletError) return undefined;
    throw error;
  }
}

/** A block, with the reserved value that Core adds when a committing coinbase lacks its witness. */
function decodeBlock(bytes: Uint8Array): Block | undefined {
  let block: Block;
  try {
    // Core's submitblock reads over what follows the block.
    block = parseBlock(bytes, { trailing: true });
  } catch (error) {
    if (error instanceof DevchainError) return undefined;
    throw error;
  }
  const [coinbase, ...rest] = block.transactions;
  const [input] = coinbase?.transaction.inputs ?? [];
  if (coinbase === undefined || input === undefined || input.witness.length > 0) return block;
  if (commitmentOutput(coinbase.transaction) === undefined) return block;
  const inputs = [{ ...input, witness: [new Uint8Array(32)] }, ...coinbase.transaction.inputs.slice(1)];
  return { ...block, transactions: [loadParsed({ ...coinbase.transaction, inputs }), ...rest] };
}

/** BIP22: nothing when the block is the new tip, else why not. */
function outcomeAnswer(outcome: BlockOutcome): Answer {
  switch (outcome.kind) {
    case 'connected':
      return null;
    case 'stored':
      return 'inconclusive';
    case 'duplicate':
      return 'duplicate';
    case 'refused':
      return outcome.rejection.reason;
  }
}
