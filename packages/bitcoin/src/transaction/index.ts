export { ByteReader } from './byte-reader.ts';
export { ByteWriter, compactSizeLength } from './byte-writer.ts';
export { checkTransaction } from './check.ts';
export { TransactionError } from './errors.ts';
export { parseTransaction, readTransaction } from './parse.ts';
export { serializeTransaction, serializeWithoutWitness } from './serialize.ts';
export {
  hasWitness,
  isCoinbase,
  LOCKTIME_THRESHOLD,
  SEQUENCE_FINAL,
  SEQUENCE_LOCKTIME_DISABLE_FLAG,
  SEQUENCE_LOCKTIME_MASK,
  SEQUENCE_LOCKTIME_TYPE_FLAG,
  type Transaction,
  type TransactionInput,
  type TransactionOutput,
} from './transaction.ts';
export { MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from './weight.ts';
