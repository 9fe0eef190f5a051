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
    return this.#present(await this.#read(chain, height));
  }

  /** A block that was verified in its place, and has left the chain since. @throws ChainAlarm */
  async left(hash: BlockHash, height: number): Promise<VerifiedBlock> {
    const segwit = height >= this.#rules.segwitHeight;
    const expected = { hash, height, medianTimePast: Number.POSITIVE_INFINITY, segwit };
    return this.#present(await this.#verified(expected));
  }

  /** A transaction where it is said to be. @returns undefined when the block does not hold it @throws ChainAlarm */
  async transactionAt(
    chain: HeaderChain,
    height: number,
    txid: Txid,
  ): Promise<PlacedTransaction | undefined> {
    return placeIn(await this.at(chain, height), txid);
  }

  /**
   * Looks for a transaction from the tip down, in as many blocks as are asked for and as the node has.
   *
   * @throws ChainAlarm
   */
  async search(chain: HeaderChain, txid: Txid, blocks: number): Promise<PlacedTransaction | undefined> {
    const { height: tip } = chain;
    for (let height = tip; height > tip - blocks && height >= 0; height--) {
      const hash = chain.hashAt(height);
      if (hash !== undefined && this.#cache.mayHold(hash, txid) === false) continue;
      const read = await this.#read(chain, height);
      // What is older is deleted as well; nobody has asked for just this block, so that this is no alarm.
      if (read instanceof ChainAlarm) return undefined;
      const placed = placeIn(read, txid);
      if (placed !== undefined) return placed;
    }
    return undefined;
  }

  /** @throws ChainAlarm `block-pruned` */
  #present<T>(read: T | ChainAlarm): T {
    if (read instanceof ChainAlarm) throw this.#alarms.raise(read);
    return read;
  }

  async #read(chain: HeaderChain, height: number): Promise<VerifiedBlock | ChainAlarm | undefined> {
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

  /** @returns the alarm where the node does not have it */
  async #verified(expected: ExpectedBlock): Promise<VerifiedBlock | ChainAlarm> {
    const { hash, height } = expected;
    const cached = this.#cache.get(hash);
    if (cached !== undefined) return cached;
    const asked = await this.#node.tryAsk(readBytes, 'getblock', hash, 0);
    if ('refused' in asked) {
      const message = `the Bitcoin node does not have block ${hash} at height ${height}: ${asked.refused.reason}`;
      return new ChainAlarm('block-pruned', message, { height, hash }, asked.refused);
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

function placeIn(found: VerifiedBlock | undefined, txid: Txid): PlacedTransaction | undefined {
  const bytes = found?.block.transactions[found.txids.indexOf(txid)];
  return found === undefined || bytes === undefined ? undefined : { bytes, height: found.block.height };
}
