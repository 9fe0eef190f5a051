import type { Txid } from '@prometheus-compute/protocol';
import type { BlockHash } from '../../devchain/blocks/header.ts';
import { type AlarmBoard, ChainAlarm } from './alarm.ts';
import { readBytes } from './answers.ts';
import { BlockCache } from './block-cache.ts';
import { medianTimePast } from './check-header.ts';
import type { CoreNode } from './core-node.ts';
import type { HeaderChain } from './header-chain.ts';
import type { HeaderSync } from './header-sync.ts';
import type { NetworkRules } from './networks.ts';
import { type ExpectedBlock, type VerifiedBlock, verifyBlock } from './verify-block.ts';

/** Headers that are needed below a block: those of the median of times. */
const BELOW = 11;

/** A transaction in a verified block. */
export interface PlacedTransaction {
  readonly bytes: Uint8Array;
  readonly height: number;
}

/** The blocks of the verified chain, each checked against its header before anybody sees it. */
export class Blocks {
  readonly #node: CoreNode;
  readonly #alarms: AlarmBoard;
  readonly #headers: HeaderSync;
  readonly #rules: NetworkRules;
  readonly #cache: BlockCache;

  /** @param indexed - blocks of which it is kept what is in them */
  constructor(node: CoreNode, alarms: AlarmBoard, headers: HeaderSync, rules: NetworkRules, indexed: number) {
    this.#node = node;
    this.#alarms = alarms;
    this.#headers = headers;
    this.#rules = rules;
    this.#cache = new BlockCache(indexed);
  }

  /** @returns undefined above the tip @throws ChainAlarm */
  async at(chain: HeaderChain, height: number): Promise<VerifiedBlock | undefined> {
    if (height < 0 || height > chain.height || !Number.isSafeInteger(height)) return undefined;
    await this.#headers.extendDown(Math.max(0, Math.min(chain.base, height - BELOW)));
    const hash = chain.hashAt(height);
    if (hash === undefined) return undefined;
    return this.#verified({
      hash,
      height,
      medianTimePast: height === 0 ? 0 : medianTimePast(chain, height - 1),
      segwit: height >= this.#rules.segwitHeight,
    });
  }

  /** A block that was verified in its place, and has left the chain since. @throws ChainAlarm */
  left(hash: BlockHash, height: number): Promise<VerifiedBlock> {
    const segwit = height >= this.#rules.segwitHeight;
    return this.#verified({ hash, height, medianTimePast: Number.POSITIVE_INFINITY, segwit });
  }

  /** A transaction where it is said to be. @returns undefined when the block does not hold it @throws ChainAlarm */
  async transactionAt(
    chain: HeaderChain,
    height: number,
    txid: Txid,
  ): Promise<PlacedTransaction | undefined> {
    const found = await this.at(chain, height);
    const index = found?.txids.indexOf(txid) ?? -1;
    const bytes = found?.block.transactions[index];
    return bytes === undefined ? undefined : { bytes, height };
  }

  /** Looks for a transaction from the tip down, in as many blocks as are asked for. @throws ChainAlarm */
  async search(chain: HeaderChain, txid: Txid, blocks: number): Promise<PlacedTransaction | undefined> {
    const { height: tip } = chain;
    for (let height = tip; height > tip - blocks && height >= 0; height--) {
      const hash = chain.hashAt(height);
      if (hash !== undefined && this.#cache.mayHold(hash, txid) === false) continue;
      const found = await this.transactionAt(chain, height, txid);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #verified(expected: ExpectedBlock): Promise<VerifiedBlock> {
    const { hash, height } = expected;
    const cached = this.#cache.get(hash);
    if (cached !== undefined) return cached;
    const asked = await this.#node.tryAsk(readBytes, 'getblock', hash, 0);
    if ('refused' in asked) {
      const message = `the Bitcoin node does not have block ${hash} at height ${height}: ${asked.refused.reason}`;
      throw this.#alarms.raise(new ChainAlarm('block-pruned', message, { height, hash }, asked.refused));
    }
    const verified = verifyBlock(asked.value, expected);
    if ('fault' in verified) {
      const message = `block ${hash} at height ${height} is not what its header says: ${verified.fault}`;
      throw this.#alarms.raise(
        new ChainAlarm('block-invalid', message, { height, hash, reason: verified.fault }),
      );
    }
    this.#cache.put(hash, verified);
    return verified;
  }
}
