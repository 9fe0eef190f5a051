import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Devchain, DevchainBackend } from '@prometheus-compute/bitcoin';
import { toHex } from '@prometheus-compute/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { type ChainEvents, ChainFollower } from '../../src/engine/chain-follower.ts';
import { OfferIndex } from '../../src/engine/offer-index.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';

const MINER = Uint8Array.of(0x51);

const folder = mkdtempSync(join(tmpdir(), 'prometheus-follower-'));
const store = openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' });
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Other blocks take the place of those from `height` on, and there is one more of them. */
function replaceTip(chain: Devchain, height: number): void {
  const count = chain.tip().height - height + 1;
  chain.invalidate(chain.blockAt(height)!.block.hash);
  // Another script, another block.
  chain.mine(count + 1, Uint8Array.of(0x52));
}

async function hashesOf(chain: Devchain): Promise<readonly string[]> {
  const backend = new DevchainBackend(chain);
  const blocks = Array.from({ length: chain.tip().height + 1 }, (_, height) => backend.blockAt(height));
  return (await Promise.all(blocks)).map((block) => toHex(block!.hash));
}

describe('a reorganisation while blocks are being read', () => {
  it('is taken back before the next block comes on top: what is connected is always one chain, and in the end the active one', async () => {
    const chain = new Devchain();
    chain.mine(5, MINER);
    const seen: string[] = [];
    let replaced = false;
    const events: ChainEvents = {
      connect: async ({ height, hash, previous }) => {
        expect(height).toBe(seen.length);
        if (height > 0) expect(toHex(previous)).toBe(seen.at(-1));
        seen.push(toHex(hash));
        if (height === 3 && !replaced) {
          replaced = true;
          replaceTip(chain, 3);
        }
      },
      disconnect: async (height) => {
        expect(height).toBe(seen.length - 1);
        seen.pop();
      },
      tooDeep: () => Promise.reject(new RangeError('one block is not too deep')),
    };
    const follower = new ChainFollower({ chain: new DevchainBackend(chain), store }, events);
    // The tip is asked for before the first block: what it was then is reached, and the rest the next time.
    await follower.follow();
    await follower.follow();
    expect(replaced).toBe(true);
    expect(seen).toEqual(await hashesOf(chain));
  });

  it('is seen by the index of offers too', async () => {
    const chain = new Devchain();
    chain.mine(5, MINER);
    const backend = new DevchainBackend(chain);
    const read: string[] = [];
    let replaced = false;
    const index = new OfferIndex({
      tip: () => backend.tip(),
      blockAt: async (height) => {
        const block = await backend.blockAt(height);
        if (block !== undefined) read[height] = toHex(block.hash);
        if (height === 4 && !replaced) {
          replaced = true;
          // The block that was just handed out, and the one above it.
          replaceTip(chain, 4);
        }
        return block;
      },
    });
    const nothing = { txid: '00'.repeat(32), vout: 0 } as never;
    await index.stake(nothing);
    await index.stake(nothing);
    expect(read).toEqual(await hashesOf(chain));
  });
});
