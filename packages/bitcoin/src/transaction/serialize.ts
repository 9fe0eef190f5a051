import { txidToInternal } from '@prometheus-compute/protocol';
import { ByteWriter, compactSizeLength, variableLength } from './byte-writer.ts';
import {
  hasWitness,
  type Transaction,
  type TransactionInput,
  type TransactionOutput,
} from './transaction.ts';

/** Bytes of an outpoint, of a sequence number, of a version, of a lock time. */
const OUTPOINT_SIZE = 36;
const UINT32_SIZE = 4;
const AMOUNT_SIZE = 8;
/** Marker and flag of BIP144. */
const MARKER_SIZE = 2;

/** Bytes of the transaction without any witness. */
export function strippedSize(transaction: Transaction): number {
  let size = UINT32_SIZE + compactSizeLength(transaction.inputs.length);
  for (const input of transaction.inputs) {
    size += OUTPOINT_SIZE + variableLength(input.scriptSig) + UINT32_SIZE;
  }
  size += compactSizeLength(transaction.outputs.length);
  for (const output of transaction.outputs) size += outputSize(output);
  return size + UINT32_SIZE;
}

/** Bytes of a serialised output. */
export function outputSize(output: TransactionOutput): number {
  return AMOUNT_SIZE + variableLength(output.script);
}

/** Bytes of a witness: a count, then each item after its length. */
export function witnessSize(witness: readonly Uint8Array[]): number {
  let size = compactSizeLength(witness.length);
  for (const item of witness) size += variableLength(item);
  return size;
}

/** Bytes of the transaction as BIP144 serialises it, with its witness where it has one. */
export function totalSize(transaction: Transaction): number {
  let size = strippedSize(transaction);
  if (hasWitness(transaction)) {
    size += MARKER_SIZE;
    for (const input of transaction.inputs) size += witnessSize(input.witness);
  }
  return size;
}

/** BIP144 serialisation: with witnesses when any input has one. */
export function serializeTransaction(transaction: Transaction): Uint8Array {
  if (!hasWitness(transaction)) return serializeWithoutWitness(transaction);
  const writer = new ByteWriter(totalSize(transaction));
  writer.uint32(transaction.version);
  writer.uint8(0);
  writer.uint8(1);
  writeBody(writer, transaction);
  for (const input of transaction.inputs) {
    writer.compactSize(input.witness.length);
    for (const item of input.witness) writer.variableBytes(item);
  }
  writer.uint32(transaction.lockTime);
  return writer.finish();
}

/** The serialisation that the txid commits to: no witness. */
export function serializeWithoutWitness(transaction: Transaction): Uint8Array {
  const writer = new ByteWriter(strippedSize(transaction));
  writer.uint32(transaction.version);
  writeBody(writer, transaction);
  writer.uint32(transaction.lockTime);
  return writer.finish();
}

/** An outpoint in internal byte order, 36 bytes. */
export function writeOutpoint(writer: ByteWriter, input: Pick<TransactionInput, 'txid' | 'vout'>): void {
  writer.bytes(txidToInternal(input.txid));
  writer.uint32(input.vout);
}

/** Amount and script of an output. */
export function writeOutput(writer: ByteWriter, output: TransactionOutput): void {
  writer.int64(output.amount);
  writer.variableBytes(output.script);
}

function writeBody(writer: ByteWriter, transaction: Transaction): void {
  writer.compactSize(transaction.inputs.length);
  for (const input of transaction.inputs) {
    writeOutpoint(writer, input);
    writer.variableBytes(input.scriptSig);
    writer.uint32(input.sequence);
  }
  writer.compactSize(transaction.outputs.length);
  for (const output of transaction.outputs) writeOutput(writer, output);
}
