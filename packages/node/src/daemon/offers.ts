import { parseTransaction } from '@prometheus-compute/bitcoin';
import { CodedError, type Outpoint, outpointKey, type Txid } from '@prometheus-compute/protocol';
import type { EnginePorts } from '../engine/engine-ports.ts';
import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import { larger, smaller } from '../engine/fees/amounts.ts';
import { isWithdrawn, withdrawStake } from '../engine/pledge.ts';
import type { Node } from '../node/node.ts';
import type { NodeWallet } from '../ports/wallet.ts';
import { announce, type SignedOffer, signOffer } from '../roles/arbiter.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import type { Log } from '../telemetry/log.ts';
import type { PaymentKeeper } from './payments.ts';

const KEY = 'daemon:offers';
/** Blocks after which what has happened to an offer stays so (T §Setup). */
const FINAL_BLOCKS = 6;

/**
 * Blocks after which an offer is announced again at the latest. It is at first after 1, 2, 4, …: an announcement may come too early for
 * the chain of whoever gets it, or with too many others. Who comes later is told by its peers.
 */
const ANNOUNCED_AGAIN = 36;

/** How an offer of this node stands. */
interface Standing {
  readonly signed: SignedOffer;
  /**
   * `waits`: in no block yet. `live`: confirmed and unspent. `withdrawn`: the same, and on its way back into the wallet. `spent`: by a contract,
   * or to oneself.
   */
  readonly state: 'waits' | 'live' | 'withdrawn' | 'spent';
}

async function storedOffers({ store }: Pick<EnginePorts, 'store'>): Promise<readonly SignedOffer[]> {
  const stored = await store.record(KEY);
  return stored === undefined ? [] : (decodeSnapshot(stored) as unknown as readonly SignedOffer[]);
}

/** Sets the stake of an offer aside, and the coins that pay for it. */
function hold(wallet: NodeWallet, { offer, bytes }: SignedOffer): void {
  wallet.hold([offer.outpoint, ...parseTransaction(bytes).inputs]);
}

/**
 * Sets aside what the offers of earlier runs need, before a peer can ask for anything: a contract may rely on each of them, whether this run
 * offers any or not.
 */
export async function holdStoredOffers(ports: Pick<EnginePorts, 'store' | 'wallet'>): Promise<void> {
  for (const signed of await storedOffers(ports)) hold(ports.wallet, signed);
}

/** What an arbiter wants to have on offer. */
export interface WantedOffers {
  /** Txid of the P that the stakes are for; undefined where none is wanted. */
  readonly parametersTxid: Txid | undefined;
  readonly wanted: number;
}

/**
 * Keeps the stakes of an arbiter on offer, and takes back those of other parameters and those that are too many, as soon as they serve no
 * contract. Each is stored, signed, before anybody sees it: a restart hands the same transaction to the chain again, instead of offering a
 * second stake.
 */
export class OfferKeeper {
  readonly #node: Node;
  readonly #payments: PaymentKeeper;
  readonly #parametersTxid: Txid | undefined;
  readonly #wanted: number;
  readonly #log: Log;
  #offers: readonly SignedOffer[] = [];
  #standing: readonly Standing[] = [];
  /** Tips at which the chain first did not take an offer whose coins are gone. */
  readonly #lostSince = new Map<string, number>();
  #complaint = '';
  /** Where the next stake that is taken back goes. What cannot be paid now has used up no script. */
  #nextScript: Uint8Array | undefined;
  /** By outpoint: how often an offer was announced in this run, and at which tip it is again. */
  #announced = new Map<string, { readonly times: number; readonly next: number }>();

  /** @param payments - hands to the chain what takes stakes back */
  constructor(
    node: Node,
    payments: PaymentKeeper,
    { parametersTxid, wanted, log }: WantedOffers & { readonly log: Log },
  ) {
    this.#node = node;
    this.#payments = payments;
    this.#parametersTxid = parametersTxid;
    this.#wanted = parametersTxid === undefined ? 0 : wanted;
    this.#log = log;
  }

