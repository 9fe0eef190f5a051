import { type TransactionId, transactionOf, utf8 } from '@prometheus-compute/protocol';
import type { ChannelRecord } from './channel-record.ts';
import type { EnginePorts } from './engine-ports.ts';
import { graphInState } from './on-chain.ts';

/** Own coins of an abandoned setup that are spent to oneself, beside the transactions of the graph. */
export type PublishedId = TransactionId | 'respend';

const recordKey = (id: string, transaction: PublishedId): string => `published:${id}:${transaction}`;

/** What a node has handed to the chain: since when, and where its children pay. */
export class Published {
  readonly #ports: EnginePorts;
  /** Tips at which it was handed over first. */
  readonly #first = new Map<string, number>();
  readonly #scripts = new Map<string, Uint8Array>();

  constructor(ports: EnginePorts) {
    this.#ports = ports;
  }

  /**
   * Tip at which a transaction was handed to the chain first, by this run or an earlier one; null: never.
   *
   * @param tip - taken where the chain knows a transaction of which nothing is written down: the run may have ended
   *   before it was, or somebody else has published it
   */
  async firstTip(record: ChannelRecord, transaction: PublishedId, tip: number): Promise<number | null> {
    const key = recordKey(record.id, transaction);
    const known = this.#first.get(key);
    if (known !== undefined) return known;
    const stored = await this.#ports.store.record(key);
    if (stored !== undefined) {
      const first = Number(new TextDecoder().decode(stored));
      this.#first.set(key, first);
      return first;
    }
    if (!(await this.#isOnChain(record, transaction))) return null;
    // Written down now: the mempool may forget it, and it must stay known that it was there.
    await this.note(record, transaction, tip);
    return tip;
  }

  /**
   * It was handed to the chain, or is about to be; only the first time counts. What shows h_p is noted before: a run that ends in
   * between has perhaps shown it.
   */
  async note(record: ChannelRecord, transaction: PublishedId, tip: number): Promise<void> {
    const key = recordKey(record.id, transaction);
    if (this.#first.has(key)) return;
    await this.#ports.store.putRecord(key, utf8(`${tip}`));
    this.#first.set(key, tip);
  }

  /** It was noted, and then the chain did not take it: nobody has seen it. */
  async forget(record: ChannelRecord, transaction: PublishedId): Promise<void> {
    const key = recordKey(record.id, transaction);
    await this.#ports.store.deleteRecord(key);
    this.#first.delete(key);
  }

  /** A reorganisation took it out of the chain: its fee rises anew from here. That it was published stays known. */
  async noteAgain(record: ChannelRecord, transaction: PublishedId, tip: number): Promise<void> {
    this.#first.delete(recordKey(record.id, transaction));
    await this.note(record, transaction, tip);
  }

  /** Own script for what the children of a transaction leave: one for all of them. */
  scriptFor(record: ChannelRecord, transaction: PublishedId): Uint8Array {
    const key = recordKey(record.id, transaction);
    const script = this.#scripts.get(key) ?? this.#ports.wallet.freshScript();
    this.#scripts.set(key, script);
    return script;
  }

  async #isOnChain(record: ChannelRecord, transaction: PublishedId): Promise<boolean> {
    const graph = graphInState(record.state);
    if (transaction === 'respend' || graph === undefined) return false;
    return (await this.#ports.chain.transaction(transactionOf(graph, transaction).txid)) !== undefined;
  }
}
