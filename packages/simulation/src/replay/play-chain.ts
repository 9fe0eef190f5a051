import { Devchain, loadTransaction } from '@prometheus-compute/bitcoin';
import {
  arbiterParty,
  type Coin,
  type GraphTransaction,
  type LeafSpend,
  P2A_SCRIPT,
  satoshi,
  schnorrSign,
  spendStake,
  spendTransaction,
  type TransactionId,
  type Txid,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { ChainId } from '../model/state.ts';
import { labelHash, labelScript, labelSecret } from '../terms/labels.ts';
import { ReplayError } from './errors.ts';
import { FEE_COINS, inputOf, type Setting, signedByLabels, signedTransaction } from './setting.ts';

/** What a child pays for a transaction without fee, and a stake for its own spending, satoshis. */
const CHILD_FEE = 2_000n;
/** Output of TxV1, TxV0, TxA and TxAc that their child takes. */
const ANCHOR_VOUT = 1;

/** Transactions beside the graph that many plays need, by name: signing is what a replay costs. */
const made = new WeakMap<Setting, Map<string, Uint8Array>>();

function once(setting: Setting, name: string, make: () => Uint8Array): Uint8Array {
  const ofSetting = made.get(setting) ?? new Map<string, Uint8Array>();
  made.set(setting, ofSetting);
  const bytes = ofSetting.get(name) ?? make();
  ofSetting.set(name, bytes);
  return bytes;
}

/** A development chain on which Tx0 has just confirmed. Heights count from there, as in the model. */
export class PlayChain {
  readonly chain = new Devchain();
  readonly #setting: Setting;
  readonly #start: number;
  #feeCoins: number = FEE_COINS;

  constructor(setting: Setting) {
    this.#setting = setting;
    for (const block of setting.blocks) this.chain.submitParsedBlock(block);
    this.#start = this.chain.tip().height;
  }

  get tip(): number {
    return this.chain.tip().height - this.#start;
  }

  /** Mines empty blocks. */
  mineTo(tip: number): void {
    if (tip > this.tip) this.chain.mine(tip - this.tip, labelScript('nobody'));
  }

  /** The complete transaction that a name of the model stands for; undefined when the graph has none. */
  bytesOf(id: ChainId): Uint8Array | undefined {
    if (id.startsWith('stake:')) {
      return once(this.#setting, id, () => this.#stakeSpend(Number(id.slice('stake:'.length))));
    }
    return this.#known(id) === undefined
      ? undefined
      : signedTransaction(this.#setting.graph, id as TransactionId);
  }

  #known(id: ChainId): GraphTransaction | undefined {
    return this.#setting.graph.transactions.get(id as TransactionId);
  }

  #stakeSpend(index: number): Uint8Array {
    const spend = spendStake(this.#setting.graph, index, 'arbiter');
    return this.leafSpend(spend, labelScript(arbiterParty(index)), [arbiterParty(index)]);
  }

  /** A transaction that takes an output of the graph by a leaf, signed with the secrets of these labels. */
  leafSpend(spend: LeafSpend, script: Uint8Array, labels: readonly string[]): Uint8Array {
    const transaction = spendTransaction(
      [spend],
      [{ amount: satoshi(spend.prevout.amount - CHILD_FEE), script }],
    );
    const [hash] = transaction.sighashes;
    const own = labels.map((label) => schnorrSign(hash!, labelSecret(label), labelHash('aux')));
    return transaction.complete([own]);
  }

  /** Why the next block cannot hold it; undefined when it can. */
  objection(id: ChainId): string | undefined {
    const bytes = this.bytesOf(id);
    if (bytes === undefined) return 'the graph has no such transaction';
    const verdict = this.chain.testTransaction(bytes);
    // A transaction without fee passes together with its child.
    if (verdict.kind === 'accepted' || verdict.rejection.kind === 'reconsiderable') return undefined;
    return verdict.rejection.reason;
  }

  /** Broadcasts, with a paying child where it needs one, and mines a block. @throws ReplayError `publication-refused` */
  confirm(id: ChainId): void {
    const bytes = this.bytesOf(id)!;
    const zeroFee = this.#known(id)?.zeroFee === true;
    const refused = zeroFee ? this.#submitWithChild(bytes) : this.#submit(bytes);
    if (refused !== undefined) {
      throw new ReplayError('publication-refused', `the chain refuses ${id}: ${refused}`, {
        evidence: { transaction: id, tip: this.tip },
      });
    }
    this.chain.mine(1, labelScript('nobody'));
  }

  #submit(bytes: Uint8Array): string | undefined {
    const verdict = this.chain.submitTransaction(bytes);
    return verdict.kind === 'refused' ? verdict.rejection.reason : undefined;
  }

  #submitWithChild(parent: Uint8Array): string | undefined {
    this.#feeCoins -= 1;
    const coin = this.#setting.feeCoins[this.#feeCoins]!;
    const { txid } = loadTransaction(parent);
    const child = once(this.#setting, `${txid} ${this.#feeCoins}`, () => anchorChild(txid, coin));
    return this.chain.submitPackage([parent, child]).fault?.reason;
  }

  /** What an unspent output of a confirmed transaction holds; 0 when it is spent or was never there. */
  unspent(txid: Txid, vout: number): bigint {
    return this.chain.output(txid, vout)?.amount ?? 0n;
  }

  /** The id of a transaction of the graph. */
  txidOf(id: TransactionId): Txid {
    return transactionOf(this.#setting.graph, id).txid;
  }
}

/** A child that takes the anchor of a parent without fee, and pays for both. */
function anchorChild(txid: Txid, from: Coin): Uint8Array {
  const anchor = { txid, vout: ANCHOR_VOUT };
  const draft = {
    version: 3,
    inputs: [inputOf(anchor), inputOf(from.outpoint)],
    outputs: [{ amount: from.amount - CHILD_FEE, script: labelScript('fees') }],
    lockTime: 0,
  };
  return signedByLabels(draft, [
    { coin: { amount: satoshi(0n), script: P2A_SCRIPT }, label: undefined },
    { coin: from, label: 'fees' },
  ]);
}