  /** Takes up the offers of earlier runs; what they need of the wallet is nobody else's. */
  async load(): Promise<void> {
    this.#offers = await storedOffers(this.#node.ports);
    for (const signed of this.#offers) hold(this.#node.ports.wallet, signed);
  }

  /** Offers that are confirmed and unspent. */
  get live(): readonly Outpoint[] {
    return this.#standing.filter(({ state }) => state === 'live').map(({ signed }) => signed.offer.outpoint);
  }

  /** Offers that no block has yet. */
  get waiting(): number {
    return this.#standing.filter(({ state }) => state === 'waits').length;
  }

  /** Tells every peer which offers this node answers for, each when it is time for it. Call it at every tip with somebody to tell it to. */
  async announce(): Promise<void> {
    const { height } = await this.#node.ports.chain.tip();
    const announced = new Map<string, { readonly times: number; readonly next: number }>();
    for (const { signed, state } of this.#standing) {
      if (state !== 'live') continue;
      const key = outpointKey(signed.offer.outpoint);
      const { times, next } = this.#announced.get(key) ?? { times: 0, next: height };
      const isDue = next <= height;
      if (isDue) await announce(this.#node, signed.offer);
      const wait = Math.min(2 ** times, ANNOUNCED_AGAIN);
      announced.set(key, isDue ? { times: times + 1, next: height + wait } : { times, next });
    }
    this.#announced = announced;
  }

  /** Call it at every tip: forgets what was taken up for good, takes back what is not wanted, and offers as many stakes as are. */
  async follow(): Promise<void> {
    const { height } = await this.#node.ports.chain.tip();
    const standing: Standing[] = [];
    for (const signed of this.#offers) {
      const state = await this.#stateOf(signed, height);
      if (state === 'gone') await this.#forget(signed);
      else standing.push({ signed, state });
    }
    this.#standing = standing;
    await this.#takeBack();
    const kept = this.#standing.filter(({ state }) => state !== 'withdrawn');
    for (let missing = this.#wanted - kept.length; missing > 0; missing--) {
      if (!(await this.#offer(this.#parametersTxid!))) return;
    }
  }

  /** Takes back live stakes that are not wanted and serve no contract, the newest first; and goes on where an earlier run began. */
  async #takeBack(): Promise<void> {
    const isUseful = ({ signed, state }: Standing): boolean =>
      signed.offer.parametersTxid === this.#parametersTxid && (state === 'waits' || state === 'live');
    let surplus = this.#standing.filter(isUseful).length - this.#wanted;
    for (const one of this.#standing.toReversed()) {
      const isSurplus = !isUseful(one) || surplus > 0;
      if (one.state === 'live' && isSurplus && (await this.#withdraw(one))) surplus -= isUseful(one) ? 1 : 0;
      if (one.state === 'withdrawn') await this.#payBack(one);
    }
  }

  /** @returns whether nothing needs it */
  async #withdraw(one: Standing): Promise<boolean> {
    const { outpoint } = one.signed.offer;
    if (!(await withdrawStake(outpoint, this.#node.ports.store))) return false;
    this.#standing = this.#standing.map((other) => (other === one ? { ...one, state: 'withdrawn' } : other));
    this.#log.info('offer-withdrawn', { outpoint: outpointKey(outpoint) });
    await this.#payBack(one);
    return true;
  }

  async #payBack({ signed }: Standing): Promise<void> {
    const { outpoint } = signed.offer;
    const seen = await this.#node.stake(outpoint);
    if (seen === undefined || this.#payments.spends(outpoint)) return;
    this.#nextScript ??= this.#node.ports.wallet.freshScript();
    try {
      await this.#payments.takeBack(seen.coin, this.#nextScript);
      this.#nextScript = undefined;
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      this.#complain(String(cause.code), cause.message);
    }
  }

  async #stateOf({ offer, bytes }: SignedOffer, tip: number): Promise<Standing['state'] | 'gone'> {
    const { chain } = this.#node.ports;
    const seen = await this.#node.stake(offer.outpoint);
    const key = outpointKey(offer.outpoint);
    if (seen !== undefined) {
      this.#lostSince.delete(key);
      if (seen.spentHeight === undefined)
        return (await isWithdrawn(offer.outpoint, this.#node.ports.store)) ? 'withdrawn' : 'live';
      return tip - seen.spentHeight >= FINAL_BLOCKS ? 'gone' : 'spent';
    }
    const outcome = await chain.submit(bytes);
    if (outcome.kind !== 'rejected' || !(await this.#hasLostCoins(bytes))) {
      this.#lostSince.delete(key);
      return 'waits';
    }
    // Something else has spent its coins: it comes back only if that leaves the chain.
    const since = this.#lostSince.get(key) ?? tip;
    this.#lostSince.set(key, since);
    return tip - since >= FINAL_BLOCKS ? 'gone' : 'waits';
  }

  async #hasLostCoins(bytes: Uint8Array): Promise<boolean> {
    for (const input of parseTransaction(bytes).inputs) {
      if ((await this.#node.ports.chain.output(input)) === undefined) return true;
    }
    return false;
  }

  /** @returns whether there is one more */
  async #offer(parametersTxid: Txid): Promise<boolean> {
    const { chain } = this.#node.ports;
    try {
      const estimate = await chain.feeRate();
      const { maxFeeRate } = this.#node.policy;
      const rate = smaller(larger(estimate, RELAY_FEE_RATE), maxFeeRate);
      const signed = await signOffer(this.#node, parametersTxid, rate);
      await this.#store([...this.#offers, signed]);
      const outcome = await chain.submit(signed.bytes);
      if (outcome.kind === 'rejected') this.#complain('chain-refused', outcome.reason);
      else {
        this.#log.info('offered', { outpoint: outpointKey(signed.offer.outpoint) });
        this.#complaint = '';
      }
      this.#standing = [...this.#standing, { signed, state: 'waits' }];
      return outcome.kind !== 'rejected';
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      this.#complain(String(cause.code), cause.message);
      return false;
    }
  }

  /** Once for each reason, and not at every block. */
  #complain(code: string, reason: string): void {
    if (this.#complaint === code) return;
    this.#complaint = code;
    this.#log.warn('offer-waits', { code, reason });
  }

  async #forget(signed: SignedOffer): Promise<void> {
    const { offer, bytes } = signed;
    await this.#store(this.#offers.filter((other) => other !== signed));
    this.#node.ports.wallet.release([offer.outpoint, ...parseTransaction(bytes).inputs]);
    this.#log.info('offer-spent', { outpoint: outpointKey(offer.outpoint) });
  }

  async #store(offers: readonly SignedOffer[]): Promise<void> {
    await this.#node.ports.store.putRecord(KEY, encodeSnapshot(offers));
    this.#offers = offers;
  }
}
