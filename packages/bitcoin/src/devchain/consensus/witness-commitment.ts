import { concatBytes, txidToInternal } from '@prometheus-compute/protocol';
import { doubleSha256 } from '../../crypto/hashes.ts';
import type { Transaction } from '../../transaction/index.ts';
import { merkleRoot } from '../blocks/merkle.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';

/** OP_RETURN, push of 36 bytes, and the tag of the commitment (BIP141). */
const PREFIX = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed);

/** Hash over the witness ids of a block, the coinbase's taken as zero, and the reserved value (BIP141). */
export function witnessCommitment(
  transactions: readonly LoadedTransaction[],
  reservedValue: Uint8Array,
): Uint8Array {
  const leaves = transactions.map((loaded, index) =>
    index === 0 ? new Uint8Array(32) : txidToInternal(loaded.wtxid),
  );
  return doubleSha256(concatBytes(merkleRoot(leaves).root, reservedValue));
}

export function commitmentScript(commitment: Uint8Array): Uint8Array {
  return concatBytes(PREFIX, commitment);
}

/** Script of the last output of the coinbase that holds a commitment. */
export function commitmentOutput(coinbase: Transaction): Uint8Array | undefined {
  return coinbase.outputs.findLast(
    ({ script }) => script.length >= 38 && PREFIX.every((byte, index) => script[index] === byte),
  )?.script;
}
