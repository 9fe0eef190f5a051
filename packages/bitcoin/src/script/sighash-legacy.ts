import { doubleSha256 } from '../crypto/hashes.ts';
import { ByteWriter, compactSizeLength } from '../transaction/byte-writer.ts';
import { outputSize, writeOutput } from '../transaction/serialize.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { OP } from './opcodes.ts';
import { ScriptCursor } from './parse.ts';
import { signsNoOutput, signsOneInput, signsOneOutput } from './sighash-type.ts';
import type { TransactionSpend } from './spend.ts';

/** The number one, which is what gets signed when SIGHASH_SINGLE has no output: anyone may reuse such a signature. */
const SINGLE_BUG_DIGEST = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
/** An output whose content SIGHASH_SINGLE leaves open: amount −1, no script. */
const BLANK_OUTPUT = { amount: -1n, script: new Uint8Array(0) };
const OUTPOINT_SIZE = 36;
const UINT32_SIZE = 4;

/**
 * Hash that signatures of legacy and P2SH scripts sign: the transaction with every other input's script emptied.
 *
 * @param scriptCode - from the last executed OP_CODESEPARATOR on, without the signatures themselves
 * @param hashType - its low byte decides; all 32 bits are hashed
 */
export function legacySighash(
  spend: TransactionSpend,
  index: number,
  scriptCode: Uint8Array,
  hashType: number,
): Uint8Array {
  const { transaction } = spend;
  const { inputs } = transaction;
  const single = signsOneOutput(hashType);
  if (single && index >= transaction.outputs.length) return SINGLE_BUG_DIGEST;
  const oneInput = signsOneInput(hashType);
  const code = withoutCodeSeparators(scriptCode);
  const none = signsNoOutput(hashType);
  const outputCount = none ? 0 : single ? index + 1 : transaction.outputs.length;

  const first = oneInput ? index : 0;
  const inputCount = oneInput ? 1 : inputs.length;
  const size =
    3 * UINT32_SIZE +
    compactSizeLength(inputCount) +
    (inputCount - 1) * (OUTPOINT_SIZE + 1 + UINT32_SIZE) +
    (OUTPOINT_SIZE + code.length + UINT32_SIZE) +
    compactSizeLength(outputCount) +
    (none ? 0 : single ? singleOutputSize(transaction, index) : spend.outputs.length);

  const writer = new ByteWriter(size);
  writer.uint32(transaction.version);
  writer.compactSize(inputCount);
  for (let i = first; i < first + inputCount; i++) {
    writer.bytes(spend.outpoint(i));
    if (i === index) writer.bytes(code);
    else writer.compactSize(0);
    // Whoever leaves outputs open also lets the other inputs change their sequence numbers.
    writer.uint32(i !== index && (none || single) ? 0 : inputs[i]!.sequence);
  }
  writer.compactSize(outputCount);
  if (single) {
    for (let i = 0; i < index; i++) writeOutput(writer, BLANK_OUTPUT);
    writeOutput(writer, transaction.outputs[index]!);
  } else if (!none) {
    writer.bytes(spend.outputs);
  }
  writer.uint32(transaction.lockTime);
  writer.uint32(hashType >>> 0);
  return doubleSha256(writer.finish());
}

function singleOutputSize(transaction: Transaction, index: number): number {
  return index * outputSize(BLANK_OUTPUT) + outputSize(transaction.outputs[index]!);
}

/**
 * The script behind its length, without its OP_CODESEPARATORs. After a malformed push nothing but the push's head is
 * left, while the length still counts it all: such a script cannot succeed, but its hash is defined.
 */
function withoutCodeSeparators(script: Uint8Array): Uint8Array {
  const cursor = new ScriptCursor(script);
  const separators: number[] = [];
  while (cursor.next()) if (cursor.opcode === OP.OP_CODESEPARATOR) separators.push(cursor.offset - 1);
  const end = cursor.offset;
  const announced = script.length - separators.length;
  const writer = new ByteWriter(compactSizeLength(announced) + end - separators.length);
  writer.compactSize(announced);
  let from = 0;
  for (const separator of separators) {
    writer.bytes(script.subarray(from, separator));
    from = separator + 1;
  }
  writer.bytes(script.subarray(from, end));
  return writer.finish();
}
