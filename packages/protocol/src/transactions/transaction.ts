import type { Scheme } from '../contract/settlements.ts';
import { satoshi } from '../primitives/brands.ts';
import type { GraphInput, GraphOutput, GraphTransaction, Spend, TransactionId } from './graph.ts';
import { NO_WAIT_SEQUENCE, serializeUnsigned, txidOf, virtualSize, witnessSize } from './unsigned.ts';

const SIGNATURE_BYTES = 64;

/** Bytes of the witness that a fully signed input has. */
function spendSize(spend: Spend): number {
  if (spend.kind === 'key') return witnessSize([SIGNATURE_BYTES]);
  return witnessSize([
    ...spend.keys.map(() => SIGNATURE_BYTES),
    spend.script.length,
    spend.controlBlock.length,
  ]);
}

/** nSequence for a wait in blocks: 0 is no wait (T §Notation). */
export function sequenceFor(wait: number): number {
  return wait === 0 ? NO_WAIT_SEQUENCE : wait;
}

/** What a row of the table says about a transaction. */
export interface Draft {
  readonly id: TransactionId;
  readonly scheme?: Scheme | undefined;
  readonly lockTime?: number;
  readonly parent?: TransactionId;
  readonly wait: number;
  readonly zeroFee?: boolean;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly GraphOutput[];
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/**
 * Completes a draft with what follows from it: bytes, txid, size and fee.
 * @throws EncodingError `integer-out-of-range` when the outputs exceed the inputs
 */
export function finishTransaction(draft: Draft): GraphTransaction {
  const { id, scheme, lockTime = 0, parent, wait, zeroFee = false, inputs, outputs } = draft;
  const unsigned = serializeUnsigned({ lockTime, inputs, outputs });
  const witnesses = inputs.reduce((size, input) => size + spendSize(input.spend), 0);
  const fee = sum(inputs.map((input) => input.prevout.amount)) - sum(outputs.map((output) => output.amount));
  return {
    id,
    scheme,
    txid: txidOf(unsigned),
    lockTime,
    inputs,
    outputs,
    unsigned,
    vsize: virtualSize(unsigned.length, witnesses),
    fee: satoshi(fee),
    parent,
    wait,
    zeroFee,
  };
}
