import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADDRESS_NETWORKS, Devchain, RpcServer, WalletAccount } from '@prometheus-compute/bitcoin';
import { toHex } from '@prometheus-compute/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { NETWORKS, type NetworkName } from '../../src/config/networks.ts';
import { openChain } from '../../src/daemon/chain.ts';
import { Closing } from '../../src/daemon/closing.ts';
import { makeDataFolder } from '../../src/daemon/data-folder.ts';
import { daemonMethods } from '../../src/daemon/methods.ts';
import { openWallet } from '../../src/daemon/open-wallet.ts';
import type { DaemonView } from '../../src/daemon/view.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createLocalWallet } from '../../src/wallet/local-wallet.ts';

let folder = '';
let lines: string[] = [];
const log = createLog({ level: 'debug', format: 'json', target: { write: (line) => lines.push(line) } });
const events = () => lines.map((line) => JSON.parse(line).event);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-daemon-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the data folder', () => {
  it('is made for its owner alone', async () => {
    const path = join(folder, 'data', 'dev');
    await makeDataFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('folder-exposed: others may enter it', async () => {
    chmodSync(folder, 0o750);
    await expect(makeDataFolder(folder)).rejects.toMatchObject({ code: 'folder-exposed' });
  });

  it('folder-unusable: a file is in its place', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    await expect(makeDataFolder(join(path, 'dev'))).rejects.toMatchObject({ code: 'folder-unusable' });
  });
});

describe('a Bitcoin node that is not there', () => {
  it('is waited for, which is said once; stopped: whoever waits can be ended', async () => {
    const set = ['chain.rpc_url=http://127.0.0.1:1', 'chain.poll_seconds=1'];
    const config = await loadConfig({ network: 'dev', mainnet: false, dataDir: folder, set }, {});
    const store = openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' });
    const stop = new AbortController();
    const opening = openChain(config, { store, log, signal: stop.signal });
    const told = Promise.withResolvers<void>();
    const watching = setInterval(() => {
      if (events().includes('chain-unreachable')) told.resolve();
    }, 10);
    await told.promise;
    clearInterval(watching);
    stop.abort();
    await expect(opening).rejects.toMatchObject({ code: 'stopped' });
    expect(events().filter((event) => event === 'chain-unreachable')).toHaveLength(1);
    await store.close();
  });
});

describe('a Bitcoin node that cannot be relied on', () => {
  let server: RpcServer;
  let store: Store;
  let clock = 0;
  let chain: Devchain;
  beforeEach(async () => {
    clock = Math.floor(Date.now() / 1_000) - 7_200;
    chain = new Devchain({ clock: () => clock });
    server = await RpcServer.start(chain, { port: 0, cookieFile: join(folder, 'cookie') });
    store = openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' });
  });
  afterEach(async () => {
    await store.close();
    await server.close();
  });
  const opened = async (network: NetworkName, ...set: string[]) => {
    const rpc = [
      `chain.rpc_url=http://127.0.0.1:${server.port}`,
      `chain.rpc_cookie_file=${join(folder, 'cookie')}`,
    ];
    const given = { network, mainnet: false, dataDir: folder, set: [...rpc, ...set] };
    const { signal } = new AbortController();
    return openChain(await loadConfig(given, {}), { store, log, signal });
  };

  it('is not waited for when it is on another network', async () => {
    await expect(opened('signet')).rejects.toMatchObject({ code: 'wrong-network' });
    expect(events()).toEqual(['alarm']);
  });

  it('raises an alarm that is logged, shown while it stands, and over when it is', async () => {
    chain.mine(1, Uint8Array.of(0x51));
    const { chain: backend, alarm, close } = await opened('dev', 'chain.stall_minutes=60');
    await backend.tip();
    expect(alarm()).toBe('node-stalled');
    clock += 7_200;
    chain.mine(1, Uint8Array.of(0x51));
    expect((await backend.tip()).height).toBe(2);
    expect(alarm()).toBeUndefined();
    expect(events().filter((event) => event.startsWith('alarm'))).toEqual(['alarm', 'alarm-over']);
    await close();
  });
});

describe('the wallet of a data folder', () => {
  const account = WalletAccount.fromSeed(new Uint8Array(32).fill(3), ADDRESS_NETWORKS.regtest);
  const entropy = (length: number) => new Uint8Array(length);
  const failures: unknown[] = [];
  const opened = (store: Store) =>
    openWallet({ account }, { store, entropy }, 0, (cause) => void failures.push(cause));

  it('knows after kill -9 what it has handed out, and goes on behind it', async () => {
    const store = openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' });
    const first = await opened(store);
    const asked = toHex(first.wallet.receiveScript(true));
    const given = [asked, toHex(first.wallet.freshScript()), toHex(first.wallet.freshScript())];
    await first.stored();
    // Nothing is closed, nothing said: the process is gone.
    const second = await opened(store);
    expect(toHex(second.wallet.receiveScript(false))).toBe(asked);
    for (const script of given) expect(second.wallet.owns(Buffer.from(script, 'hex'))).toBe(true);
    const fresh = toHex(second.wallet.freshScript());
    expect(given).not.toContain(fresh);
    // None was left out either, but for the 20 that an earlier run of a recovered wallet may have handed out.
    expect(fresh).toBe(toHex(account.key('receive', 23).script));
    await store.close();
  });

  it('tells nobody an address that could not be stored', async () => {
    const store = openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' });
    const { wallet, stored } = await opened({
      ...store,
      putRecord: () => Promise.reject(new RangeError('the disk is full')),
    });
    wallet.receiveScript(true);
    await expect(stored()).rejects.toThrow('the disk is full');
    expect(failures.length).toBeGreaterThan(0);
    await store.close();
  });
});

describe('addresses', () => {
  it('too-many-addresses: no more unpaid ones in a row than a recovery from the words would find', async () => {
    const account = WalletAccount.fromSeed(new Uint8Array(32).fill(3), ADDRESS_NETWORKS.regtest);
    const wallet = createLocalWallet(account, (length) => new Uint8Array(length), {
      recover: true,
      handed: { next: 0, receive: 0 },
    });
    const view = {
      config: { network: NETWORKS.dev },
      wallet: { wallet, stored: async () => {} },
    } as unknown as DaemonView;
    const address = daemonMethods(view, log).find(({ name }) => name === 'address')!;
    const call = { signal: new AbortController().signal };
    const given = new Set<string>();
    for (let i = 0; i < 40; i++) given.add(JSON.stringify(await address.run({ fresh: true }, call)));
    expect(given.size).toBe(40);
    await expect(address.run({ fresh: true }, call)).rejects.toMatchObject({ code: 'too-many-addresses' });
    // The last one is named as often as anybody asks.
    expect(given).toContain(JSON.stringify(await address.run({ fresh: false }, call)));
  });
});

describe('closing', () => {
  it('goes in the reverse order, and what fails or was dropped keeps nothing else open', async () => {
    const closed: string[] = [];
    const closing = new Closing(log);
    const step = (name: string) => async () => void closed.push(name);
    closing.add(step('store'));
    closing.add(step('dropped')).drop();
    closing.add(() => Promise.reject(new TypeError('no')));
    closing.add(step('control'));
    await closing.run();
    await closing.run();
    expect(closed).toEqual(['control', 'store']);
    expect(events()).toEqual(['failed']);
  });
});
