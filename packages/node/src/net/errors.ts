import { CodedError } from '@prometheus-compute/protocol';

/**
 * `address-invalid`: no multiaddr, or one that does not end in `/p2p/` and the peer's id. `seed-invalid`: not 32 bytes.
 * `frame-oversized`, `frame-malformed`: what came is no envelope. `frame-slow`: it did not come in time. `frame-gone`:
 * the connection ended before it had come. `closed`: this node is closing.
 */
export type NetErrorCode =
  | 'address-invalid'
  | 'seed-invalid'
  | 'frame-oversized'
  | 'frame-malformed'
  | 'frame-slow'
  | 'frame-gone'
  | 'closed';

/** Something went wrong on the network. */
export class NetError extends CodedError<NetErrorCode> {}
