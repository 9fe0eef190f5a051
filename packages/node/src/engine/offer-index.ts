import { parseTransaction, type Transaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  decodeCommitment,
  decodeOffer,
  decodeParameters,
  equalBytes,
  type Hash32,
  type Outpoint,
  opReturnData,
  outpointKey,
  type Parameters,
  type SeenStake,
  satoshi,
  type Txid,
} from '@prometheus-compute/protocol';
import type { Chain } from '../ports/chain.ts';
import {
  type IndexState,
  type IndexStore,
  loadIndex,
  type SeenOutput,
  saveIndex,
} from './offer-index-state.ts';

/** Blocks that are kept to be taken back. A deeper reorganisation makes the index begin again. */
const KEPT_BLOCKS = 100;
/** Blocks after which what is known is stored: a restart reads as many at most. */
const STORE_EVERY = 144;

/**
 * What the chain says of this protocol: parameters P by the txid of their T_P, and every stake that was ever offered,
 * with the height at which it was spent. Follows the active chain block by block; a reorganisation makes it read again
 * from the fork.
 */
export class OfferIndex {
  readonly #chain: Pick<Chain, 'tip' | 'blockAt'>;
  #following: Promise<void> = Promise.resolve();
  readonly #start: number;
  readonly #store: IndexStore | undefined;
  /** Hashes of the last blocks, and the height of the first of them. */
  readonly #hashes: Hash32[] = [];
  #base: number;
  /** Height up to which everything is stored; undefined before the store was looked into. */
  #stored: number | undefined;
  readonly #parameters = new Map<Txid, { readonly parameters: Parameters; readonly height: number }>();
  readonly #stakes = new Map<string, SeenOutput>();

  /**
   * @param from.start - the first block that is read
   * @param from.store - where it keeps what it knows, so that a restart need not read everything again
   */
  constructor(
    chain: Pick<Chain, 'tip' | 'blockAt'>,
    from: { readonly start: number; readonly store: IndexStore | undefined } = { start: 0, store: undefined },
  ) {
    this.#chain = chain;
    this.#start = from.start;
    this.#base = from.start;
    this.#store = from.store;
  }

  /** P of a confirmed T_P; undefined when there is none. */
  async parameters(txid: Txid): Promise<Parameters | undefined> {
    await this.#follow();
    return this.#parameters.get(txid)?.parameters;
  }

