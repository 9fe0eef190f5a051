import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { type Coin, type Outpoint, outpointKey, type Txid } from '@prometheus-compute/protocol';
import { EngineError } from '../engine/errors.ts';
import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import { larger, smaller } from '../engine/fees/amounts.ts';
import type { Node } from '../node/node.ts';
import type { Store } from '../ports/store.ts';
import type { NodeWallet, Payment } from '../ports/wallet.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import type { Log } from '../telemetry/log.ts';
import { DaemonError } from './errors.ts';
import type { OpenWallet } from './open-wallet.ts';

const KEY = 'daemon:payments';
/** Confirmations after which a payment is nobody's concern any more. */
const FINAL_CONFIRMATIONS = 6;
/** Payments that wait at a time: each is stored, and handed to the chain at every block. */
const MOST_WAITING = 100;

/** A payment that was made. */
export interface Paid {
  readonly txid: Txid;
  /** Satoshis that its outputs get, without change. */
  readonly amount: bigint;
  /** Satoshis. */
  readonly fee: bigint;
}

type Stored = readonly { readonly bytes: Uint8Array }[];

async function storedPayments({ record }: Pick<Store, 'record'>): Promise<Stored> {
  const stored = await record(KEY);
  return stored === undefined ? [] : (decodeSnapshot(stored) as unknown as Stored);
}

/**
 * Sets the coins of payments of earlier runs aside, before a peer can ask for anything: a contract that took one of them would never
 * come about.
 */
export async function holdStoredPayments(ports: {
  readonly store: Store;
  readonly wallet: NodeWallet;
}): Promise<void> {
  for (const { bytes } of await storedPayments(ports.store))
    ports.wallet.hold(parseTransaction(bytes).inputs);
}

/**
 * Payments from the coins of this node that no contract, fee reserve or stake needs. Each is stored, signed, before anybody sees it, and handed to the
 * chain at every block until six blocks confirm it: a node that is killed pays neither twice nor never.
 */
export class PaymentKeeper {
  readonly #node: Node;
  readonly #wallet: OpenWallet['wallet'];
  readonly #stored: OpenWallet['stored'];
  readonly #log: Log;
  #waiting: Stored = [];

  private constructor(node: Node, { wallet, stored }: OpenWallet, log: Log) {
    this.#node = node;
    this.#wallet = wallet;
    this.#stored = stored;
    this.#log = log;
  }

  /** Takes up the payments of earlier runs. */
  static async load(node: Node, wallet: OpenWallet, log: Log): Promise<PaymentKeeper> {
    const keeper = new PaymentKeeper(node, wallet, log);
    keeper.#waiting = await storedPayments(node.ports.store);
    return keeper;
  }

  /** Payments that are not final yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Pays these outputs. @throws WalletError, EngineError `chain-refused`, DaemonError `too-many-payments` */
  async pay(outputs: readonly Payment[]): Promise<Paid> {
    const rate = await this.#feeRate();
    return this.#send(this.#wallet.pay(outputs, rate), sumOf(outputs));
  }

  /** Pays all free coins, less the fee, to one script. @throws as {@link pay} */
  async payAll(script: Uint8Array): Promise<Paid> {
    const rate = await this.#feeRate();
    const bytes = this.#wallet.sweep(this.#wallet.free(), rate, script);
    return this.#send(bytes, sumOf(parseTransaction(bytes).outputs));
  }

  /** Whether a payment that is not final yet spends this coin. */
  spends(coin: Outpoint): boolean {
    const key = outpointKey(coin);
    return this.#waiting.some(({ bytes }) =>
      parseTransaction(bytes).inputs.some((input) => outpointKey(input) === key),
    );
  }

  /** Pays a coin that is set aside to an own script. It stays set aside, also where it cannot be paid. @throws as {@link pay} */
  async takeBack(coin: Coin, script: Uint8Array): Promise<Paid> {
    const rate = await this.#feeRate();
    const bytes = this.#wallet.sweep([coin], rate, script);
    return this.#send(bytes, sumOf(parseTransaction(bytes).outputs), true);
  }

  /** Hands what is not final to the chain again. Call it at every tip. */
  async follow(): Promise<void> {
    for (const payment of this.#waiting) {
      const { bytes } = payment;
      const txid = transactionId(parseTransaction(bytes));
      const { chain } = this.#node.ports;
      const [{ height: tip }, found] = [await chain.tip(), await chain.transaction(txid)];
      if (found?.height === undefined) {
        const outcome = await chain.submit(bytes);
        if (outcome.kind === 'rejected') this.#log.warn('payment-waits', { txid, reason: outcome.reason });
      } else if (tip - found.height + 1 >= FINAL_CONFIRMATIONS) await this.#forget(payment);
    }
  }

  async #feeRate(): Promise<bigint> {
    const { chain } = this.#node.ports;
    return smaller(larger(await chain.feeRate(), RELAY_FEE_RATE), this.#node.policy.maxFeeRate);
  }

  /** @param kept - the coins were set aside before, and are not free when the payment does not come about */
  async #send(bytes: Uint8Array, amount: bigint, kept = false): Promise<Paid> {
    if (this.#waiting.length >= MOST_WAITING) {
      throw new DaemonError(
        'too-many-payments',
        `${MOST_WAITING} payments are not confirmed ${FINAL_CONFIRMATIONS} times yet`,
        { remedy: 'Wait for the next blocks.' },
      );
    }
    const transaction = parseTransaction(bytes);
    // Before anything else can choose them.
    this.#wallet.hold(transaction.inputs);
    const payment = { bytes };
    const txid = transactionId(transaction);
    const fee = await this.#begin(payment, kept);
    const outcome = await this.#node.ports.chain.submit(bytes);
    if (outcome.kind === 'rejected') {
      await this.#forget(payment, kept);
      throw new EngineError('chain-refused', `the chain does not take the payment: ${outcome.reason}`, {
        remedy: 'Nothing was paid. Try again in the next block.',
      });
    }
    this.#log.info('paid', { txid, amount_sat: amount.toString(), fee_sat: fee.toString() });
    return { txid, amount, fee };
  }

  /** Stores a payment before anybody sees it. @returns its fee */
  async #begin(payment: Stored[number], kept: boolean): Promise<bigint> {
    const { inputs, outputs } = parseTransaction(payment.bytes);
    try {
      const fee = (await this.#spent(inputs)) - sumOf(outputs);
      await this.#stored();
      await this.#store([...this.#waiting, payment]);
      return fee;
    } catch (cause) {
      this.#waiting = this.#waiting.filter((other) => other !== payment);
      if (!kept) this.#wallet.release(inputs);
      throw cause;
    }
  }

  async #spent(inputs: ReturnType<typeof parseTransaction>['inputs']): Promise<bigint> {
    const coins = await Promise.all(inputs.map((input) => this.#node.ports.chain.output(input)));
    return sumOf(coins.map((coin) => ({ amount: coin?.amount ?? 0n })));
  }

  async #forget(payment: Stored[number], kept = false): Promise<void> {
    await this.#store(this.#waiting.filter((other) => other !== payment));
    if (!kept) this.#wallet.release(parseTransaction(payment.bytes).inputs);
  }

  async #store(payments: Stored): Promise<void> {
    // At once: another payment may begin while this is written.
    this.#waiting = payments;
    await this.#node.ports.store.putRecord(KEY, encodeSnapshot(payments));
  }
}

const sumOf = (outputs: readonly { readonly amount: bigint }[]): bigint =>
  outputs.reduce((sum, { amount }) => sum + amount, 0n);
