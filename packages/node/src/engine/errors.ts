import { ChainAlarm, RpcClientError } from '@prometheus-compute/bitcoin';
import { CodedError } from '@prometheus-compute/protocol';
import { StoreError } from '../ports/store-error.ts';

/**
 * `insufficient-funds`: a wallet cannot cover what a contract asks. `parameters-unknown`: no T_P with this txid is on the
 * chain. `payload-missing`: nobody served a blob. `chain-refused`: the chain does not take a transaction that it should.
 * `interrupted`: the caller stopped the job. `not-finished`: it took too long, and running it again is safe.
 * `too-large`: chunks or results do not fit into the messages that verification and disputes need.
 * `nothing-to-check`: the scheme needs a layer that projections check, and the model has none.
 * `snapshot-known`: terms name a block that is there already.
 * `unfunded`: this node has not the coins that a proposed contract takes; the cause is for its operator.
 * `fee-reserve`: what a contract's transactions may cost in fees is not covered, or its coin is not there.
 * `chain-replaced`: the chain is another one than it was.
 * `announcement-false`: somebody announces a stake that is not its own, or of another chain.
 * `no-partner`: nobody is named, or left, who could work for a batch or check it.
 * `channel-failed`: a channel ended without a result; the message names the cause and the culprit.
 */
export type EngineErrorCode =
  | 'insufficient-funds'
  | 'parameters-unknown'
  | 'payload-missing'
  | 'limits-missing'
  | 'nothing-to-check'
  | 'chain-refused'
  | 'chain-replaced'
  | 'interrupted'
  | 'not-finished'
  | 'announcement-false'
  | 'channel-failed'
  | 'no-partner'
  | 'snapshot-known'
  | 'unfunded'
  | 'fee-reserve'
  | 'too-large';

export class EngineError extends CodedError<EngineErrorCode> {}

/** Whatever was thrown, as an Error. */
export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new CodedError('thrown', String(cause));
}

/**
 * Whether it is this node's own trouble: its Bitcoin node gave no answer that can be used, or its store took nothing. What a peer asked for is neither
 * right nor wrong for it, and has to come again.
 */
export function isOwnTrouble(cause: unknown): boolean {
  return cause instanceof ChainAlarm || cause instanceof RpcClientError || cause instanceof StoreError;
}
