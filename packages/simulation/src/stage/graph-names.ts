import { equalBytes, type Graph, type TransactionId, type Txid } from '@prometheus-compute/protocol';
import type { Actor } from './actor.ts';

/** Names of the transactions of every graph that a scenario has come to. */
export class GraphNames {
  readonly #ids = new Map<Txid, TransactionId>();
  readonly #graphs: Graph[] = [];

  idOf(txid: Txid, actors: readonly Actor[]): TransactionId | undefined {
    this.#learn(actors);
    return this.#ids.get(txid);
  }

  /** The transaction of the newest graph. */
  txidOf(id: TransactionId, actors: readonly Actor[]): Txid | undefined {
    this.#learn(actors);
    return this.#graphs.at(-1)?.transactions.get(id)?.txid;
  }

  /** Every graph, oldest first. */
  graphs(actors: readonly Actor[]): readonly Graph[] {
    this.#learn(actors);
    return this.#graphs;
  }

  #learn(actors: readonly Actor[]): void {
    for (const { graph } of actors) {
      if (graph === undefined || this.#graphs.some(({ id }) => equalBytes(id, graph.id))) continue;
      this.#graphs.push(graph);
      for (const { id, txid } of graph.transactions.values()) this.#ids.set(txid, id);
    }
  }
}
