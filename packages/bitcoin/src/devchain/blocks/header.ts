import {
  type Brand,
  concatBytes,
  fromHex,
  fromLittleEndian,
  littleEndian,
  toHex,
} from '@prometheus-compute/protocol';
import { doubleSha256 } from '../../crypto/hashes.ts';
import { DevchainError } from '../errors.ts';

/** Hash of a block as people and RPC write it: 64 lower-case hexadecimal digits, byte-reversed. */
export type BlockHash = Brand<string, 'BlockHash'>;

/** Bytes of a block header. */
export const HEADER_SIZE = 80;

/** The 80 bytes that proof of work is over. */
export interface BlockHeader {
  /** Signed 32-bit. */
  readonly version: number;
  readonly previous: BlockHash;
  /** Internal byte order. */
  readonly merkleRoot: Uint8Array;
  /** Unix seconds. */
  readonly time: number;
  /** Compact target. */
  readonly bits: number;
  readonly nonce: number;
}

/** From the form that people and RPC use. @throws DevchainError `block-malformed` */
export function blockHashFromDisplay(hex: string): BlockHash {
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new DevchainError('block-malformed', 'a block hash has 64 lower-case hexadecimal digits');
  }
  return hex as BlockHash;
}

/** From internal byte order. @throws DevchainError `block-malformed` */
function blockHashFromInternal(bytes: Uint8Array): BlockHash {
  return blockHashFromDisplay(toHex(bytes.slice().reverse()));
}

export function serializeHeader(header: BlockHeader): Uint8Array {
  return concatBytes(
    littleEndian(header.version >>> 0, 4),
    fromHex(header.previous).reverse(),
    header.merkleRoot,
    littleEndian(header.time, 4),
    littleEndian(header.bits, 4),
    littleEndian(header.nonce, 4),
  );
}

/** @param bytes - at least 80; what follows is not read */
export function parseHeader(bytes: Uint8Array): BlockHeader {
  if (bytes.length < HEADER_SIZE) throw new DevchainError('block-malformed', 'a block header has 80 bytes');
  const unsigned = (offset: number): number => Number(fromLittleEndian(bytes.subarray(offset, offset + 4)));
  return {
    version: unsigned(0) | 0,
    previous: blockHashFromInternal(bytes.subarray(4, 36)),
    merkleRoot: bytes.slice(36, 68),
    time: unsigned(68),
    bits: unsigned(72),
    nonce: unsigned(76),
  };
}

export function headerHash(header: BlockHeader): BlockHash {
  return blockHashFromInternal(doubleSha256(serializeHeader(header)));
}
