import { randomBytes } from 'node:crypto';
import {
  ADDRESS_NETWORKS,
  type CoreBackend,
  connectCore,
  mnemonicFromEntropy,
  parseTransaction,
  RpcClient,
  type RpcClientOptions,
  scriptOfAddress,
  seedFromMnemonic,
  transactionId,
  WalletAccount,
} from '@prometheus-compute/bitcoin';
import { encodeParameters, opReturnScript, type Parameters, type Txid } from '@prometheus-compute/protocol';
import { EngineError } from '../engine/errors.ts';
import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { NodeWallet, Payment } from '../ports/wallet.ts';
import { createLocalWallet } from '../wallet/local-wallet.ts';

/** Blocks before a coinbase may be spent. */
const MATURITY = 100;
/** Outputs of 43 bytes that a standard transaction of at most 100,000 vB has room for, and some more. */
const MAX_PAYMENTS = 2_000;

/** Coins for somebody. */
export interface FirstCoin {
  readonly address: string;
  /** Satoshis. */
  readonly amount: bigint;
}

const entropy: Entropy = (length) => new Uint8Array(randomBytes(length));

/** A miner with a wallet of its own on a development chain that is reached over JSON-RPC: it makes blocks and gives away their coins. */
export class Faucet {
  readonly #rpc: RpcClient;
  readonly #chain: CoreBackend;
  readonly #wallet: NodeWallet;
  readonly #address: string;

  private constructor(rpc: RpcClient, chain: CoreBackend, account: WalletAccount) {
    this.#rpc = rpc;
    this.#chain = chain;
    this.#wallet = createLocalWallet(account, entropy);
    // The wallet looks for its scripts from the first one that it has handed out.
    this.#wallet.freshScript();
    this.#address = account.key('receive', 0).address;
  }

  /**
   * Makes an empty chain's first coins spendable.
   *
   * @throws ChainAlarm, RpcClientError
   */
  static async open(options: RpcClientOptions): Promise<Faucet> {
    const chain = await connectCore({ rpc: options, network: 'regtest', onAlarm: () => {} });
    const seed = seedFromMnemonic(mnemonicFromEntropy(entropy(16)));
    const faucet = new Faucet(
      new RpcClient(options),
      chain,
      WalletAccount.fromSeed(seed, ADDRESS_NETWORKS.regtest),
    );
    await faucet.mine(MATURITY + 1);
    return faucet;
  }

  /** @returns the height of the tip */
  async mine(blocks = 1): Promise<number> {
    await this.#rpc.call('generatetoaddress', blocks, this.#address);
    return (await this.#chain.tip()).height;
  }

  /**
   * Pays everybody and publishes T_P, each transaction in a block: in one, where that is enough.
   *
   * @returns txid of T_P
   * @throws WalletError, EngineError `chain-refused`
   */
  async begin(coins: readonly FirstCoin[], parameters: Parameters): Promise<Txid> {
    const { height } = await this.#chain.tip();
    for (let at = 1; at <= height; at++) this.#wallet.connect((await this.#chain.blockAt(at))!);
    const payments = coins.map(({ address, amount }) => ({
      amount,
      script: scriptOfAddress(address, ADDRESS_NETWORKS.regtest),
    }));
    while (payments.length > MAX_PAYMENTS) await this.#pay(payments.splice(0, MAX_PAYMENTS));
    const announcement = { amount: 0n, script: opReturnScript(encodeParameters(parameters)) };
    return this.#pay([...payments, announcement]);
  }

  async #pay(payments: readonly Payment[]): Promise<Txid> {
    const bytes = this.#wallet.pay(payments, RELAY_FEE_RATE);
    const outcome = await this.#chain.submit(bytes);
    if (outcome.kind === 'rejected') {
      throw new EngineError('chain-refused', `the chain does not take the first payments: ${outcome.reason}`);
    }
    const height = await this.mine();
    this.#wallet.connect((await this.#chain.blockAt(height))!);
    return transactionId(parseTransaction(bytes));
  }

  close(): void {
    this.#chain.close();
  }
}
