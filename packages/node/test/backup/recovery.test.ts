import { randomBytes } from 'node:crypto';
import {
  ADDRESS_NETWORKS,
  mnemonicFromEntropy,
  seedFromMnemonic,
  WalletAccount,
} from '@prometheus-compute/bitcoin';
import { schnorrVerify, transactionOf } from '@prometheus-compute/protocol';
import { describe, expect, it, vi } from 'vitest';
import { type Backup, backupKey, openBackup, sealBackup } from '../../src/backup/format.ts';
import { Recovery, type RecoveryNotice } from '../../src/backup/recovery.ts';
import { DEVELOPMENT_POLICY, type LocalNetwork } from '../../src/index.ts';
import type { LocalParty } from '../../src/local/party.ts';
import type { Entropy } from '../../src/ports/entropy.ts';
import { createLocalSigner, masterSecret } from '../../src/signer/local-signer.ts';
import { createLocalWallet } from '../../src/wallet/local-wallet.ts';
import {
  commitmentHeight,
  FUNDS,
  graphIn,
  mineUntil,
  PARAMETERS,
  startPlay,
  stateOf,
} from '../local/play.ts';

const { t3 } = PARAMETERS;
const { feeReserve } = DEVELOPMENT_POLICY;
const entropy: Entropy = (length) => new Uint8Array(randomBytes(length));

/** Keeps the first bytes that each party draws: those of its words. */
function withWords() {
  const words = new Map<string, Uint8Array>();
  return {
    entropy:
      (party: string): Entropy =>
      (length) => {
        const bytes = entropy(length);
        if (!words.has(party)) words.set(party, bytes.slice());
        return bytes;
      },
    seedOf: (party: string) => seedFromMnemonic(mnemonicFromEntropy(words.get(party)!)),
  };
}

/** A backup of a party as its file has it. */
function backupOf({ node }: LocalParty, seed: Uint8Array, height: number): Uint8Array {
  const backup: Backup = {
    lineage: new Uint8Array(16).fill(1),
    number: 7,
    height,
    channels: node.engine.records,
  };
  return sealBackup(backup, backupKey(masterSecret(seed)), entropy(24));
}

/** Nothing but words, backup and a chain. */
function recover(network: LocalNetwork, seed: Uint8Array, backup: Uint8Array) {
  const notices: RecoveryNotice[] = [];
  const wallet = createLocalWallet(WalletAccount.fromSeed(seed, ADDRESS_NETWORKS.regtest), entropy, {
    recover: true,
  });
  const { chain } = network.arbiters[0]!.node.ports;
  const ports = {
    chain,
    wallet,
    entropy,
    signer: createLocalSigner(masterSecret(seed), entropy),
    verify: schnorrVerify,
  };
  const { channels } = openBackup(backup, backupKey(masterSecret(seed)));
  const recovery = new Recovery(channels, ports, {
    policy: DEVELOPMENT_POLICY,
    start: 0,
    onNotice: (notice) => notices.push(notice),
  });
  return { wallet, recovery, notices };
}

describe('recovery from words and backup, without database and peers', () => {
  it('C: Tx1 at H0 + t3 and what it pays, to the satoshi; nothing is published before', async () => {
    const words = withWords();
    await using play = await startPlay({ entropy: words.entropy });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    const graph = graphIn(stateOf(network.client));
    const h0 = commitmentHeight(stateOf(network.client));
    const seed = words.seedOf('client');
    const backup = backupOf(network.client, seed, network.height);
    for (const party of [network.client, network.worker, network.verifier]) await network.stop(party);

    const { recovery, wallet, notices } = recover(network, seed, backup);
    const [before] = await recovery.follow();
    expect(before).toMatchObject({ role: 'client', waits: [{ transaction: 'Tx1', from: h0 + t3 - 1 }] });
    expect(before?.cannot).toMatch(/ends by time-out/);
    expect(wallet.balance()).toBe(feeReserve);
    await network.mine(h0 + t3 - 2 - network.height);
    await recovery.follow();
    expect(notices).toEqual([]);
    await network.mine();
    await recovery.follow();
    await network.mine();
    expect(
      (await network.arbiters[0]!.node.ports.chain.transaction(transactionOf(graph, 'Tx1').txid))?.height,
    ).toBe(h0 + t3);
    // The Bitcoin node now says that fees are twenty times what the policy pays at most, which would be more than there is.
    vi.spyOn(network.arbiters[0]!.node.ports.chain, 'feeRate').mockResolvedValue(1_000_000n);
    await recovery.follow();
    await network.mine();
    const [after] = await recovery.follow();
    expect(after).toMatchObject({ state: 'closed', cannot: null });
    expect(notices.map(({ kind }) => kind)).toEqual(['published', 'collected']);
    const collected = notices[1] as Extract<RecoveryNotice, { kind: 'collected' }>;
    expect(wallet.balance()).toBe(feeReserve + collected.amount);
    // One input and one output of 50 sat/vB at most, of 120 vB or so.
    expect(collected.amount).toBeGreaterThan(100_000n - 8_000n);
    expect(collected.amount).toBeLessThan(100_000n - 5_000n);
  });

  it('W: its pay by Tx4, where verdict and release were in the backup', async () => {
    const words = withWords();
    let backup: Uint8Array | undefined;
    let gone: Promise<void> | undefined;
    await using play = await startPlay({
      entropy: words.entropy,
      // Its chain takes nothing that shows h_p: the process ends there.
      ports: (party, real) =>
        party !== 'worker'
          ? real
          : {
              ...real,
              store: {
                ...real.store,
                putRecord: async (key, value, options) => {
                  if (!key.endsWith(':Tx4')) return real.store.putRecord(key, value, options);
                  backup ??= backupOf(network.worker, words.seedOf('worker'), network.height);
                  gone ??= network.stop(network.worker);
                  throw new RangeError('the disk is gone');
                },
              },
            },
    });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => gone !== undefined);
    await gone;
    await network.mine(2);
    const { recovery, wallet, notices } = recover(network, words.seedOf('worker'), backup!);
    await recovery.follow();
    await network.mine();
    await recovery.follow();
    await network.mine();
    await recovery.follow();
    expect(notices).toMatchObject([{ kind: 'published', transaction: 'Tx4' }, { kind: 'collected' }]);
    const collected = notices[1] as Extract<RecoveryNotice, { kind: 'collected' }>;
    expect(wallet.balance()).toBe(feeReserve + collected.amount);
    expect(collected.amount).toBeGreaterThan(FUNDS.worker + 90_000n - 1_000n);
  });

  it('says that a setup without signatures needs nothing, and has the wallet’s coins', async () => {
    const words = withWords();
    await using play = await startPlay({ entropy: words.entropy });
    const { network } = play;
    await play.begin();
    const seed = words.seedOf('verifier');
    const { recovery, wallet } = recover(network, seed, backupOf(network.verifier, seed, network.height));
    expect(await recovery.follow()).toMatchObject([
      { role: 'verifier', state: 'setup', waits: [], cannot: expect.stringContaining('coins are free') },
    ]);
    expect(wallet.balance()).toBe(FUNDS.verifier + feeReserve);
  });
});