  /** Y §Snapshot: the stakes for one P that were unspent at `height` and at least `minimumAge` blocks old. */
  async stakesAt(parametersTxid: Txid, height: number, minimumAge: number): Promise<readonly SeenStake[]> {
    await this.#follow();
    return [...this.#stakes.values()]
      .filter(({ parametersTxid: txid, stake }) => {
        const spent = stake.spentHeight !== undefined && stake.spentHeight <= height;
        return txid === parametersTxid && !spent && height - stake.confirmedHeight >= minimumAge;
      })
      .map(({ stake }) => ({ coin: stake.coin, confirmedHeight: stake.confirmedHeight }));
  }

  /** Every stake that was ever offered for one P, spent or not, by height. */
  async everyStake(parametersTxid: Txid): Promise<readonly SeenStake[]> {
    await this.#follow();
    return [...this.#stakes.values()]
      .filter((entry) => entry.parametersTxid === parametersTxid)
      .map(({ stake }) => stake);
  }

  /** A stake that was ever offered, spent or not. */
  async stake(outpoint: Outpoint): Promise<SeenStake | undefined> {
    await this.#follow();
    return this.#stakes.get(outpointKey(outpoint))?.stake;
  }

  /** One after another: whoever asks while blocks are being read waits for them. */
  #follow(): Promise<void> {
    const caughtUp = this.#following.then(() => this.#catchUp());
    // The next one tries again; this one's caller sees the failure.
    this.#following = caughtUp.catch(() => {});
    return caughtUp;
  }

  async #catchUp(): Promise<void> {
    await this.#load();
    const { height } = await this.#chain.tip();
    await this.#rewind();
    while (this.#next <= height) {
      const next = this.#next;
      const block = await this.#chain.blockAt(next);
      if (block === undefined) return;
      const last = this.#hashes.at(-1);
      if (last !== undefined && !equalBytes(block.previous, last)) {
        // The chain was reorganised while it was read.
        await this.#rewind();
        if (this.#hashes.at(-1) === last) return;
        continue;
      }
      for (const bytes of block.transactions) this.#read(parseTransaction(bytes), next);
      this.#hashes.push(block.hash);
      if (this.#hashes.length > KEPT_BLOCKS) {
        this.#hashes.shift();
        this.#base += 1;
      }
      if (this.#next - (this.#stored ?? 0) >= STORE_EVERY) await this.#save();
    }
  }

  /** Height of the next block to read. */
  get #next(): number {
    return this.#base + this.#hashes.length;
  }

  async #load(): Promise<void> {
    if (this.#stored !== undefined) return;
    const state = this.#store === undefined ? undefined : await loadIndex(this.#store);
    this.#stored = this.#start;
    // Another first block: there may be something in the blocks before the stored ones.
    if (state === undefined || state.start !== this.#start) return;
    this.#base = state.base;
    this.#hashes.push(...state.hashes);
    for (const [txid, entry] of state.parameters) this.#parameters.set(txid, entry);
    for (const [key, entry] of state.stakes) this.#stakes.set(key, entry);
    this.#stored = this.#next;
  }

  async #save(): Promise<void> {
    this.#stored = this.#next;
    if (this.#store === undefined) return;
    const state: IndexState = {
      start: this.#start,
      base: this.#base,
      hashes: this.#hashes,
      parameters: [...this.#parameters],
      stakes: [...this.#stakes],
    };
    await saveIndex(this.#store, state);
  }

  /** Forgets the blocks that are no longer in the active chain. */
  async #rewind(): Promise<void> {
    while (this.#hashes.length > 0) {
      const top = this.#next - 1;
      const block = await this.#chain.blockAt(top);
      if (block !== undefined && equalBytes(block.hash, this.#hashes.at(-1)!)) return;
      this.#hashes.pop();
      for (const [txid, entry] of this.#parameters) if (entry.height === top) this.#parameters.delete(txid);
      for (const [key, entry] of this.#stakes) {
        const { stake } = entry;
        if (stake.confirmedHeight === top) this.#stakes.delete(key);
        else if (stake.spentHeight === top) {
          this.#stakes.set(key, { ...entry, stake: { ...stake, spentHeight: undefined } });
        }
      }
    }
    // None of the blocks that it knows is there: what it has read before them may be gone as well.
    this.#parameters.clear();
    this.#stakes.clear();
    this.#base = this.#start;
    this.#stored = this.#start;
  }

  #read(transaction: Transaction, height: number): void {
    for (const input of transaction.inputs) {
      const key = outpointKey(input);
      const entry = this.#stakes.get(key);
      if (entry !== undefined)
        this.#stakes.set(key, { ...entry, stake: { ...entry.stake, spentHeight: height } });
    }
    const txid = transactionId(transaction);
    for (const [vout, output] of transaction.outputs.entries()) {
      const data = opReturnData(output.script);
      if (data === undefined) continue;
      const parameters = decodeParameters(data);
      if (parameters !== undefined) this.#parameters.set(txid, { parameters, height });
      const offered = decodeOffer(data);
      // T §T_O: the stake at out0, its purpose at out1.
      if (offered !== undefined && vout === 1) this.#addStakes(transaction, txid, offered, [0], height);
      const commitment = decodeCommitment(data);
      const committed = commitment && this.#parameters.get(commitment.parametersTxid);
      if (commitment !== undefined && committed !== undefined) {
        const { n } = committed.parameters;
        const places = Array.from({ length: n }, (_, i) => i + 1);
        this.#addStakes(transaction, txid, commitment.parametersTxid, places, height);
      }
    }
  }

  #addStakes(
    transaction: Transaction,
    txid: Txid,
    parametersTxid: Txid,
    places: readonly number[],
    height: number,
  ): void {
    const parameters = this.#parameters.get(parametersTxid)?.parameters;
    if (parameters === undefined) return;
    for (const vout of places) {
      const output = transaction.outputs[vout];
      if (output === undefined || !isStake(output.amount, vout, parameters)) continue;
      const coin = { outpoint: { txid, vout }, amount: satoshi(output.amount), script: output.script };
      const stake: SeenStake = { coin, confirmedHeight: height };
      this.#stakes.set(outpointKey(coin.outpoint), { parametersTxid, stake });
    }
  }
}

/** T §T_O: an offer holds exactly a. A renewed stake (outputs of Tx0) holds at least that: a_i and its retainer. */
function isStake(amount: bigint, vout: number, { a }: Parameters): boolean {
  return vout === 0 ? amount === a : amount >= a;
}
