import type { BlockHash } from '../../devchain/blocks/header.ts';
import { RpcClientError } from '../../rpc/client.ts';
import type { BlockEvent } from '../chain-backend.ts';
import { ChainAlarm } from './alarm.ts';
import type { Blocks } from './blocks.ts';
import type { HeaderChain } from './header-chain.ts';

/** Hashes of reported blocks that are kept, to be taken back. */
const KEPT = 1_000;

/** Tells listeners which blocks entered and left the verified chain, in order and each once. */
export class BlockReporter {
  readonly #blocks: Blocks;
  readonly #listeners = new Set<(event: BlockEvent) => void>();
  /** The last blocks that were reported or were there when the first listener came, and the height of the newest. */
  #seen: BlockHash[] = [];
  #height = 0;

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: (event: BlockEvent) => void, chain: HeaderChain): void {
    if (!this.isHeard) {
      this.#height = chain.height;
      this.#seen = [];
      for (let height = Math.max(chain.base, chain.height - KEPT + 1); height <= chain.height; height++)
        this.#seen.push(chain.hashAt(height)!);
    }
    this.#listeners.add(listener);
  }

  remove(listener: (event: BlockEvent) => void): void {
    this.#listeners.delete(listener);
  }

  /** Reports what lies between the last reported block and the tip. What cannot be read is reported the next time. */
  async report(chain: HeaderChain): Promise<void> {
    if (!this.isHeard) return;
    try {
      await this.#takeBack(chain);
      while (this.isHeard && this.#height < chain.height) {
        const height = this.#height + 1;
        const verified = await this.#blocks.at(chain, height);
        if (verified === undefined) return;
        this.#seen.push(chain.hashAt(height)!);
        if (this.#seen.length > KEPT) this.#seen.shift();
        this.#height = height;
        this.#tell({ kind: 'connected', block: verified.block });
      }
    } catch (error) {
      if (!(error instanceof ChainAlarm) && !(error instanceof RpcClientError)) throw error;
    }
  }

  async #takeBack(chain: HeaderChain): Promise<void> {
    for (let last = this.#seen.at(-1); last !== undefined; last = this.#seen.at(-1)) {
      if (chain.hashAt(this.#height) === last) return;
      const { block } = await this.#blocks.left(last, this.#height);
      this.#seen.pop();
      this.#height -= 1;
      this.#tell({ kind: 'disconnected', block });
    }
  }

  #tell(event: BlockEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
