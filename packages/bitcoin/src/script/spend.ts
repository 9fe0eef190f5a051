import { sha256 } from '@noble/hashes/sha2.js';
import { ByteWriter, variableLength } from '../transaction/byte-writer.ts';
import { outputSize, writeOutpoint, writeOutput } from '../transaction/serialize.ts';
import type { Transaction, TransactionOutput } from '../transaction/transaction.ts';
import { ScriptUsageError } from './errors.ts';

const OUTPOINT_SIZE = 36;
const UINT32_SIZE = 4;
const AMOUNT_SIZE = 8;

/**
 * A transaction with the outputs that it spends, and what the signature hashes of its inputs share. Each part is
 * computed when first asked for and then kept: a transaction with n inputs is hashed once, not n times.
 */
export class TransactionSpend {
  readonly transaction: Transaction;
  /** Spent output of each input, in order. */
  readonly spentOutputs: readonly TransactionOutput[];
  #outpoints: Uint8Array | undefined;
  #outputs: Uint8Array | undefined;
  #hashes: { [Part in SharedPart]?: Uint8Array } = {};

  /** @throws ScriptUsageError `spent-outputs-missing` when their number is not the inputs' */
  constructor(transaction: Transaction, spentOutputs: readonly TransactionOutput[]) {
    if (spentOutputs.length !== transaction.inputs.length) {
      throw new ScriptUsageError(
        'spent-outputs-missing',
        `${transaction.inputs.length} inputs but ${spentOutputs.length} spent outputs`,
        { evidence: { inputs: transaction.inputs.length, spentOutputs: spentOutputs.length } },
      );
    }
    this.transaction = transaction;
    this.spentOutputs = spentOutputs;
  }

  /** Serialised outpoints of all inputs, 36 bytes each. */
  get outpoints(): Uint8Array {
    if (this.#outpoints === undefined) {
      const { inputs } = this.transaction;
      const writer = new ByteWriter(OUTPOINT_SIZE * inputs.length);
      for (const input of inputs) writeOutpoint(writer, input);
      this.#outpoints = writer.finish();
    }
    return this.#outpoints;
  }

  /** Serialised outpoint of one input. */
  outpoint(index: number): Uint8Array {
    return this.outpoints.subarray(OUTPOINT_SIZE * index, OUTPOINT_SIZE * (index + 1));
  }

  /** All outputs, serialised, without their count. */
  get outputs(): Uint8Array {
    this.#outputs ??= serializeOutputs(this.transaction.outputs);
    return this.#outputs;
  }

  /** Single SHA256 of what all inputs or outputs have in one respect (BIP341; BIP143 hashes it once more). */
  hash(part: SharedPart): Uint8Array {
    let digest = this.#hashes[part];
    if (digest === undefined) {
      digest = sha256(this.#serialize(part));
      this.#hashes[part] = digest;
    }
    return digest;
  }

  /** Double SHA256 of the same (BIP143). */
  doubleHash(part: 'outpoints' | 'sequences' | 'outputs'): Uint8Array {
    return sha256(this.hash(part));
  }

  #serialize(part: SharedPart): Uint8Array {
    switch (part) {
      case 'outpoints':
        return this.outpoints;
      case 'outputs':
        return this.outputs;
      case 'sequences': {
        const { inputs } = this.transaction;
        const writer = new ByteWriter(UINT32_SIZE * inputs.length);
        for (const input of inputs) writer.uint32(input.sequence);
        return writer.finish();
      }
      case 'spent-amounts': {
        const writer = new ByteWriter(AMOUNT_SIZE * this.spentOutputs.length);
        for (const output of this.spentOutputs) writer.int64(output.amount);
        return writer.finish();
      }
      case 'spent-scripts': {
        const size = this.spentOutputs.reduce((sum, output) => sum + variableLength(output.script), 0);
        const writer = new ByteWriter(size);
        for (const output of this.spentOutputs) writer.variableBytes(output.script);
        return writer.finish();
      }
    }
  }
}

/** What signature hashes commit to for all inputs or outputs at once. */
export type SharedPart = 'outpoints' | 'sequences' | 'outputs' | 'spent-amounts' | 'spent-scripts';

/** Outputs one after another, without their count. */
export function serializeOutputs(outputs: readonly TransactionOutput[]): Uint8Array {
  const writer = new ByteWriter(outputs.reduce((sum, output) => sum + outputSize(output), 0));
  for (const output of outputs) writeOutput(writer, output);
  return writer.finish();
}
