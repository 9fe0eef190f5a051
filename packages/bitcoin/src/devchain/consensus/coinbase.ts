import { concatBytes, type Txid, txidFromDisplay } from '@prometheus-compute/protocol';
import type { Transaction } from '../../transaction/index.ts';
import { type LoadedTransaction, loadParsed } from '../loaded-transaction.ts';
import { commitmentScript, witnessCommitment } from './witness-commitment.ts';

/** What the coinbase's witness holds: BIP141's reserved value. */
const RESERVED_VALUE = new Uint8Array(32);

/** The push of the height that BIP34 asks for at the start of the coinbase's script. */
export function heightScript(height: number): Uint8Array {
  if (height === 0) return Uint8Array.of(0x00);
  if (height <= 16) return Uint8Array.of(0x50 + height);
  const bytes: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  if ((bytes.at(-1)! & 0x80) !== 0) bytes.push(0);
  return Uint8Array.of(bytes.length, ...bytes);
}

/**
 * Coinbase of a block, in the form that Bitcoin Core gives it.
 *
 * @param height - of the block
 * @param script - that the whole reward is paid to
 * @param reward - subsidy and fees, satoshis
 * @param others - the other transactions, in order
 * @param extraNonce - bytes after the height: makes blocks differ that would be equal otherwise
 */
export function buildCoinbase(
  height: number,
  script: Uint8Array,
  reward: bigint,
  others: readonly LoadedTransaction[],
  extraNonce: Uint8Array = new Uint8Array(0),
): LoadedTransaction {
  const push = extraNonce.length === 0 ? [] : [Uint8Array.of(extraNonce.length), extraNonce];
  // Consensus asks for two bytes at least; the height alone is one byte up to 16.
  const filler = height <= 16 && extraNonce.length === 0 ? [Uint8Array.of(0)] : [];
  const draft: Transaction = {
    version: 2,
    inputs: [
      {
        txid: NULL_TXID,
        vout: 0xffff_ffff,
        scriptSig: concatBytes(heightScript(height), ...filler, ...push),
        sequence: 0xffff_fffe,
        witness: [RESERVED_VALUE],
      },
    ],
    outputs: [{ amount: reward, script }],
    lockTime: height - 1,
  };
  // The commitment counts the coinbase as zero, whatever it holds.
  const commitment = witnessCommitment([loadParsed(draft), ...others], RESERVED_VALUE);
  const outputs = [...draft.outputs, { amount: 0n, script: commitmentScript(commitment) }];
  return loadParsed({ ...draft, outputs });
}

const NULL_TXID: Txid = txidFromDisplay('0'.repeat(64));
