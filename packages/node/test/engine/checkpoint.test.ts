import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ADDRESS_NETWORKS,
  Devchain,
  DevchainBackend,
  parseTransaction,
  transactionId,
  WalletAccount,
} from '@prometheus-compute/bitcoin';
import { type Coin, encodeOffer, opReturnScript, satoshi, toHex } from '@prometheus-compute/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChainFollower } from '../../src/engine/chain-follower.ts';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import { loadCheckpoint, type SeenBlock, saveCheckpoint } from '../../src/engine/checkpoint.ts';
import { FeeReserves, type ParsedBlock } from '../../src/engine/fees/reserves.ts';
import { OfferIndex } from '../../src/engine/offer-index.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { createLocalWallet } from '../../src/wallet/local-wallet.ts';
import type { WalletState } from '../../src/wallet/wallet-state.ts';
import { FUNDS, PARAMETERS, startPlay } from '../local/play.ts';

const MINER = Uint8Array.of(0x51);
const account = WalletAccount.fromSeed(new Uint8Array(32).fill(7), ADDRESS_NETWORKS.regtest);
const wallet = (options = {}) => createLocalWallet(account, (length) => new Uint8Array(length), options);

let folder = '';
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-checkpoint-'));
  store = openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** A follower that only notes what it is told. */
function follower(chain: Devchain, from?: { start: number; seen: readonly SeenBlock[] }) {
  const told: string[] = [];
  let seen: readonly SeenBlock[] = [];
  const events = {
    connect: async ({ height }: ParsedBlock) => void told.push(`+${height}`),
    disconnect: async (height: number) => void told.push(`-${height}`),
    tooDeep: async (depth: number) => void told.push(`too deep: ${depth}`),
    reached: async (blocks: readonly SeenBlock[]) => {
      seen = [...blocks];
    },
  };
  const made = new ChainFollower({ chain: new DevchainBackend(chain), store }, events, from);
  return { told, follow: () => made.follow(), seen: () => seen };
}

function replaceFrom(chain: Devchain, height: number): void {
  const count = chain.tip().height - height + 1;
  chain.invalidate(chain.blockAt(height)!.block.hash);
  chain.mine(count + 1, Uint8Array.of(0x52));
}

describe('reading the chain', () => {
  it('begins at the first block that matters', async () => {
    const chain = new Devchain();
    chain.mine(5, MINER);
    const { follow, told } = follower(chain, { start: 4, seen: [] });
    expect(await follow()).toBe(5);
    expect(told).toEqual(['+4', '+5']);
  });

  it('goes on after a restart behind the blocks that were taken in, and takes back what has left since', async () => {
    const chain = new Devchain();
    chain.mine(5, MINER);
    const before = follower(chain, { start: 1, seen: [] });
    await before.follow();
    const seen = before.seen();
    expect(seen.map(({ height }) => height)).toEqual([1, 2, 3, 4, 5]);
    replaceFrom(chain, 5);
    const after = follower(chain, { start: 1, seen });
    expect(await after.follow()).toBe(6);
    expect(after.told).toEqual(['-5', '+5', '+6']);
  });

  it('says that a reorganisation while away was deeper than six blocks', async () => {
    const chain = new Devchain();
    chain.mine(9, MINER);
    const before = follower(chain);
    await before.follow();
    replaceFrom(chain, 3);
    const after = follower(chain, { start: 0, seen: before.seen() });
    await after.follow();
    expect(after.told.filter((text) => text.startsWith('too deep'))).toEqual(['too deep: 7']);
  });

  it('chain-replaced: none of the blocks is there any more, and what they brought cannot be taken back', async () => {
    const chain = new Devchain();
    chain.mine(120, MINER);
    const before = follower(chain);
    await before.follow();
    const seen = before.seen();
    expect(seen).toHaveLength(100);
    replaceFrom(chain, 10);
    const after = follower(chain, { start: 0, seen });
    await expect(after.follow()).rejects.toMatchObject({
      code: 'chain-replaced',
      remedy: expect.stringContaining('--rescan'),
    });
  });
});

