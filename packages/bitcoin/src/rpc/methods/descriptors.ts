import { scriptOfAddress } from '../../wallet/address.ts';
import { descriptorChecksum } from '../../wallet/descriptor.ts';
import { WalletError } from '../../wallet/errors.ts';
import type { AddressNetwork } from '../../wallet/network.ts';
import { bytesFromHex } from '../arguments.ts';

/**
 * The script of a descriptor `addr(…)` or `raw(…)`, with or without checksum, or undefined when it is none of them
 * or its checksum is wrong.
 */
export function scriptOfDescriptor(text: string, network: AddressNetwork): Uint8Array | undefined {
  const match = /^((addr|raw)\(([^()#]*)\))(?:#([a-z0-9]{8}))?$/.exec(text);
  if (match === null) return undefined;
  const [, descriptor, kind, argument, checksum] = match;
  if (checksum !== undefined && checksum !== descriptorChecksum(descriptor!)) return undefined;
  if (kind === 'raw') return bytesFromHex(argument!);
  try {
    return scriptOfAddress(argument!, network);
  } catch (error) {
    if (error instanceof WalletError) return undefined;
    throw error;
  }
}
