import type { Graph, TransactionId, Txid } from '@prometheus-compute/protocol';
import type { ChannelRecord } from './channel-record.ts';
import { graphInState } from './on-chain.ts';

/** A transaction of a channel's graph. */
export interface Watched {
  readonly id: string;
  readonly transaction: TransactionId;
}

/** Every transaction of every graph of a node, by txid. */
export class WatchList {
  readonly #watched = new Map<Txid, Watched[]>();
  readonly #graphs = new Map<string, Graph>();

  /** Takes in graphs that have come since the last time. */
  update(records: readonly ChannelRecord[]): void {
    for (const { id, state } of records) {
      const graph = graphInState(state);
      if (graph === undefined || this.#graphs.has(id)) continue;
      this.#graphs.set(id, graph);
      for (const { id: transaction, txid } of graph.transactions.values()) {
        this.#watched.set(txid, [...(this.#watched.get(txid) ?? []), { id, transaction }]);
      }
    }
  }

  watching(txid: Txid): readonly Watched[] {
    return this.#watched.get(txid) ?? [];
  }
}
