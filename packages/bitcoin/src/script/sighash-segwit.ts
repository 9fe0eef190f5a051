import { doubleSha256 } from '../crypto/hashes.ts';
import { ByteWriter, variableLength } from '../transaction/byte-writer.ts';
import { signsNoOutput, signsOneInput, signsOneOutput } from './sighash-type.ts';
import { serializeOutputs, type TransactionSpend } from './spend.ts';

const ZERO_HASH = new Uint8Array(32);
/** Everything but the script code: version, two hashes, outpoint, amount, sequence, hash, lock time, hash type. */
const FIXED_SIZE = 4 + 32 + 32 + 36 + 8 + 4 + 32 + 4 + 4;

/**
 * BIP143: hash that signatures of witness v0 programs sign. Commits to the amount spent, and is linear in the size
 * of the transaction.
 *
 * @param scriptCode - from the last executed OP_CODESEPARATOR on
 * @param hashType - its low byte decides; all 32 bits are hashed
 */
export function segwitSighash(
  spend: TransactionSpend,
  index: number,
  scriptCode: Uint8Array,
  hashType: number,
): Uint8Array {
  const { transaction } = spend;
  const input = transaction.inputs[index]!;
  const oneInput = signsOneInput(hashType);
  const someOutputs = signsNoOutput(hashType) || signsOneOutput(hashType);

  const writer = new ByteWriter(FIXED_SIZE + variableLength(scriptCode));
  writer.uint32(transaction.version);
  writer.bytes(oneInput ? ZERO_HASH : spend.doubleHash('outpoints'));
  writer.bytes(oneInput || someOutputs ? ZERO_HASH : spend.doubleHash('sequences'));
  writer.bytes(spend.outpoint(index));
  writer.variableBytes(scriptCode);
  writer.int64(spend.spentOutputs[index]!.amount);
  writer.uint32(input.sequence);
  writer.bytes(hashOfOutputs(spend, index, hashType));
  writer.uint32(transaction.lockTime);
  writer.uint32(hashType >>> 0);
  return doubleSha256(writer.finish());
}

function hashOfOutputs(spend: TransactionSpend, index: number, hashType: number): Uint8Array {
  if (signsNoOutput(hashType)) return ZERO_HASH;
  if (!signsOneOutput(hashType)) return spend.doubleHash('outputs');
  const output = spend.transaction.outputs[index];
  return output === undefined ? ZERO_HASH : doubleSha256(serializeOutputs([output]));
}
