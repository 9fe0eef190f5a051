import type { Txid } from '@prometheus-compute/protocol';
import { ADDRESS_NETWORKS, Devchain, type JsonValue, loadTransaction } from '../../../src/index.ts';
import { RpcError } from '../../../src/rpc/errors.ts';
import { callMethod } from '../../../src/rpc/method-table.ts';
import type { TransactionOutput } from '../../../src/transaction/index.ts';
import { anchor, commonLock, type Lock, randomLock } from './locks.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { ChainPosition } from './small-scripts.ts';

/** An output that a random transaction may spend. */
export interface RandomCoin {
  readonly txid: Txid;
  readonly vout: number;
  readonly amount: bigint;
  readonly lock: Lock;
  /** Of its block; one above the tip while it is unconfirmed. */
  readonly height: number;
  readonly unconfirmed: boolean;
}

/** Where a random scenario stands: a development chain that has seen every call so far, and all locks made. */
export class ScenarioModel {
  readonly chain = new Devchain();
  readonly #random: SeededRandom;
  readonly #locks = new Map<string, Lock>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get position(): ChainPosition {
    const { height, medianTimePast } = this.chain.tip();
    return { height, medianTimePast };
  }

  /** Makes a call on the model's chain; refusals are as good as answers. */
  call(method: string, params: readonly JsonValue[]): void {
    const { chain } = this;
    const context = { chain, network: ADDRESS_NETWORKS.regtest, uptime: () => 0, stop: () => undefined };
    try {
      callMethod(method, params, context);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    }
  }

  /** Any lock, or one of the common kinds. */
  lock(common: boolean): Lock {
    return this.#remember(common ? commonLock(this.#random) : randomLock(this.#random, this.position));
  }

  anchor(): Lock {
    return this.#remember(anchor());
  }

  /** Some outputs that are spendable now, and few that are not. */
  choose(count: number, where: (coin: RandomCoin) => boolean = () => true): readonly RandomCoin[] {
    const random = this.#random;
    const offered = this.#coins().filter((coin) => {
      if (!where(coin) || /^(data|unknown program|bare)/.test(coin.lock.name)) return false;
      const taken = this.chain.mempoolSpender(coin.txid, coin.vout) !== undefined;
      return !taken || random.oneIn(12);
    });
    return random.shuffled(offered).slice(0, count);
  }

  /** The known outputs of a transaction that need not be anywhere yet. */
  outputsOf(bytes: Uint8Array): readonly RandomCoin[] {
    const { txid, transaction } = loadTransaction(bytes);
    return this.#known(txid, transaction.outputs, this.position.height + 1, true);
  }

  /** What the entries of the mempool with these ids spend, as far as it is known. */
  spentBy(txids: readonly Txid[]): readonly RandomCoin[] {
    return txids.flatMap((id) =>
      this.chain.mempool.entry(id)!.loaded.transaction.inputs.flatMap(({ txid, vout }) => {
        const parent = this.chain.mempool.entry(txid)?.loaded.transaction.outputs[vout];
        const output = parent ?? this.chain.output(txid, vout);
        const lock = output === undefined ? undefined : this.#lockOf(output);
        if (output === undefined || lock === undefined) return [];
        const { height } = this.position;
        return [{ txid, vout, amount: output.amount, lock, height, unconfirmed: parent !== undefined }];
      }),
    );
  }

  /**
   * Whether a cluster of the mempool comes near the limits. After a reorganisation Core cuts such clusters in an order
   * that depends on how they grew, which nobody can tell from outside.
   */
  nearClusterLimits(): boolean {
    const { mempool } = this.chain;
    return [...mempool.entries()].some((entry) => {
      const cluster = [...mempool.clusters([entry])];
      return (
        cluster.length > 40 || cluster.reduce((sum, { adjustedWeight }) => sum + adjustedWeight, 0) > 250_000
      );
    });
  }

  #coins(): readonly RandomCoin[] {
    const { height } = this.position;
    const confirmed = [...this.chain.coins.entries()].flatMap(([key, coin]): RandomCoin[] => {
      const lock = this.#lockOf(coin);
      const immature = coin.coinbase && height + 1 - coin.height < 100;
      if (lock === undefined || (immature && !this.#random.oneIn(1000))) return [];
      const [txid, vout] = key.split(':') as [Txid, string];
      return [{ ...coin, txid, vout: Number(vout), lock, unconfirmed: false }];
    });
    const waiting = [...this.chain.mempool.entries()].flatMap(({ loaded }) =>
      this.#known(loaded.txid, loaded.transaction.outputs, height + 1, true),
    );
    return [...confirmed, ...waiting];
  }

  #known(
    txid: Txid,
    outputs: readonly TransactionOutput[],
    height: number,
    unconfirmed: boolean,
  ): readonly RandomCoin[] {
    return outputs.flatMap((output, vout) => {
      const lock = this.#lockOf(output);
      return lock === undefined ? [] : [{ txid, vout, amount: output.amount, lock, height, unconfirmed }];
    });
  }

  #remember(lock: Lock): Lock {
    this.#locks.set(Buffer.from(lock.script).toString('hex'), lock);
    return lock;
  }

  #lockOf({ script }: { readonly script: Uint8Array }): Lock | undefined {
    return this.#locks.get(Buffer.from(script).toString('hex'));
  }
}
