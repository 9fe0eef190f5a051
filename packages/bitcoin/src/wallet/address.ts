import { Address, OutScript } from '@scure/btc-signer';
import { WalletError } from './errors.ts';
import type { AddressNetwork } from './network.ts';

/** The address that stands for an output script, or undefined for scripts that have none. */
export function addressOf(script: Uint8Array, network: AddressNetwork): string | undefined {
  try {
    const output = OutScript.decode(script);
    switch (output.type) {
      case 'pkh':
      case 'sh':
      case 'wpkh':
      case 'wsh':
      case 'tr':
      case 'p2a':
        return Address(network).encode(output);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** The script that an address stands for. @throws WalletError `address-invalid` */
export function scriptOfAddress(address: string, network: AddressNetwork): Uint8Array {
  try {
    return OutScript.encode(Address(network).decode(address));
  } catch (cause) {
    throw new WalletError('address-invalid', `not an address of the network ${network.name}`, {
      evidence: { network: network.name, prefix: network.bech32 },
      remedy: `Give an address that begins with ${network.bech32}1.`,
      cause,
    });
  }
}
