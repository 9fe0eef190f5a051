import type { LoadedTransaction } from '@prometheus-compute/bitcoin';
import { equalBytes, P2A_SCRIPT, type TransactionId, type Txid } from '@prometheus-compute/protocol';
import type { Actor } from '../stage/actor.ts';
import type { Stage } from '../stage/stage.ts';

/** What a transaction is for its payer: the contract itself, a child that pays for its parent, or anything that moves own coins. */
export type FeeKind = 'commitment' | 'settlement' | 'child' | 'sweep';

/** A fee that went to the miners after the scenario began. */
export interface PaidFee {
  readonly kind: FeeKind;
  readonly txid: Txid;
  readonly id: TransactionId | undefined;
  /** Name of whoever paid it; undefined for the fee of a settlement, which the contract holds. */
  readonly payer: string | undefined;
  /** Satoshis. */
  readonly fee: bigint;
}

/** Transactions of all blocks but the first of each, which pays nothing to anybody who was here before. */
export function minedTransactions({ network: { chain }, height }: Stage): readonly LoadedTransaction[] {
  const heights = Array.from({ length: height }, (_, i) => i + 1);
  return heights.flatMap((at) => chain.blockAt(at)!.block.transactions.slice(1));
}

/**
 * Fees of all transactions in blocks, read from the chain.
 *
 * @param known - ids of those that were in blocks when the scenario began: after a reorganisation others may stand in their blocks
 */
export function feesSince(stage: Stage, known: ReadonlySet<Txid>): readonly PaidFee[] {
  return minedTransactions(stage)
    .filter(({ txid }) => !known.has(txid))
    .map((loaded) => feeOf(stage, loaded));
}

function feeOf(stage: Stage, { txid, transaction }: LoadedTransaction): PaidFee {
  const prevouts = transaction.inputs.map(
    (input) => stage.network.chain.transaction(input.txid)!.loaded.transaction.outputs[input.vout]!,
  );
  const sum = (outputs: readonly { readonly amount: bigint }[]): bigint =>
    outputs.reduce((total, { amount }) => total + amount, 0n);
  const fee = sum(prevouts) - sum(transaction.outputs);
  const id = stage.names.idOf(txid, stage.actors);
  if (id === 'Tx0') return { kind: 'commitment', txid, id, payer: 'client', fee };
  if (id !== undefined) return { kind: 'settlement', txid, id, payer: undefined, fee };
  const scripts = [...transaction.outputs, ...prevouts].map(({ script }) => script);
  const payer =
    stage.actors.find((actor) => scripts.some((script) => owns(actor, script))) ??
    stage.actors.find((actor) => transaction.inputs.some((input) => takesOwn(stage, actor, input)));
  const isChild = prevouts.some(({ script }) => equalBytes(script, P2A_SCRIPT));
  return { kind: isChild ? 'child' : 'sweep', txid, id, payer: payer?.name, fee };
}

/** Whether an input spends an output of a graph that is this party's: a stake or a bond that C and W have signed free. */
function takesOwn(
  stage: Stage,
  actor: Actor,
  { txid, vout }: { readonly txid: Txid; readonly vout: number },
): boolean {
  const id = stage.names.idOf(txid, stage.actors);
  const output = id && stage.client.graph?.transactions.get(id)?.outputs[vout];
  return output !== undefined && output.payee === actor.self;
}

const owns = (actor: Actor, script: Uint8Array): boolean => actor.party.wallet.owns(script);
