import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  DUST,
  type Hash32,
  type OwnOutput,
  ownOutputs,
  type SchnorrSignature,
  satoshi,
  schnorrSign,
  spendTransaction,
  type Txid,
} from '@prometheus-compute/protocol';
import type { ChannelRecord } from './channel-record.ts';
import type { EnginePorts } from './engine-ports.ts';
import { EngineError } from './errors.ts';
import { RELAY_FEE_RATE } from './fee-rates.ts';

/** A transaction that brings what a contract paid into a party's wallet. */
export interface Collection {
  readonly txid: Txid;
  /** Satoshis that arrive. */
  readonly amount: bigint;
  readonly fee: bigint;
  readonly outputs: number;
}

/**
 * Takes everything that this party can take alone from a settled contract at this tip into its wallet, in one
 * transaction: payouts, V's fee output, and after their time stake and bond.
 *
 * @returns undefined when nothing is left to take now, or it is not worth its fee
 * @throws EngineError `chain-refused`
 */
export async function collectPayouts(
  record: ChannelRecord,
  ports: EnginePorts,
): Promise<Collection | undefined> {
  const { state } = record;
  if (state.name !== 'closed') return undefined;
  const { height } = await ports.chain.tip();
  const taken: OwnOutput[] = [];
  for (const output of ownOutputs(state)) {
    if (height >= output.from && (await ports.chain.output(output.spend.outpoint)) !== undefined)
      taken.push(output);
  }
  if (taken.length === 0) return undefined;
  const spends = taken.map(({ spend }) => spend);
  const total = spends.reduce((sum, { prevout }) => sum + prevout.amount, 0n);
  const to = { script: ports.wallet.freshScript(), amount: satoshi(total) };
  const fee = (BigInt(spendTransaction(spends, [to]).vsize) * RELAY_FEE_RATE + 999n) / 1_000n;
  const amount = total - fee;
  if (amount < DUST) return undefined;
  const transaction = spendTransaction(spends, [{ ...to, amount: satoshi(amount) }]);
  const bytes = transaction.complete(
    taken.map((output, i) => sign(record, output, transaction.sighashes[i]!, ports)),
  );
  const outcome = await ports.chain.submit(bytes);
  if (outcome.kind === 'rejected') {
    throw new EngineError(
      'chain-refused',
      `the chain does not take the collection of a contract: ${outcome.reason}`,
    );
  }
  return { txid: transactionId(parseTransaction(bytes)), amount, fee, outputs: taken.length };
}

/** Signatures of one input in script order. */
function sign(
  { keys }: ChannelRecord,
  { spend, lockSecret }: OwnOutput,
  sighash: Hash32,
  { signer, entropy }: EnginePorts,
): readonly SchnorrSignature[] {
  if (spend.script === undefined) return [signer.signPayout(keys, sighash)];
  return spend.signers.map((by) =>
    by === 'verificationLock' && lockSecret !== null
      ? schnorrSign(sighash, lockSecret, entropy(32))
      : signer.signTransaction(keys, sighash),
  );
}