describe('what is stored with the place in the chain', () => {
  it('the wallet has the same coins without reading a block again, and can take the last ones back', async () => {
    const chain = new Devchain();
    const backend = new DevchainBackend(chain);
    const own = wallet({ recover: true });
    const take = async (into: typeof own, height: number) => into.connect((await backend.blockAt(height))!);
    chain.mine(2, own.receiveScript(false));
    for (const height of [0, 1, 2]) await take(own, height);
    expect(own.balance()).toBeGreaterThan(0n);
    await saveCheckpoint(store, { seen: [], reserves: {}, wallet: own.state() });

    const stored = await loadCheckpoint(store);
    const later = wallet({ recover: true, state: stored!.wallet as unknown as WalletState });
    expect(later.balance()).toBe(own.balance());
    chain.mine(1, own.receiveScript(false));
    await take(later, 3);
    expect(later.balance()).toBeGreaterThan(own.balance());
    // Both blocks paid the same script.
    later.disconnectAbove(1);
    expect(later.balance()).toBe(own.balance() / 2n);
  });

  it('scripts that were handed out are watched after kill -9, and nobody gets them again', () => {
    let handed = { next: 0, receive: 0 };
    const onHandOut = (now: typeof handed) => {
      handed = now;
    };
    const own = wallet({ recover: true, handed, onHandOut });
    const first = own.receiveScript(false);
    expect(toHex(own.receiveScript(false))).toBe(toHex(first));
    const scripts = [first, own.freshScript(), own.receiveScript(true), own.freshScript()].map(toHex);
    expect(new Set(scripts).size).toBe(4);
    expect(own.unpaid).toBe(4);
    const later = wallet({ recover: true, handed });
    for (const script of scripts) expect(later.owns(Buffer.from(script, 'hex'))).toBe(true);
    expect(toHex(later.receiveScript(false))).toBe(scripts[2]);
    expect(scripts).not.toContain(toHex(later.freshScript()));
  });

  it('a wallet asks for payment on another script once it was paid', async () => {
    const chain = new Devchain();
    const own = wallet({ recover: true, handed: { next: 0, receive: 0 } });
    const first = own.receiveScript(false);
    chain.mine(1, first);
    for (const height of [0, 1]) own.connect((await new DevchainBackend(chain).blockAt(height))!);
    expect(toHex(own.receiveScript(false))).not.toBe(toHex(first));
  });

  it('fee reserves stay where the blocks have moved them', async () => {
    const own = wallet({ recover: true });
    const coinAt = (n: number): Coin => ({
      outpoint: { txid: toHex(new Uint8Array(32).fill(n)) as Coin['outpoint']['txid'], vout: 0 },
      amount: satoshi(BigInt(1_000 - n)),
      script: own.freshScript(),
    });
    const [first, second] = [coinAt(1), coinAt(2)];
    const record = { id: 'worker:1', reserve: first } as ChannelRecord;
    const transaction = {
      version: 2,
      lockTime: 0,
      inputs: [{ ...first.outpoint, scriptSig: new Uint8Array(0), sequence: 0, witness: [] }],
      outputs: [{ amount: second.amount as bigint, script: second.script }],
    };
    const block = {
      height: 5,
      parsed: [{ txid: second.outpoint.txid, transaction, bytes: new Uint8Array(0) }],
    } as unknown as ParsedBlock;
    const before = new FeeReserves({ wallet: own, store });
    before.connect(block, [record]);
    await saveCheckpoint(store, { seen: [], reserves: before.state(), wallet: null });

    const after = new FeeReserves({ wallet: own, store });
    await after.load([record]);
    after.restore([record], (await loadCheckpoint(store))!.reserves);
    expect(after.of(record)).toEqual({ coin: second, spent: 1n });
    after.disconnectAbove(4);
    expect(after.of(record)).toEqual({ coin: first, spent: 0n });
  });

  it('the index of offers reads few blocks again, and all of them when another first block is named', async () => {
    const { a } = PARAMETERS;
    await using play = await startPlay({
      funds: { client: [3n * a], worker: [FUNDS.worker], verifier: [FUNDS.verifier] },
    });
    const { network } = play;
    const { chain, wallet: rich } = { chain: network.client.node.ports.chain, wallet: network.client.wallet };
    const purpose = { amount: 0n, script: opReturnScript(encodeOffer(network.parametersTxid)) };
    const offer = rich.pay([{ amount: a, script: rich.freshScript() }, purpose], 2_000n);
    network.chain.submitTransaction(offer);
    network.chain.mine(150, MINER);
    const outpoint = { txid: transactionId(parseTransaction(offer)), vout: 0 };
    const indexed = async (start: number) => {
      const read: number[] = [];
      const blockAt = (height: number) => {
        read.push(height);
        return chain.blockAt(height);
      };
      const index = new OfferIndex({ tip: () => chain.tip(), blockAt }, { start, store });
      const stake = await index.stake(outpoint);
      const parameters = await index.parameters(network.parametersTxid);
      return { stake, parameters, read: new Set(read).size };
    };
    const first = await indexed(0);
    expect(first.stake?.confirmedHeight).toBeGreaterThan(0);
    expect(first.parameters).toEqual(PARAMETERS);
    const again = await indexed(0);
    expect({ ...again, read: 0 }).toEqual({ ...first, read: 0 });
    expect(again.read).toBeLessThanOrEqual(145);
    expect(first.read).toBeGreaterThan(200);
    // A block that replaces those that it knows makes it read again.
    const other = await indexed(1);
    expect(other.read).toBe(first.read - 1);
    expect(other.stake).toEqual(first.stake);
  });
});
