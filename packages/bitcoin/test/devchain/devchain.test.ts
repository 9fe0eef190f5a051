import { equalBytes } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_INTERVAL,
  type ChainChange,
  Devchain,
  DevchainError,
  FIRST_BLOCK_TIME,
  serializeBlock,
} from '../../src/index.ts';
import { outputOf, rewardOf, scriptOf, spend } from '../differential/coins.ts';

const REWARD = 5_000_000_000n;

function fundedChain(coins: number) {
  const chain = new Devchain();
  chain.mine(coins, scriptOf());
  chain.mine(100, scriptOf(1));
  const rewards = Array.from({ length: coins }, (_, index) => {
    const { block, height } = chain.blockAt(index + 1)!;
    return rewardOf({ block, height });
  });
  return { chain, rewards };
}

describe('development chain', () => {
  it("starts with the genesis block of Core's regtest", () => {
    const chain = new Devchain();
    expect(chain.tip().height).toBe(0);
    expect(chain.tip().block.hash).toBe('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206');
    expect(chain.coins.size).toBe(0);
  });

  it('gives equal chains for equal calls', () => {
    const run = () => {
      const { chain, rewards } = fundedChain(3);
      for (const reward of rewards) {
        chain.submitTransaction(spend({ from: [reward], to: [REWARD - 1000n] }));
      }
      chain.mine(2, scriptOf());
      return chain.tip().block.hash;
    };
    expect(run()).toBe(run());
  });

  it('times blocks by a counter without a clock, and by the clock with one', () => {
    const counted = new Devchain();
    counted.mine(2, scriptOf());
    expect(counted.tip().block.header.time).toBe(FIRST_BLOCK_TIME + 2 * BLOCK_INTERVAL);
    const clocked = new Devchain({ clock: () => 1_800_000_000 });
    clocked.mine(3, scriptOf());
    // Never at or before the median of the blocks before (BIP113).
    expect([1, 2, 3].map((height) => clocked.blockAt(height)!.block.header.time)).toEqual([
      1_800_000_000, 1_800_000_001, 1_800_000_001,
    ]);
    clocked.setTime(1_900_000_000);
    clocked.mine(1, scriptOf());
    expect(clocked.tip().block.header.time).toBe(1_900_000_000);
    clocked.setTime(undefined);
    clocked.mine(1, scriptOf());
    expect(clocked.tip().block.header.time).toBeLessThan(1_900_000_000);
  });

  it('mines the highest feerate first, a child that pays together with its parent', () => {
    const { chain, rewards } = fundedChain(3);
    const low = spend({ from: [rewards[0]!], to: [REWARD - 200n] });
    const high = spend({ from: [rewards[1]!], to: [REWARD - 5000n] });
    const parent = spend({ from: [rewards[2]!], to: [REWARD - 50n] });
    const child = spend({ from: [outputOf(parent, 0)], to: [REWARD - 50_000n] });
    for (const bytes of [low, high, parent, child]) {
      expect(chain.submitTransaction(bytes).kind).toBe('accepted');
    }
    chain.mine(1, scriptOf());
    const [coinbase, ...mined] = chain.tip().block.transactions;
    expect(mined.map(({ bytes }) => bytes)).toEqual([parent, child, high, low]);
    expect(coinbase!.transaction.outputs[0]!.amount).toBe(REWARD + 200n + 5000n + 50_000n);
    expect(chain.mempool.size).toBe(0);
  });

  it('finds transactions in mempool and chain, and outputs that are unspent', () => {
    const { chain, rewards } = fundedChain(1);
    const bytes = spend({ from: [rewards[0]!], to: [REWARD - 1000n] });
    const { txid } = outputOf(bytes, 0);
    expect(chain.transaction(txid)).toBeUndefined();
    chain.submitTransaction(bytes);
    expect(chain.transaction(txid)).toMatchObject({ block: undefined });
    expect(chain.mempoolSpender(rewards[0]!.txid, 0)).toBe(txid);
    expect(chain.output(txid, 0)).toBeUndefined();
    expect(chain.output(rewards[0]!.txid, 0)?.amount).toBe(REWARD);
    chain.mine(1, scriptOf(1));
    expect(chain.transaction(txid)?.block?.height).toBe(102);
    expect(chain.output(txid, 0)).toMatchObject({ amount: REWARD - 1000n, height: 102, coinbase: false });
    expect(chain.output(rewards[0]!.txid, 0)).toBeUndefined();
  });

  it('reports blocks in order when the mempool fits the new tip', () => {
    const { chain, rewards } = fundedChain(1);
    chain.submitTransaction(spend({ from: [rewards[0]!], to: [REWARD - 1000n] }));
    chain.mine(2, scriptOf(1));
    const seen: [ChainChange['kind'], number, number][] = [];
    const stop = chain.subscribe(({ kind, node }) => seen.push([kind, node.height, chain.mempool.size]));
    chain.invalidate(chain.blockAt(102)!.block.hash);
    chain.mine(1, scriptOf(1));
    stop();
    chain.mine(1, scriptOf(1));
    expect(seen).toEqual([
      ['disconnected', 103, 1],
      ['disconnected', 102, 1],
      ['connected', 102, 0],
    ]);
  });

  it('stays with the branch seen first until another has more work', () => {
    const source = new Devchain();
    source.mine(3, scriptOf());
    const rival = new Devchain();
    rival.mine(4, scriptOf(1));
    const first = source.tip().block.hash;
    for (let height = 1; height <= 3; height++) {
      expect(source.submitBlock(serializeBlock(rival.blockAt(height)!.block))).toEqual({ kind: 'stored' });
      expect(source.tip().block.hash).toBe(first);
    }
    expect(source.submitBlock(serializeBlock(rival.tip().block))).toEqual({ kind: 'connected' });
    expect(source.tip().block.hash).toBe(rival.tip().block.hash);
  });

  it('comes back from a branch that turns out invalid', () => {
    const { chain, rewards } = fundedChain(1);
    chain.mine(1, scriptOf());
    const before = { tip: chain.tip().block.hash, coins: chain.coins.size };
    const rival = new Devchain();
    for (let height = 1; height <= 101; height++) rival.submitParsedBlock(chain.blockAt(height)!.block);
    const valid = rival.assembleBlock(scriptOf(1), [spend({ from: [rewards[0]!], to: [REWARD - 1000n] })]);
    rival.submitParsedBlock(valid);
    rival.mine(1, scriptOf(1));
    const broken = {
      ...rival.tip().block,
      transactions: rival.tip().block.transactions.slice(1),
    };
    expect(chain.submitParsedBlock(valid)).toEqual({ kind: 'stored' });
    expect(chain.submitParsedBlock(broken)).toMatchObject({ kind: 'refused' });
    expect({ tip: chain.tip().block.hash, coins: chain.coins.size }).toEqual(before);
    expect(chain.submitParsedBlock(rival.tip().block)).toEqual({ kind: 'connected' });
  });

  it('restores the unspent outputs exactly, however often it reorganises', () => {
    const { chain, rewards } = fundedChain(4);
    const snapshot = () => new Map(chain.coins.entries());
    const before = snapshot();
    for (const reward of rewards) {
      chain.submitTransaction(spend({ from: [reward], to: [REWARD - 1000n] }));
      chain.mine(1, scriptOf());
    }
    const after = snapshot();
    const first = chain.blockAt(105)!.block.hash;
    chain.invalidate(first);
    expect(snapshot()).toEqual(before);
    expect(chain.mempool.size).toBe(4);
    chain.reconsider(first);
    expect(snapshot()).toEqual(after);
    expect(chain.mempool.size).toBe(0);
  });

  it('block-malformed', () => {
    const chain = new Devchain();
    chain.mine(1, scriptOf());
    const bytes = serializeBlock(chain.tip().block);
    for (const wrong of [bytes.slice(0, 79), bytes.slice(0, -1), Uint8Array.from([...bytes, 0])]) {
      expect(() => chain.submitBlock(wrong)).toThrowError(
        expect.objectContaining({ code: 'block-malformed' }) as Error,
      );
    }
    expect(equalBytes(serializeBlock(chain.tip().block), bytes)).toBe(true);
  });

  it('block-unknown, block-permanent', () => {
    const chain = new Devchain();
    const unknown = 'ab'.repeat(32) as ReturnType<typeof chain.tip>['block']['hash'];
    expect(() => chain.invalidate(unknown)).toThrowError(
      expect.objectContaining({ code: 'block-unknown' }) as Error,
    );
    expect(() => chain.invalidate(chain.tip().block.hash)).toThrowError(
      expect.objectContaining({ code: 'block-permanent' }) as Error,
    );
  });

  it('block-refused', () => {
    const { chain, rewards } = fundedChain(1);
    const tooMuch = spend({ from: [rewards[0]!], to: [REWARD + 1n] });
    let caught: unknown;
    try {
      chain.assembleBlock(scriptOf(), [tooMuch]);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(DevchainError);
    expect(caught).toMatchObject({ code: 'block-refused', evidence: { reason: 'bad-txns-in-belowout' } });
    expect(chain.tip().height).toBe(101);
  });
});
