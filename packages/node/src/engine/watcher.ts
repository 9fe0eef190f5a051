import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  type Duty,
  duties,
  equalBytes,
  type Hash32,
  type TransactionId,
  type Txid,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { ChainBlock } from '../ports/chain.ts';
import type { ChannelRecord } from './channel-record.ts';
import { completeDuty } from './complete-duty.ts';
import type { Engine } from './engine.ts';
import { asError } from './errors.ts';
import { confirmedIn, graphInState, isFinal } from './on-chain.ts';
import { WatchList } from './watch-list.ts';

/** What the watcher did about a duty. */
export interface DutyNotice {
  readonly record: ChannelRecord;
  readonly duty: Duty;
  readonly txid: Txid;
  /** Undefined: the chain took it or has it already. */
  readonly refused: string | undefined;
}

/**
 * Follows the chain apart from the channels' engine: turns blocks, reorganisations and heights into events, and
 * publishes what each channel's party must publish, again at every block until it is confirmed.
 */
export class Watcher {
  readonly #engine: Engine;
  readonly #list = new WatchList();
  readonly #seen: { readonly height: number; readonly hash: Hash32 }[] = [];
  readonly #onDuty: (notice: DutyNotice) => void;
  readonly #onBlock: (block: ChainBlock) => void;
  readonly #onRewind: (height: number) => void;
  /** What is on its way to the chain, by channel. */
  readonly #handing = new Map<string, string>();
  /** What the chain has answered to at this tip, by channel. */
  readonly #handed = new Map<string, { readonly key: string; readonly bytes: Uint8Array }>();
  #next = 0;
  /** Duties belong to the newest tip: nothing is published while older blocks are being read. */
  #following = false;

  /**
   * @param options.onBlock - sees every block of the active chain once, in order
   * @param options.onRewind - told the height to which a reorganisation took the chain back
   */
  constructor(
    engine: Engine,
    options: {
      readonly onDuty: (notice: DutyNotice) => void;
      readonly onBlock: (block: ChainBlock) => void;
      readonly onRewind: (height: number) => void;
    },
  ) {
    this.#engine = engine;
    this.#onDuty = options.onDuty;
    this.#onBlock = options.onBlock;
    this.#onRewind = options.onRewind;
    engine.watch((notice) => {
      if (notice.kind !== 'moved' || this.#following) return;
      const { record } = notice;
      engine.background(
        () => this.#publish(record),
        (error) => this.#publishFailed(record, error),
      );
    });
  }

  /** Catches up with the chain's tip. Call it whenever the chain may have changed. */
  async follow(): Promise<void> {
    this.#following = true;
    try {
      await this.#catchUp();
    } finally {
      this.#following = false;
    }
    for (const record of this.#engine.records) {
      await this.#publish(record).catch((cause: unknown) => this.#publishFailed(record, asError(cause)));
    }
  }

  /** One channel's trouble: the others go on, and its next move or block tries again. */
  #publishFailed(record: ChannelRecord, error: Error): void {
    this.#engine.notify({ kind: 'publish-failed', record, error });
  }

  async #catchUp(): Promise<void> {
    const { chain } = this.#engine.ports;
    if (this.#next === 0) await this.#checkPast();
    await this.#rewind();
    const { height } = await chain.tip();
    while (this.#next <= height) {
      const block = await chain.blockAt(this.#next);
      if (block === undefined) return;
      await this.#connect(block);
    }
    // After the blocks: what they confirm comes before a deadline that they pass.
    for (const { id, state } of this.#engine.records) {
      if (!isFinal(state, height) && state.tip !== height)
        await this.#engine.feed(id, { kind: 'tip', height });
    }
  }

  async #connect(block: ChainBlock): Promise<void> {
    this.#onBlock(block);
    const { height, hash: blockHash } = block;
    this.#seen.push({ height, hash: blockHash });
    this.#next = height + 1;
    // The first transaction is the coinbase.
    if (block.transactions.length < 2) return;
    this.#list.update(this.#engine.records);
    for (const bytes of block.transactions) {
      for (const { id, transaction } of this.#list.watching(transactionId(parseTransaction(bytes)))) {
        const record = this.#engine.records.find((candidate) => candidate.id === id);
        if (record !== undefined && knows(record, transaction, height)) continue;
        await this.#engine.feed(id, { kind: 'confirmed', transaction, height, blockHash, bytes });
      }
    }
  }

  /** Takes back the blocks that have left the active chain, newest first. */
  async #rewind(): Promise<void> {
    const { chain } = this.#engine.ports;
    for (let last = this.#seen.at(-1); last !== undefined; last = this.#seen.at(-1)) {
      const block = await chain.blockAt(last.height);
      if (block !== undefined && equalBytes(block.hash, last.hash)) return;
      this.#seen.pop();
      this.#next = last.height;
      this.#onRewind(last.height - 1);
      for (const record of this.#engine.records) {
        for (const { transaction, height } of confirmedIn(record.state)) {
          if (height === last.height)
            await this.#engine.feed(record.id, { kind: 'unconfirmed', transaction });
        }
      }
    }
  }

  /** After a restart: what the stored states hold for confirmed may have left the chain while this node was away. */
  async #checkPast(): Promise<void> {
    const { chain } = this.#engine.ports;
    for (const record of this.#engine.records) {
      const graph = graphInState(record.state);
      for (const { transaction, height } of confirmedIn(record.state)) {
        if (graph === undefined) continue;
        const found = await chain.transaction(transactionOf(graph, transaction).txid);
        if (found?.height !== height)
          await this.#engine.feed(record.id, { kind: 'unconfirmed', transaction });
      }
    }
  }

  async #publish(record: ChannelRecord): Promise<void> {
    const tip = this.#next - 1;
    const duty = duties(record.state).find(
      ({ from, until }) => tip >= from && (until === null || tip <= until),
    );
    if (duty === undefined) return;
    const key = `${duty.transaction}@${tip}`;
    const handed = this.#handed.get(record.id);
    if (handed?.key === key || this.#handing.get(record.id) === key) return;
    const again = handed?.key.startsWith(`${duty.transaction}@`) === true;
    const { signer, chain } = this.#engine.ports;
    const bytes = again ? handed.bytes : completeDuty(record, duty.transaction, signer);
    if (bytes === undefined) return;
    this.#handing.set(record.id, key);
    const outcome = await chain.submit(bytes).finally(() => this.#handing.delete(record.id));
    this.#handed.set(record.id, { key, bytes });
    const txid = transactionId(parseTransaction(bytes));
    this.#onDuty({ record, duty, txid, refused: outcome.kind === 'rejected' ? outcome.reason : undefined });
  }
}

function knows({ state }: ChannelRecord, transaction: TransactionId, height: number): boolean {
  return confirmedIn(state).some((known) => known.transaction === transaction && known.height === height);
}
