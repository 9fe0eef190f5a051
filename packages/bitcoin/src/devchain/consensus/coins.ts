import { MAX_SCRIPT_SIZE } from '../../script/limits.ts';
import { OP } from '../../script/opcodes.ts';
import { isCoinbase } from '../../transaction/index.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { type OutpointKey, outpointKey } from '../outpoint.ts';

/** An unspent output and where it was confirmed. */
export interface UnspentOutput {
  /** Satoshis. */
  readonly amount: bigint;
  readonly script: Uint8Array;
  /** Height of its block; one above the tip while it is only in the mempool. */
  readonly height: number;
  readonly coinbase: boolean;
}

/** Where inputs are looked up. */
export interface CoinView {
  coin(key: OutpointKey): UnspentOutput | undefined;
}

/** Whether no input can ever spend a script: Core keeps no such output. */
export function isUnspendable(script: Uint8Array): boolean {
  return script[0] === OP.OP_RETURN || script.length > MAX_SCRIPT_SIZE;
}

/** What a transaction took from the set, in the order of its inputs; restores it when its block is disconnected. */
export type SpentOutputs = readonly UnspentOutput[];

/** The set of unspent outputs of the active chain. */
export class CoinSet implements CoinView {
  readonly #coins = new Map<OutpointKey, UnspentOutput>();

  coin(key: OutpointKey): UnspentOutput | undefined {
    return this.#coins.get(key);
  }

  has(key: OutpointKey): boolean {
    return this.#coins.has(key);
  }

  get size(): number {
    return this.#coins.size;
  }

  entries(): IterableIterator<[OutpointKey, UnspentOutput]> {
    return this.#coins.entries();
  }

  /** Spends the inputs and creates the outputs of a transaction whose inputs are known to be there. */
  apply(loaded: LoadedTransaction, height: number): SpentOutputs {
    const spent: UnspentOutput[] = [];
    const coinbase = isCoinbase(loaded.transaction);
    if (!coinbase) {
      for (const input of loaded.transaction.inputs) {
        const key = outpointKey(input.txid, input.vout);
        spent.push(this.#coins.get(key)!);
        this.#coins.delete(key);
      }
    }
    for (const [vout, output] of loaded.transaction.outputs.entries()) {
      if (isUnspendable(output.script)) continue;
      this.#coins.set(outpointKey(loaded.txid, vout), { ...output, height, coinbase });
    }
    return spent;
  }

  /** The inverse of {@link apply}. */
  revert(loaded: LoadedTransaction, spent: SpentOutputs): void {
    for (let vout = 0; vout < loaded.transaction.outputs.length; vout++) {
      this.#coins.delete(outpointKey(loaded.txid, vout));
    }
    for (const [index, output] of spent.entries()) {
      const input = loaded.transaction.inputs[index]!;
      this.#coins.set(outpointKey(input.txid, input.vout), output);
    }
  }
}
