import { inspect } from 'node:util';
import {
  ADDRESS_NETWORKS,
  parseTransaction,
  seedFromMnemonic,
  serializeTransaction,
  type transactionId,
  WalletAccount,
} from '@prometheus-compute/bitcoin';
import { hash32, toHex } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { ChainBlock } from '../../src/ports/chain.ts';
import { createLocalWallet } from '../../src/wallet/local-wallet.ts';

const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const account = WalletAccount.fromSeed(seedFromMnemonic(WORDS), ADDRESS_NETWORKS.regtest);
const wallet = (recover = false) =>
  createLocalWallet(account, (length) => new Uint8Array(length), { recover });

const hashOf = (height: number) => hash32(new Uint8Array(32).fill(height));
/** A block whose only transaction pays these outputs, from nowhere. */
function blockPaying(height: number, outputs: readonly { amount: bigint; script: Uint8Array }[]): ChainBlock {
  const input = {
    txid: transactionIdOf(height),
    vout: 0,
    scriptSig: new Uint8Array(0),
    sequence: 0xffffffff,
    witness: [],
  };
  const bytes = serializeTransaction({ version: 2, inputs: [input], outputs, lockTime: 0 });
  return { height, hash: hashOf(height), previous: hashOf(height - 1), transactions: [bytes] };
}
const transactionIdOf = (height: number) =>
  toHex(new Uint8Array(32).fill(100 + height)) as ReturnType<typeof transactionId>;

describe('wallet in this process', () => {
  it('counts what blocks bring, and forgets it when they leave', () => {
    const own = wallet();
    const script = own.freshScript();
    own.connect(blockPaying(1, [{ amount: 50_000n, script }]));
    own.connect(
      blockPaying(2, [
        { amount: 7_000n, script },
        { amount: 1n, script: new Uint8Array([0x51]) },
      ]),
    );
    expect(own.balance()).toBe(57_000n);
    own.disconnectAbove(1);
    expect(own.balance()).toBe(50_000n);
  });

  it('sets coins aside until they are released', () => {
    const own = wallet();
    own.connect(blockPaying(1, [{ amount: 50_000n, script: own.freshScript() }]));
    const coins = own.reserve(40_000n);
    expect(coins.map(({ amount }) => amount)).toEqual([50_000n]);
    expect(() => own.reserve(1n)).toThrow(expect.objectContaining({ code: 'insufficient-funds' }));
    own.release(coins.map(({ outpoint }) => outpoint));
    expect(own.reserve(1n)).toEqual(coins);
  });

  it('holds coins that a contract of an earlier run has, before it has seen them', () => {
    const first = wallet();
    const block = blockPaying(1, [{ amount: 50_000n, script: first.freshScript() }]);
    first.connect(block);
    const [coin] = first.reserve(1n);
    const later = wallet(true);
    later.hold([coin!.outpoint]);
    later.connect(block);
    expect(later.balance()).toBe(50_000n);
    expect(() => later.reserve(1n)).toThrow(expect.objectContaining({ code: 'insufficient-funds' }));
  });

  it('a recovered wallet finds coins on far scripts, and hands no script out again', () => {
    const first = wallet();
    const scripts = Array.from({ length: 70 }, () => first.freshScript());
    const later = wallet(true);
    later.connect(blockPaying(1, [{ amount: 1_000n, script: scripts[30]! }]));
    later.connect(blockPaying(2, [{ amount: 2_000n, script: scripts[69]! }]));
    expect(later.balance()).toBe(3_000n);
    expect(scripts.map(toHex)).not.toContain(toHex(later.freshScript()));
    expect(later.owns(scripts[69]!)).toBe(true);
  });

  it('finds what was paid to scripts of every earlier run, however often it was recovered', () => {
    const blocks: ReturnType<typeof blockPaying>[] = [];
    for (let run = 1; run <= 10; run++) {
      const own = wallet(run > 1);
      for (const block of blocks) own.connect(block);
      expect(own.balance()).toBe(1_000n * BigInt(run - 1));
      for (let i = 0; i < 10; i++) own.freshScript();
      blocks.push(blockPaying(run, [{ amount: 1_000n, script: own.freshScript() }]));
    }
  });

  it('sweeps its coins, reserved or not, to a script of its own', () => {
    const own = wallet();
    own.connect(blockPaying(1, [{ amount: 50_000n, script: own.freshScript() }]));
    const coins = own.reserve(1n);
    const sweep = parseTransaction(own.sweep(coins, 2_000n, own.freshScript()));
    expect(sweep.inputs.map(({ txid, vout }) => ({ txid, vout }))).toEqual(
      coins.map(({ outpoint }) => outpoint),
    );
    expect(sweep.outputs).toHaveLength(1);
    expect(own.owns(sweep.outputs[0]!.script)).toBe(true);
    expect(50_000n - sweep.outputs[0]!.amount).toBe(222n);
  });

  it('refuses to sign for a script of somebody else', () => {
    expect(() => wallet().signKeyPath(new Uint8Array(34), hashOf(1))).toThrow(
      expect.objectContaining({ code: 'key-unknown' }),
    );
  });

  it('shows no secret when it is printed', () => {
    const own = wallet();
    const script = own.freshScript();
    const secret = account.internalSecret({ chain: 'receive', index: 0 });
    for (const text of [
      inspect(own, { depth: 12, showHidden: true }),
      inspect(account, { depth: 12 }),
      JSON.stringify(own),
    ]) {
      expect(text).not.toContain(toHex(secret));
    }
    expect(own.owns(script)).toBe(true);
  });
});
