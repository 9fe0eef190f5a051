import { CodedError } from '@prometheus-compute/protocol';

/** Codes of {@link SimulationError}. */
export type SimulationErrorCode =
  /** No scenario has this name. */
  | 'scenario-unknown'
  /** A scenario waited for something that did not come. */
  | 'not-reached'
  /** A party did what its strategy cannot do at this point: it holds no channel, or not what it would need. */
  | 'out-of-place'
  /** Bitcoin Core and the development chain judge otherwise: a fault of this program, which both must not show. */
  | 'chains-differ'
  /** Satoshis appeared or vanished: a fault of this program. */
  | 'satoshis-lost';

/** A scenario could not be played to its end. */
export class SimulationError extends CodedError<SimulationErrorCode> {}
