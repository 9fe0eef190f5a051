import { type BlockHash, type BlockHeader, headerHash } from '../../devchain/blocks/header.ts';
import { blockWork } from '../../devchain/blocks/proof-of-work.ts';
import { type AlarmBoard, ChainAlarm } from './alarm.ts';
import { type ChainInfo, readChainInfo, readHash, readHeader } from './answers.ts';
import { headerFault } from './check-header.ts';
import type { CoreNode } from './core-node.ts';
import { type HashedHeader, HeaderChain } from './header-chain.ts';
import type { NetworkRules } from './networks.ts';
import { type HeaderView, PERIOD } from './retarget.ts';

/** Headers of one request. */
const BATCH = 500;
/** Hashes that are compared at once where the chains part. */
const STEP = 16;
/** Times that the chain may move while it is read before this counts as a contradiction. */
const ROUNDS = 8;

/** Where headers are followed from: a block that the caller trusts to be in the chain. */
export interface Checkpoint {
  readonly height: number;
  readonly hash: BlockHash;
}

/** How headers are followed. */
export interface HeaderSyncOptions {
  readonly rules: NetworkRules;
  readonly checkpoint: Checkpoint;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes the node's chain even where it has less work than the known one. */
  readonly followsLessWork: boolean;
}

/** Follows the headers of a node's active chain, and believes none that it has not checked. */
export class HeaderSync {
  readonly #node: CoreNode;
  readonly #alarms: AlarmBoard;
  readonly #options: HeaderSyncOptions;
  #chain: HeaderChain | undefined;

  constructor(node: CoreNode, alarms: AlarmBoard, options: HeaderSyncOptions) {
    this.#node = node;
    this.#alarms = alarms;
    this.#options = options;
  }

  /** The headers that are verified; after the first {@link follow}. */
  get chain(): HeaderChain {
    if (this.#chain === undefined) throw this.#checkpointMissing();
    return this.#chain;
  }

  /**
   * Brings the known chain to the node's tip.
   *
   * @throws ChainAlarm when the node's chain cannot be taken: then the known one stays, and answers nothing
   */
  async follow(): Promise<HeaderChain> {
    const best = await this.#node.ask(readHash, 'getbestblockhash');
    const { rules } = this.#options;
    if (this.#chain !== undefined && this.#chain.tip === best && this.#alarms.standing.length === 0)
      return this.#chain;
    let broken: HashedHeader | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const info = await this.#node.ask(readChainInfo, 'getblockchaininfo');
      this.checkNetwork(info);
      if (info.syncing && rules.name !== 'regtest') throw this.#alarms.raise(syncing(info));
      this.#chain ??= await this.#start();
      broken = undefined;
      while (this.#chain.tip !== info.best) {
        const step = await this.#extend(this.#chain, info.blocks);
        if (step === 'grown') continue;
        if (step !== 'reached') broken = step;
        break;
      }
      if (this.#chain.tip !== info.best) continue;
      this.#alarms.clearPassing();
      return this.#chain;
    }
    if (broken !== undefined) throw this.#invalid(broken.hash, this.chain.height + 1, 'prev-blk-not-found');
    throw this.#node.contradiction('getblockchaininfo', 'the best block is not the last one of its chain');
  }

  /** @throws ChainAlarm `wrong-network` */
  checkNetwork({ chain }: ChainInfo): void {
    const { name } = this.#options.rules;
    if (chain === name) return;
    const message = `the Bitcoin node runs on ${chain}, not on ${name}`;
    throw this.#alarms.raise(new ChainAlarm('wrong-network', message, { expected: name, found: chain }));
  }

  /** Makes headers down to a height known, and some more: each is named by the one above it. @throws ChainAlarm */
  async extendDown(to: number): Promise<void> {
    const { chain } = this;
    while (chain.base > to) {
      const { base } = chain;
      const from = Math.max(0, base - BATCH);
      const headers = await this.#headersAt(from, base - 1);
      // Somebody else has asked for them as well.
      if (chain.base !== base) continue;
      let above = chain.beforeBase;
      for (const { hash, header } of headers.toReversed()) {
        if (hash !== above)
          throw this.#node.contradiction('getblockhash', `${hash} is no ancestor of the chain`);
        above = header.previous;
      }
      if (headers.length !== base - from)
        throw this.#node.contradiction('getblockhash', 'blocks below a known one are missing');
      chain.prepend(headers);
    }
  }

  /** The chain from the checkpoint on, and what its period of difficulty needs to be known below it. */
  async #start(): Promise<HeaderChain> {
    const { checkpoint, rules } = this.#options;
    const [at] = await this.#headersAt(checkpoint.height, checkpoint.height);
    if (at?.hash !== checkpoint.hash) throw this.#checkpointMissing(at?.hash);
    this.#chain = new HeaderChain(at, checkpoint.height);
    try {
      const first = rules.retargets ? checkpoint.height - (checkpoint.height % PERIOD) : checkpoint.height;
      await this.extendDown(Math.max(0, first - 10));
    } catch (error) {
      this.#chain = undefined;
      throw error;
    }
    return this.#chain;
  }

  /**
   * Takes the node's headers on, a batch at a time, or more where its chain leaves the known one.
   *
   * @returns whether there may be more to take; or a header that does not build on the one below it
   */
  async #extend(chain: HeaderChain, blocks: number): Promise<'grown' | 'reached' | HashedHeader> {
    const fork = await this.#forkBelow(chain, blocks);
    const known = chain.workAbove(fork);
    const branch: HashedHeader[] = [];
    let offered = 0n;
    for (let from = fork + 1; from <= blocks && offered <= known; from += BATCH) {
      const headers = await this.#headersAt(from, Math.min(blocks, from + BATCH - 1));
      for (const entry of headers) {
        const below = branch.at(-1)?.hash ?? chain.hashAt(fork);
        // Blocks are asked for by height: the chain may have been reorganised in between.
        if (entry.header.previous !== below) return entry;
        this.#check(entry, fork + branch.length + 1, branchView(chain, fork, branch));
        branch.push(entry);
        offered += blockWork(entry.header.bits);
      }
      if (headers.length < BATCH) break;
    }
    if (offered < known && !this.#options.followsLessWork) throw this.#lessWork(chain, fork, offered);
    chain.truncate(fork);
    for (const entry of branch) chain.append(entry);
    return chain.height < blocks && branch.length > 0 ? 'grown' : 'reached';
  }

  /** Height of the last block that the known chain and the node's have in common. */
  async #forkBelow(chain: HeaderChain, blocks: number): Promise<number> {
    const { checkpoint } = this.#options;
    for (let top = Math.min(chain.height, blocks); top >= checkpoint.height; top -= STEP) {
      const from = Math.max(checkpoint.height, top - STEP + 1);
      const hashes = await this.#hashesAt(from, top);
      for (let height = from + hashes.length - 1; height >= from; height--) {
        if (hashes[height - from] === chain.hashAt(height)) return height;
      }
    }
    throw this.#checkpointMissing();
  }

