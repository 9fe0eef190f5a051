import { CodedError } from '@prometheus-compute/protocol';

/** `bundle-malformed`: no bundle that this version reads; `other-chain`: made for another chain; `nothing-to-watch`: no open contract. */
export type TowerErrorCode = 'bundle-malformed' | 'other-chain' | 'nothing-to-watch';

export class TowerError extends CodedError<TowerErrorCode> {}
