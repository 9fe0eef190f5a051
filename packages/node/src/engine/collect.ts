import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  DUST,
  type Hash32,
  type OwnOutput,
  ownPayouts,
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

/** A transaction that brings what a contract paid to its owner. */
export interface Collection {
  readonly txid: Txid;
  /** Satoshis that arrive. */
  readonly amount: bigint;
  readonly fee: bigint;
  readonly outputs: number;
}

/** A collection that is signed. */
export interface SignedCollection extends Collection {
  readonly bytes: Uint8Array;
}

/**
 * Takes what a settled contract has paid to this party's key into its wallet, in one transaction. It is nobody else's
 * and never will be, so it waits until somebody asks for it; what cannot wait is the collector's.
 *
 * @returns undefined when nothing is left to take now, or it is not worth its fee
 * @throws EngineError `chain-refused`
 */
export async function collectPayouts(
  record: ChannelRecord,
  ports: EnginePorts,
): Promise<Collection | undefined> {
  const taken: OwnOutput[] = [];
  for (const output of ownPayouts(record.state)) {
    if ((await ports.chain.output(output.spend.outpoint)) !== undefined) taken.push(output);
  }
  if (taken.length === 0) return undefined;
  const signed = signCollection(record, ports, taken, ports.wallet.freshScript(), RELAY_FEE_RATE);
  if (signed === undefined) return undefined;
  const { bytes, ...collection } = signed;
  const outcome = await ports.chain.submit(bytes);
  if (outcome.kind === 'rejected') {
    throw new EngineError(
      'chain-refused',
      `the chain does not take the collection of a contract: ${outcome.reason}`,
    );
  }
  return collection;
}

/**
 * A signed transaction that spends these outputs to one script.
 *
 * @param feeRate - satoshis per 1000 virtual bytes
 * @returns undefined when they are not worth their fee
 */
export function signCollection(
  record: ChannelRecord,
  ports: Pick<EnginePorts, 'signer' | 'entropy'>,
  taken: readonly OwnOutput[],
  script: Uint8Array,
  feeRate: bigint,
): SignedCollection | undefined {
  const spends = taken.map(({ spend }) => spend);
  const total = spends.reduce((sum, { prevout }) => sum + prevout.amount, 0n);
  const { vsize } = spendTransaction(spends, [{ script, amount: satoshi(total) }]);
  const fee = (BigInt(vsize) * feeRate + 999n) / 1_000n;
  const amount = total - fee;
  if (amount < DUST) return undefined;
  const transaction = spendTransaction(spends, [{ script, amount: satoshi(amount) }]);
  const bytes = transaction.complete(
    taken.map((output, i) => sign(record, output, transaction.sighashes[i]!, ports)),
  );
  return { txid: transactionId(parseTransaction(bytes)), amount, fee, outputs: taken.length, bytes };
}

/** Signatures of one input in script order. */
function sign(
  { keys }: ChannelRecord,
  { spend, lockSecret }: OwnOutput,
  sighash: Hash32,
  { signer, entropy }: Pick<EnginePorts, 'signer' | 'entropy'>,
): readonly SchnorrSignature[] {
  if (spend.script === undefined) return [signer.signPayout(keys, sighash)];
  return spend.signers.map((by) =>
    by === 'verificationLock' && lockSecret !== null
      ? schnorrSign(sighash, lockSecret, entropy(32))
      : signer.signTransaction(keys, sighash),
  );
}