  #check(entry: HashedHeader, height: number, view: HeaderView): void {
    const { rules, now } = this.#options;
    const reason = headerFault(entry, height, view, rules, Math.floor(now() / 1_000));
    if (reason === undefined) return;
    throw this.#invalid(entry.hash, height, reason);
  }

  #invalid(hash: BlockHash, height: number, reason: string): ChainAlarm {
    const message = `the header of block ${hash} at height ${height} breaks a rule: ${reason}`;
    return this.#alarms.raise(new ChainAlarm('header-invalid', message, { height, hash, reason }));
  }

  /** Headers by height, as many as the chain has, each of them what its hash says. */
  async #headersAt(from: number, to: number): Promise<readonly HashedHeader[]> {
    const hashes = await this.#hashesAt(from, to);
    const answers = await this.#node.askMany(
      readHeader,
      'getblockheader',
      hashes.map((hash) => [hash, false]),
    );
    return answers.map((asked, index): HashedHeader => {
      const hash = hashes[index]!;
      if ('refused' in asked) throw this.#node.contradiction('getblockheader', asked.refused.message);
      return { hash, header: this.#named(asked.value, hash) };
    });
  }

  #named(header: BlockHeader, hash: BlockHash): BlockHeader {
    if (headerHash(header) === hash) return header;
    throw this.#node.contradiction('getblockheader', `the answer is for another block than ${hash}`);
  }

  /** Hashes of the node's chain from one height to another, fewer where it ends before. */
  async #hashesAt(from: number, to: number): Promise<readonly BlockHash[]> {
    const heights = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => [from + index]);
    const answers = await this.#node.askMany(readHash, 'getblockhash', heights);
    const hashes: BlockHash[] = [];
    for (const asked of answers) {
      if ('refused' in asked) break;
      hashes.push(asked.value);
    }
    return hashes;
  }

  #checkpointMissing(found?: BlockHash): ChainAlarm {
    const { height, hash } = this.#options.checkpoint;
    const message = `the Bitcoin node's chain does not have block ${hash} at height ${height}`;
    return this.#alarms.raise(
      new ChainAlarm('checkpoint-missing', message, { height, hash, found: found ?? 'nothing' }),
    );
  }

  #lessWork(chain: HeaderChain, fork: number, offered: bigint): ChainAlarm {
    const known = chain.workAbove(fork);
    const message = `the Bitcoin node's chain has less work than the one that it had shown up to height ${chain.height}`;
    const evidence = { fork, known, offered, height: chain.height, tip: chain.tip };
    return this.#alarms.raise(new ChainAlarm('less-work', message, evidence));
  }
}

/** The chain up to `fork`, and a branch on top of it. */
function branchView(chain: HeaderChain, fork: number, branch: readonly HashedHeader[]): HeaderView {
  return {
    bitsAt: (height) => (height > fork ? branch[height - fork - 1]!.header.bits : chain.bitsAt(height)),
    timeAt: (height) => (height > fork ? branch[height - fork - 1]!.header.time : chain.timeAt(height)),
  };
}

function syncing({ blocks }: ChainInfo): ChainAlarm {
  const message = `the Bitcoin node is still downloading the chain, at height ${blocks}`;
  return new ChainAlarm('node-syncing', message, { height: blocks });
}
