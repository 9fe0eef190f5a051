import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  type Agreement,
  adaptorSlotsOf,
  type ChannelState,
  completeTransaction,
  type Duty,
  duties,
  equalBytes,
  finishers,
  graphOf,
  type Hash32,
  type SchnorrSignature,
  type Signatures,
  sighash,
  slotKey,
  type TransactionId,
  type Txid,
} from '@prometheus-compute/protocol';
import type { ChainBlock } from '../ports/chain.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { Engine } from './engine.ts';

/** Confirmations after which a closed channel is left alone (T §Setup: closed at 6). */
const FINAL_CONFIRMATIONS = 6;

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
  readonly #seen: { readonly height: number; readonly hash: Hash32 }[] = [];
  readonly #onDuty: (notice: DutyNotice) => void;
  readonly #onBlock: (block: ChainBlock) => void;
  readonly #onRewind: (height: number) => void;
  /** What has been handed to the chain at this tip, by channel. */
  readonly #handed = new Map<string, { readonly key: string; readonly bytes: Uint8Array }>();
  #next = 0;

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
      if (notice.kind === 'moved') void engine.track(() => this.#publish(notice.record));
    });
  }

  /** Catches up with the chain's tip. Call it whenever the chain may have changed. */
  async follow(): Promise<void> {
    const { chain } = this.#engine.ports;
    await this.#rewind();
    const { height } = await chain.tip();
    while (this.#next <= height) {
      const block = await chain.blockAt(this.#next);
      if (block === undefined) return;
      await this.#connect(block);
    }
    for (const record of this.#engine.records) await this.#publish(record);
  }

  async #connect(block: ChainBlock): Promise<void> {
    this.#onBlock(block);
    this.#seen.push({ height: block.height, hash: block.hash });
    this.#next = block.height + 1;
    const watched = this.#watched();
    if (watched.size > 0) {
      for (const bytes of block.transactions) {
        const txid = transactionId(parseTransaction(bytes));
        for (const { id, transaction } of watched.get(txid) ?? []) {
          const { height, hash: blockHash } = block;
          await this.#engine.feed(id, { kind: 'confirmed', transaction, height, blockHash, bytes });
        }
      }
    }
    for (const record of this.#engine.records) {
      if (!isFinal(record.state, block.height))
        await this.#engine.feed(record.id, { kind: 'tip', height: block.height });
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
        for (const transaction of confirmedAt(record.state, last.height)) {
          await this.#engine.feed(record.id, { kind: 'unconfirmed', transaction });
        }
      }
    }
  }

  /** Every transaction of every open graph, by txid. */
  #watched(): ReadonlyMap<Txid, readonly { readonly id: string; readonly transaction: TransactionId }[]> {
    const watched = new Map<Txid, { id: string; transaction: TransactionId }[]>();
    for (const record of this.#engine.records) {
      const agreement = agreementOf(record.state);
      if (agreement === undefined) continue;
      for (const { id: transaction, txid } of graphOf(agreement).transactions.values()) {
        watched.set(txid, [...(watched.get(txid) ?? []), { id: record.id, transaction }]);
      }
    }
    return watched;
  }

  async #publish(record: ChannelRecord): Promise<void> {
    const tip = this.#next - 1;
    const duty = duties(record.state).find(
      ({ from, until }) => tip >= from && (until === null || tip <= until),
    );
    const agreement = agreementOf(record.state);
    if (duty === undefined || agreement === undefined) return;
    const key = `${duty.transaction}@${tip}`;
    const handed = this.#handed.get(record.id);
    if (handed?.key === key) return;
    const again = handed?.key.startsWith(`${duty.transaction}@`) === true;
    const bytes = again ? handed.bytes : this.#complete(record, agreement, duty.transaction);
    this.#handed.set(record.id, { key, bytes });
    const outcome = await this.#engine.ports.chain.submit(bytes);
    const txid = transactionId(parseTransaction(bytes));
    this.#onDuty({ record, duty, txid, refused: outcome.kind === 'rejected' ? outcome.reason : undefined });
  }

  /** Held signatures, own ones that were withheld until now, and C's adaptor signatures completed with h_p. */
  #complete(record: ChannelRecord, agreement: Agreement, id: TransactionId): Uint8Array {
    const { state, keys } = record;
    if (state.name === 'setup' && state.step === 'signatures' && state.commitment !== null)
      return state.commitment;
    const { signer } = this.#engine.ports;
    const graph = graphOf(agreement);
    const held = signaturesOf(state);
    const signatures = new Map<string, SchnorrSignature>(Object.entries(held.plain));
    for (const slot of finishers(graph, id)) {
      if (slot.signer === selfOf(state) && slot.kind === 'plain') {
        signatures.set(slotKey(slot), signer.signTransaction(keys, sighash(graph, id, slot.input)));
      }
    }
    for (const slot of adaptorSlotsOf(graph, id)) {
      const adaptor = held.adaptor[slotKey(slot)];
      if (adaptor !== undefined) signatures.set(slotKey(slot), signer.completeAdaptor(keys, adaptor));
    }
    return completeTransaction(graph, id, signatures);
  }
}

function agreementOf(state: ChannelState): Agreement | undefined {
  switch (state.name) {
    case 'setup':
      return state.step === 'signatures' ? state.agreement : undefined;
    case 'closed':
      return state.how === 'settled' ? state.before.agreement : undefined;
    default:
      return state.agreement;
  }
}

function signaturesOf(state: ChannelState): Signatures {
  const none: Signatures = { plain: {}, adaptor: {} };
  if (state.name === 'closed') return none;
  if (state.name === 'setup') return state.step === 'signatures' ? state.signatures : none;
  return state.signatures;
}

function selfOf(state: ChannelState) {
  if (state.name === 'closed') return undefined;
  if (state.name === 'setup') return state.step === 'signatures' ? state.self : undefined;
  return state.self;
}

/** Transactions of a channel that its state has at this height. */
function confirmedAt(state: ChannelState, height: number): readonly TransactionId[] {
  switch (state.name) {
    case 'setup':
      return [];
    case 'closed':
      if (state.how === 'abandoned') return [];
      return [...(state.height === height ? [state.transaction] : []), ...confirmedAt(state.before, height)];
    case 'arbitration': {
      const disputes = state.disputes
        .filter((dispute) => dispute.height === height)
        .map(({ transaction }) => transaction);
      return state.commitmentHeight === height ? [...disputes, 'Tx0'] : disputes;
    }
    default:
      return state.commitmentHeight === height ? ['Tx0'] : [];
  }
}

function isFinal(state: ChannelState, tip: number): boolean {
  if (state.name !== 'closed') return false;
  return state.how === 'abandoned' || tip >= state.height + FINAL_CONFIRMATIONS;
}
