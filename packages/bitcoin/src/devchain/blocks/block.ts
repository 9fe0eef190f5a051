import {
  ByteReader,
  ByteWriter,
  compactSizeLength,
  readTransaction,
  TransactionError,
} from '../../transaction/index.ts';
import { DevchainError } from '../errors.ts';
import { type LoadedTransaction, loadParsed } from '../loaded-transaction.ts';
import {
  type BlockHash,
  type BlockHeader,
  HEADER_SIZE,
  headerHash,
  parseHeader,
  serializeHeader,
} from './header.ts';

/** A block with its transactions, the coinbase first. */
export interface Block {
  readonly hash: BlockHash;
  readonly header: BlockHeader;
  readonly transactions: readonly LoadedTransaction[];
}

export function makeBlock(header: BlockHeader, transactions: readonly LoadedTransaction[]): Block {
  return { hash: headerHash(header), header, transactions };
}

/** Wire format: header, number of transactions, transactions with witness. */
export function serializeBlock(block: Block): Uint8Array {
  const count = block.transactions.length;
  const size = block.transactions.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const writer = new ByteWriter(HEADER_SIZE + compactSizeLength(count) + size);
  writer.bytes(serializeHeader(block.header));
  writer.compactSize(count);
  for (const { bytes } of block.transactions) writer.bytes(bytes);
  return writer.finish();
}

/**
 * Parses a block.
 *
 * @param options - `trailing: true` reads over bytes behind it; without, the whole input is one block
 * @throws DevchainError `block-malformed`
 */
export function parseBlock(bytes: Uint8Array, options: { readonly trailing?: boolean } = {}): Block {
  const header = parseHeader(bytes);
  try {
    const reader = new ByteReader(bytes.subarray(HEADER_SIZE));
    const count = reader.compactSize();
    const transactions: LoadedTransaction[] = [];
    for (let i = 0; i < count; i++) transactions.push(loadParsed(readTransaction(reader)));
    if (options.trailing !== true) reader.end();
    return makeBlock(header, transactions);
  } catch (cause) {
    if (!(cause instanceof TransactionError)) throw cause;
    throw new DevchainError('block-malformed', `not a block: ${cause.message}`, { cause });
  }
}
