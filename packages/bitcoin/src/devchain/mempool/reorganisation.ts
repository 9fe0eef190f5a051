import { isCoinbase } from '../../transaction/index.ts';
import { spentOutputs } from '../consensus/check-inputs.ts';
import { isFinal } from '../consensus/finality.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { outpointKey } from '../outpoint.ts';
import { COINBASE_MATURITY } from '../parameters.ts';
import type { ChainChange } from '../state/chainstate.ts';
import { acceptTransaction, SINGLE } from './accept.ts';
import type { AcceptanceContext } from './candidate.ts';
import type { MempoolEntry } from './entry.ts';
import { expire } from './expiry.ts';
import { lockPointsAtTip, lockPointsHold, lockPointsMet } from './lock-points.ts';
import { type Mempool, MempoolView } from './pool.ts';
import { entriesOverLimits } from './trim.ts';

/** Keeps the mempool in step with the active chain. */
export class ReorganisationQueue {
  readonly #pool: Mempool;
  /** Transactions of disconnected blocks by id, in the order in which they were confirmed. */
  #returning = new Map<string, LoadedTransaction>();
  #disconnected = false;

  constructor(pool: Mempool) {
    this.#pool = pool;
  }

  /** Takes note of one block that entered or left the chain. */
  note({ kind, node }: ChainChange): void {
    const { transactions } = node.block;
    if (kind === 'disconnected') {
      this.#disconnected = true;
      const earlier = transactions.map((loaded) => [loaded.txid, loaded] as const);
      this.#returning = new Map([...earlier, ...this.#returning]);
      return;
    }
    for (const loaded of transactions) {
      this.#returning.delete(loaded.txid);
      const entry = this.#pool.entry(loaded.txid);
      if (entry !== undefined) this.#pool.remove(entry);
      this.#removeConflicts(loaded);
    }
  }

  /** Brings transactions back, unless told otherwise, then drops what the new tip makes invalid. */
  settle(context: AcceptanceContext, bringBack: boolean): void {
    if (!this.#disconnected) return;
    const returning = [...this.#returning.values()];
    this.#returning = new Map();
    this.#disconnected = false;
    const returned = new Set(returning.map((loaded) => loaded.txid));
    this.#pool.unlink(returned);
    for (const loaded of returning) {
      const accepted =
        bringBack &&
        !isCoinbase(loaded.transaction) &&
        acceptTransaction(loaded, context, { ...SINGLE, fromBlock: true }, false).kind === 'accepted';
      if (accepted) continue;
      returned.delete(loaded.txid);
      this.#removeWithDescendants(loaded);
    }
    this.#pool.unlink(new Set());
    for (const entry of entriesOverLimits(this.#pool, returned)) this.#pool.remove(entry);
    for (const entry of [...this.#pool.entries()]) {
      if (this.#pool.entry(entry.loaded.txid) === entry && !staysValid(entry, context)) {
        this.#pool.removeWithDescendants(entry);
      }
    }
    expire(this.#pool, context.time);
  }

  #removeConflicts(loaded: LoadedTransaction): void {
    for (const { txid, vout } of loaded.transaction.inputs) {
      const conflict = this.#pool.spender(outpointKey(txid, vout));
      if (conflict !== undefined) this.#pool.removeWithDescendants(conflict);
    }
  }

  #removeWithDescendants(loaded: LoadedTransaction): void {
    const entry = this.#pool.entry(loaded.txid);
    if (entry !== undefined) this.#pool.removeWithDescendants(entry);
    else for (const child of this.#pool.children(loaded)) this.#pool.removeWithDescendants(child);
  }
}

/** Whether an entry could still be in the next block: final, and its coinbases mature. */
function staysValid(entry: MempoolEntry, context: AcceptanceContext): boolean {
  const { transaction } = entry.loaded;
  const height = context.tip.height + 1;
  if (!isFinal(transaction, height, context.tip.medianTimePast)) return false;
  const spent = spentOutputs(entry.loaded, new MempoolView(context.coins, context.pool, height));
  if (spent === undefined) return false;
  if (!lockPointsHold(entry.lockPoints, context)) {
    entry.lockPoints = lockPointsAtTip(transaction, spent, context);
  }
  if (!lockPointsMet(entry.lockPoints, context)) return false;
  return spent.every((output) => !output.coinbase || height - output.height >= COINBASE_MATURITY);
}
