import { txidFromInternal } from '@prometheus-compute/protocol';
import { ByteReader } from './byte-reader.ts';
import { TransactionError } from './errors.ts';
import type { Transaction, TransactionInput, TransactionOutput } from './transaction.ts';

/** BIP144: the only bit of the flag byte that means anything. */
const WITNESS_FLAG = 1;

/**
 * One transaction from the whole of `bytes`, as BIP144 serialises it.
 *
 * @param options - `witness: false` reads the format from before BIP144, in which alone a transaction without inputs
 * can be told from one with a witness
 * @throws TransactionError any of its codes
 */
export function parseTransaction(
  bytes: Uint8Array,
  options: { readonly witness?: boolean } = {},
): Transaction {
  const reader = new ByteReader(bytes);
  const transaction = readTransaction(reader, options);
  reader.end();
  return transaction;
}

/** Reads one transaction and leaves the reader behind it, e.g. inside a block. @throws TransactionError all but `trailing-bytes` */
export function readTransaction(
  reader: ByteReader,
  options: { readonly witness?: boolean } = {},
): Transaction {
  const version = reader.uint32();
  let inputs = readInputs(reader);
  let outputs: TransactionOutput[] = [];
  let flags = 0;
  if (inputs.length === 0 && options.witness !== false) {
    // BIP144 marker: what looks like a transaction without inputs announces a witness.
    flags = reader.uint8();
    if (flags !== 0) {
      inputs = readInputs(reader);
      outputs = readOutputs(reader);
    }
  } else {
    outputs = readOutputs(reader);
  }
  if ((flags & WITNESS_FLAG) !== 0) {
    flags ^= WITNESS_FLAG;
    inputs = inputs.map((input) => ({ ...input, witness: readWitness(reader) }));
    if (inputs.every((input) => input.witness.length === 0)) {
      throw new TransactionError('superfluous-witness', 'a witness is announced but no input has one', {
        rule: 'BIP144',
      });
    }
  }
  if (flags !== 0) {
    throw new TransactionError('unknown-optional-data', `unknown flag bits ${flags}`, {
      evidence: { flags },
      rule: 'BIP144',
    });
  }
  return { version, inputs, outputs, lockTime: reader.uint32() };
}

function readInputs(reader: ByteReader): TransactionInput[] {
  const count = reader.compactSize();
  const inputs: TransactionInput[] = [];
  for (let i = 0; i < count; i++) {
    inputs.push({
      txid: txidFromInternal(reader.bytes(32)),
      vout: reader.uint32(),
      scriptSig: reader.variableBytes(),
      sequence: reader.uint32(),
      witness: [],
    });
  }
  return inputs;
}

function readOutputs(reader: ByteReader): TransactionOutput[] {
  const count = reader.compactSize();
  const outputs: TransactionOutput[] = [];
  for (let i = 0; i < count; i++) {
    outputs.push({ amount: reader.int64(), script: reader.variableBytes() });
  }
  return outputs;
}

function readWitness(reader: ByteReader): Uint8Array[] {
  const count = reader.compactSize();
  const items: Uint8Array[] = [];
  for (let i = 0; i < count; i++) items.push(reader.variableBytes());
  return items;
}
