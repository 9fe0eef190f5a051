import { fromHex, hash32, type Outpoint, type Txid } from '@prometheus-compute/protocol';
import type { BlockHash } from '../devchain/blocks/header.ts';
import type { Devchain } from '../devchain/devchain.ts';
import { loadTransaction } from '../devchain/loaded-transaction.ts';
import type { PackageFault, PackageResult } from '../devchain/mempool/package.ts';
import type { BlockNode } from '../devchain/state/block-tree.ts';
import { rejectionText } from '../devchain/verdict.ts';
import type {
  BlockEvent,
  ChainBackend,
  ChainBlock,
  ChainTip,
  ConfirmedOutput,
  SubmitOutcome,
  WaitingTransaction,
} from './chain-backend.ts';

/** A development chain in this process as the engine's node. */
export class DevchainBackend implements ChainBackend {
  readonly #chain: Devchain;

  constructor(chain: Devchain) {
    this.#chain = chain;
  }

  async tip(): Promise<ChainTip> {
    const { height, block } = this.#chain.tip();
    return { height, hash: internalHash(block.hash) };
  }

  async blockAt(height: number): Promise<ChainBlock | undefined> {
    const node = this.#chain.blockAt(height);
    return node === undefined ? undefined : chainBlock(node);
  }

  async output(outpoint: Outpoint): Promise<ConfirmedOutput | undefined> {
    return this.#chain.output(outpoint.txid, outpoint.vout);
  }

  async transaction(
    txid: Txid,
  ): Promise<{ readonly bytes: Uint8Array; readonly height: number | undefined } | undefined> {
    const found = this.#chain.transaction(txid);
    return found === undefined ? undefined : { bytes: found.loaded.bytes, height: found.block?.height };
  }

  async waiting(txid: Txid): Promise<WaitingTransaction | undefined> {
    const { mempool } = this.#chain;
    const entry = mempool.entry(txid);
    if (entry === undefined) return undefined;
    const all = [...mempool.descendants(entry)];
    return {
      fee: entry.fee,
      vsize: entry.vsize,
      packageFee: all.reduce((sum, { fee }) => sum + fee, 0n),
      packageVsize: all.reduce((sum, { vsize }) => sum + vsize, 0),
    };
  }

  async spender({ txid, vout }: Outpoint): Promise<Txid | undefined> {
    return this.#chain.mempoolSpender(txid, vout);
  }

  async feeRate(): Promise<bigint> {
    return this.#chain.minimumFeeRate;
  }

  /** @throws TransactionError when the bytes are no transaction */
  async submit(transaction: Uint8Array): Promise<SubmitOutcome> {
    if (this.#isKnown(transaction)) return { kind: 'known' };
    const result = this.#chain.submitTransaction(transaction);
    return result.kind === 'accepted'
      ? { kind: 'accepted' }
      : { kind: 'rejected', reason: rejectionText(result.rejection) };
  }

  /** @throws TransactionError when an element is no transaction */
  async submitPackage(transactions: readonly Uint8Array[]): Promise<SubmitOutcome> {
    if (transactions.every((transaction) => this.#isKnown(transaction))) return { kind: 'known' };
    const result = this.#chain.submitPackage(transactions);
    return result.fault === undefined
      ? { kind: 'accepted' }
      : { kind: 'rejected', reason: packageReason(result.fault, result) };
  }

  subscribe(listener: (event: BlockEvent) => void): () => void {
    return this.#chain.subscribe(({ kind, node }) => listener({ kind, block: chainBlock(node) }));
  }

  #isKnown(transaction: Uint8Array): boolean {
    return this.#chain.transaction(loadTransaction(transaction).txid) !== undefined;
  }
}

function internalHash(hash: BlockHash) {
  return hash32(fromHex(hash).reverse());
}

function chainBlock({ height, block }: BlockNode): ChainBlock {
  return {
    height,
    hash: internalHash(block.hash),
    previous: internalHash(block.header.previous),
    transactions: block.transactions.map(({ bytes }) => bytes),
  };
}

/** The reason that says most: a rule of packages, or else the fault of the member that made the whole fail. */
function packageReason(fault: PackageFault, { members }: PackageResult): string {
  if (fault.scope === 'package') return rejectionText(fault);
  const refused = [...members.values()].filter((member) => member.kind === 'refused');
  // A child misses its inputs whenever its parent fails, and a parent's own low fee does not count in a package.
  const culprit = refused.findLast(({ rejection }) => rejection.kind !== 'missing-inputs') ?? refused.at(-1);
  return rejectionText(culprit?.rejection ?? fault);
}
