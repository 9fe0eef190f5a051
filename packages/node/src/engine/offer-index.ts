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

interface SeenOutput {
  readonly parametersTxid: Txid;
  readonly stake: SeenStake;
}

/**
 * What the chain says of this protocol: parameters P by the txid of their T_P, and every stake that was ever offered,
 * with the height at which it was spent. Follows the active chain block by block; a reorganisation makes it read again
 * from the fork.
 */
export class OfferIndex {
  readonly #chain: Pick<Chain, 'tip' | 'blockAt'>;
  #following: Promise<void> = Promise.resolve();
  readonly #hashes: Hash32[] = [];
  readonly #parameters = new Map<Txid, { readonly parameters: Parameters; readonly height: number }>();
  readonly #stakes = new Map<string, SeenOutput>();

  constructor(chain: Pick<Chain, 'tip' | 'blockAt'>) {
    this.#chain = chain;
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
    const { height } = await this.#chain.tip();
    await this.#rewind();
    while (this.#hashes.length <= height) {
      const next = this.#hashes.length;
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
    }
  }

  /** Forgets the blocks that are no longer in the active chain. */
  async #rewind(): Promise<void> {
    while (this.#hashes.length > 0) {
      const top = this.#hashes.length - 1;
      const block = await this.#chain.blockAt(top);
      if (block !== undefined && equalBytes(block.hash, this.#hashes[top]!)) return;
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
