import { equalBytes, type Outpoint, type Txid } from '@prometheus-compute/protocol';
import { loadTransaction } from '../../devchain/loaded-transaction.ts';
import { isCoinbase, parseTransaction, TransactionError } from '../../transaction/index.ts';
import type { ConfirmedOutput } from '../chain-backend.ts';
import { type OutputAnswer, readHeight, readOutput, readSpender, readTransactionAnswer } from './answers.ts';
import type { Blocks, PlacedTransaction } from './blocks.ts';
import type { CoreNode } from './core-node.ts';
import type { HeaderChain } from './header-chain.ts';

/** Outputs of a transaction whose coins are looked for, to learn in which block it is. */
const PROBED_OUTPUTS = 16;
/** Transactions whose place is remembered. */
const MAX_PLACES = 10_000;

/** A transaction of the mempool or of the verified chain. */
export interface FoundTransaction {
  readonly bytes: Uint8Array;
  readonly height: number | undefined;
}

/** Finds transactions and outputs, and shows each in a verified block before it counts as confirmed. */
export class Transactions {
  readonly #node: CoreNode;
  readonly #blocks: Blocks;
  readonly #searched: number;
  /** Height at which a transaction was found; whether it is still there is looked up. */
  readonly #places = new Map<Txid, number>();

  /** @param searched - blocks from the tip down that are read through for what is found no other way */
  constructor(node: CoreNode, blocks: Blocks, searched: number) {
    this.#node = node;
    this.#blocks = blocks;
    this.#searched = searched;
  }

  /**
   * @param near - a height at which it was seen once
   * @throws ChainAlarm
   */
  async find(chain: HeaderChain, txid: Txid, near?: number): Promise<FoundTransaction | undefined> {
    for (const height of [this.#places.get(txid), near]) {
      const placed = height === undefined ? undefined : await this.#at(chain, height, txid);
      if (placed !== undefined) return placed;
    }
    const asked = await this.#node.tryAsk(readTransactionAnswer, 'getrawtransaction', txid, 1);
    if ('value' in asked) {
      const { bytes, block } = asked.value;
      if (identity(bytes) !== txid)
        throw this.#node.contradiction(
          'getrawtransaction',
          `the answer is for another transaction than ${txid}`,
        );
      if (block === undefined) return { bytes, height: undefined };
      // The node has an index of transactions.
      const height = await this.#node.ask(readHeight, 'getblockheader', block);
      const placed = await this.#at(chain, height, txid);
      if (placed !== undefined) return placed;
      if (chain.hashAt(height) === block)
        throw this.#node.contradiction('getrawtransaction', `block ${block} does not hold ${txid}`);
    }
    return (
      (await this.#byCoins(chain, txid)) ??
      this.#remember(txid, await this.#blocks.search(chain, txid, this.#searched))
    );
  }

  /** @throws ChainAlarm */
  async output(chain: HeaderChain, { txid, vout }: Outpoint): Promise<ConfirmedOutput | 'moved' | undefined> {
    const answer = await this.#node.ask(readOutput, 'gettxout', txid, vout, false);
    if (answer === undefined) return undefined;
    if (answer.best !== chain.tip) return 'moved';
    const height = chain.height - answer.confirmations + 1;
    const placed = await this.#at(chain, height, txid);
    if (placed === undefined)
      throw this.#node.contradiction('gettxout', `block ${height} does not hold ${txid}`);
    const transaction = parseTransaction(placed.bytes);
    const output = transaction.outputs[vout];
    const coinbase = isCoinbase(transaction);
    if (output === undefined || !agrees(output, coinbase, answer))
      throw this.#node.contradiction('gettxout', `output ${txid}:${vout} is not what its transaction says`);
    return { ...output, height, coinbase };
  }

  /** The transaction of the mempool that spends an output. @throws ChainAlarm */
  async spender({ txid, vout }: Outpoint): Promise<Txid | undefined> {
    const read = (value: Parameters<typeof readSpender>[0]) => readSpender(value, vout, txid);
    const spender = await this.#node.ask(read, 'gettxspendingprevout', [{ txid, vout }]);
    if (spender === undefined) return undefined;
    const asked = await this.#node.tryAsk(readTransactionAnswer, 'getrawtransaction', spender, 1);
    // It has left the mempool in between.
    if ('refused' in asked) return undefined;
    const { bytes } = asked.value;
    if (identity(bytes) !== spender)
      throw this.#node.contradiction(
        'getrawtransaction',
        `the answer is for another transaction than ${spender}`,
      );
    const spends = parseTransaction(bytes).inputs.some((input) => input.txid === txid && input.vout === vout);
    if (!spends)
      throw this.#node.contradiction('gettxspendingprevout', `${spender} does not spend ${txid}:${vout}`);
    return spender;
  }

  /** By an output that is unspent: its coin says how deep the transaction is. */
  async #byCoins(chain: HeaderChain, txid: Txid): Promise<PlacedTransaction | undefined> {
    const outputs = Array.from({ length: PROBED_OUTPUTS }, (_, vout) => [txid, vout, false]);
    for (const asked of await this.#node.askMany(readOutput, 'gettxout', outputs)) {
      if ('refused' in asked || asked.value === undefined) continue;
      const { best, confirmations } = asked.value;
      if (best !== chain.tip) return undefined;
      return this.#at(chain, chain.height - confirmations + 1, txid);
    }
    return undefined;
  }

  async #at(chain: HeaderChain, height: number, txid: Txid): Promise<PlacedTransaction | undefined> {
    return this.#remember(txid, await this.#blocks.transactionAt(chain, height, txid));
  }

  #remember(txid: Txid, placed: PlacedTransaction | undefined): PlacedTransaction | undefined {
    if (placed === undefined) return undefined;
    this.#places.delete(txid);
    this.#places.set(txid, placed.height);
    const [oldest] = this.#places.keys();
    if (this.#places.size > MAX_PLACES && oldest !== undefined) this.#places.delete(oldest);
    return placed;
  }
}

/** Txid of serialised bytes; undefined when they are no transaction. */
function identity(bytes: Uint8Array): Txid | undefined {
  try {
    return loadTransaction(bytes).txid;
  } catch (error) {
    if (error instanceof TransactionError) return undefined;
    throw error;
  }
}

function agrees(
  output: { readonly amount: bigint; readonly script: Uint8Array },
  coinbase: boolean,
  answer: OutputAnswer,
): boolean {
  return (
    output.amount === answer.amount &&
    equalBytes(output.script, answer.script) &&
    coinbase === answer.coinbase
  );
}
