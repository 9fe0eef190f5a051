import type { PeerId as Libp2pPeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { PeerId } from '../ports/transport.ts';
import { NetError } from './errors.ts';

/** Where a peer is reached, and who it has to show that it is. */
export interface PeerAddress {
  readonly id: PeerId;
  readonly address: Multiaddr;
}

/**
 * Reads an address like `/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…`.
 *
 * @throws NetError `address-invalid`
 */
export function parsePeerAddress(text: string): PeerAddress {
  let address: Multiaddr;
  try {
    address = multiaddr(text);
  } catch (cause) {
    throw refusal(text, cause);
  }
  const last = address.getComponents().at(-1);
  if (last?.name !== 'p2p' || last.value === undefined) throw refusal(text);
  const id = toLibp2pId(last.value);
  if (id === undefined) throw refusal(text);
  return { id: id.toString(), address };
}

/** The id of a peer as libp2p has it; undefined when the text names no peer. */
export function toLibp2pId(peer: PeerId): Libp2pPeerId | undefined {
  try {
    return peerIdFromString(peer);
  } catch {
    return undefined;
  }
}

function refusal(text: string, cause?: unknown): NetError {
  return new NetError('address-invalid', `"${text}" is no address of a peer`, {
    cause,
    remedy: 'Give the address with the peer at its end, like /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
  });
}
