import { sha256 } from '@noble/hashes/sha2.js';
import { tapSighash } from '../crypto/hashes.ts';
import { ByteWriter } from '../transaction/byte-writer.ts';
import { outputSize, writeOutput } from '../transaction/serialize.ts';
import { SIGHASH_ALL, SIGHASH_DEFAULT, SIGHASH_NONE, SIGHASH_SINGLE, signsOneInput } from './sighash-type.ts';
import { serializeOutputs, type TransactionSpend } from './spend.ts';

/** BIP341: value that a signature of a script without an executed OP_CODESEPARATOR commits to. */
export const NO_CODE_SEPARATOR = 0xffff_ffff;

/** BIP341's epoch; another would mean another layout. */
const EPOCH = 0;
/** BIP342's version of 32-byte keys. */
const KEY_VERSION = 0;
/** The most that the parts of fixed size take: BIP341 says 206, the epoch 1, BIP342 37. */
const FIXED_SIZE_MAX = 206 + 1 + 37;

/** What a Taproot signature commits to beside the transaction. */
export interface TaprootContext {
  /** SHA256 of the annex with its length, where the witness has one. */
  readonly annexHash: Uint8Array | undefined;
  /** BIP342: the executed leaf; undefined on the key path. */
  readonly leaf: { readonly hash: Uint8Array; readonly codeSeparator: number } | undefined;
}

/**
 * BIP341 and BIP342: hash that Taproot signatures sign.
 *
 * @param hashType - {@link SIGHASH_DEFAULT} for signatures of 64 bytes
 * @returns undefined where the hash type is undefined or SIGHASH_SINGLE has no output
 */
export function taprootSighash(
  spend: TransactionSpend,
  index: number,
  hashType: number,
  context: TaprootContext,
): Uint8Array | undefined {
  if (!isTaprootHashType(hashType)) return undefined;
  const { transaction } = spend;
  const input = transaction.inputs[index]!;
  const spent = spend.spentOutputs[index]!;
  const oneInput = signsOneInput(hashType);
  const outputs = hashType & 3;

  const writer = new ByteWriter(FIXED_SIZE_MAX + (oneInput ? outputSize(spent) : 0));
  writer.uint8(EPOCH);
  writer.uint8(hashType);
  writer.uint32(transaction.version);
  writer.uint32(transaction.lockTime);
  if (!oneInput) {
    writer.bytes(spend.hash('outpoints'));
    writer.bytes(spend.hash('spent-amounts'));
    writer.bytes(spend.hash('spent-scripts'));
    writer.bytes(spend.hash('sequences'));
  }
  if (outputs === SIGHASH_ALL || hashType === SIGHASH_DEFAULT) writer.bytes(spend.hash('outputs'));
  writer.uint8((context.leaf === undefined ? 0 : 2) + (context.annexHash === undefined ? 0 : 1));
  if (oneInput) {
    writer.bytes(spend.outpoint(index));
    writeOutput(writer, spent);
    writer.uint32(input.sequence);
  } else {
    writer.uint32(index);
  }
  if (context.annexHash !== undefined) writer.bytes(context.annexHash);
  if (outputs === SIGHASH_SINGLE) {
    const output = transaction.outputs[index];
    if (output === undefined) return undefined;
    writer.bytes(sha256(serializeOutputs([output])));
  }
  if (context.leaf !== undefined) {
    writer.bytes(context.leaf.hash);
    writer.uint8(KEY_VERSION);
    writer.uint32(context.leaf.codeSeparator);
  }
  return tapSighash(writer.finish());
}

function isTaprootHashType(hashType: number): boolean {
  const outputs = hashType & 0x7f;
  if (hashType === SIGHASH_DEFAULT) return true;
  return outputs === SIGHASH_ALL || outputs === SIGHASH_NONE || outputs === SIGHASH_SINGLE;
}
