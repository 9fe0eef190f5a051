import type { Hash32 } from '../primitives/brands.ts';
import { type Graph, type GraphTransaction, inputOf, type TransactionId, transactionOf } from './graph.ts';
import { type SighashPrefix, sighashPrefix, taprootSighash } from './unsigned.ts';

interface Remembered {
  readonly prefix: SighashPrefix;
  readonly hashes: Map<number, Hash32>;
}

/** Hashes that were computed once; they follow from the transaction, so remembering them changes no result. */
const remembered = new WeakMap<GraphTransaction, Remembered>();

/**
 * BIP341 signature hash of an input, SIGHASH_DEFAULT, for the spend that the graph plans. Computed when first asked for.
 * @throws GraphError `transaction-unknown`, `slot-unknown`
 */
export function sighash(graph: Graph, id: TransactionId, input: number): Hash32 {
  const transaction = transactionOf(graph, id);
  let memory = remembered.get(transaction);
  if (memory === undefined) {
    memory = { prefix: sighashPrefix(transaction), hashes: new Map() };
    remembered.set(transaction, memory);
  }
  let hash = memory.hashes.get(input);
  if (hash === undefined) {
    const { spend } = inputOf(graph, id, input);
    hash = taprootSighash(memory.prefix, input, spend.kind === 'leaf' ? spend.script : undefined);
    memory.hashes.set(input, hash);
  }
  return hash;
}
