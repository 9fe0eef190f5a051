import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyOf, rpcOf } from '../../src/config/config.ts';
import { defaultValues } from '../../src/config/defaults.ts';
import { nodeFolders } from '../../src/config/folders.ts';
import { type GivenConfig, loadConfig } from '../../src/config/load.ts';
import { NETWORK_NAMES, NETWORKS, networkNamed } from '../../src/config/networks.ts';
import { POLICIES } from '../../src/config/policies.ts';
import { configSchema } from '../../src/config/schema.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';
import { configText, writeConfig } from '../../src/config/write.ts';

const TXID = 'ab'.repeat(32);
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const given = (more: Partial<GivenConfig> = {}): GivenConfig => ({
  network: 'dev',
  mainnet: false,
  dataDir: folder,
  ...more,
});
function write(text: string, network = 'dev'): void {
  mkdirSync(join(folder, network), { recursive: true });
  writeFileSync(join(folder, network, 'node.toml'), text);
}
const failure = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });
const remedy = (text: string) => expect.objectContaining({ remedy: expect.stringContaining(text) });

describe('where settings come from', () => {
  it('command line before environment before file before the default', async () => {
    write('[log]\nlevel = "warn"\n[chain]\npoll_seconds = 2\ntimeout_seconds = 7\n[metrics]\nport = 1\n');
    const environment = { PROMETH_LOG_LEVEL: 'error', PROMETH_CHAIN_POLL_SECONDS: '3', HOME: '/' };
    const { values } = await loadConfig(given({ set: ['log.level=debug'] }), environment);
    expect(values.log).toEqual({ level: 'debug', format: 'auto' });
    expect(values.chain).toMatchObject({ poll_seconds: 3, timeout_seconds: 7, stall_minutes: 0 });
    expect(values.metrics.port).toBe(1);
  });

  it('lists come whole, tables of partners from the file', async () => {
    const address = '/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf';
    write(`roles = ["client", "worker"]\n[[worker]]\naddress = "${address}"\nprice_sat = 5\n`);
    const { values } = await loadConfig(given(), {
      PROMETH_ROLES: 'verifier, arbiter',
      PROMETH_ARBITER_OFFERS: '0',
    });
    expect(values.roles).toEqual(['verifier', 'arbiter']);
    expect(values.worker).toEqual([{ address, price_sat: 5 }]);
  });

  it('needs no file, unless one is named', async () => {
    expect((await loadConfig(given(), {})).values).toEqual(
      defaultValues(NETWORKS.dev, nodeFolders('dev', { dataDir: folder }, {})),
    );
    await expect(loadConfig(given({ config: join(folder, 'none.toml') }), {})).rejects.toEqual(
      failure('config-unreadable', 'none.toml'),
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['setting-unknown', 'pol_seconds = 2', 'chain.pol_seconds (in ', 'chain.poll_seconds'],
    ['setting-wrong', 'poll_seconds = 0', 'chain.poll_seconds (in ', 'docs/node.md'],
    ['setting-wrong', 'poll_seconds = "2"', 'chain.poll_seconds', ''],
    ['setting-wrong', 'rpc_url = "ftp://x"', 'chain.rpc_url', ''],
    ['setting-wrong', 'rpc_url = "http://me:secret@127.0.0.1:8332"', 'chain.rpc_url', ''],
    ['setting-wrong', 'rpc_user = "a"', 'needs chain.rpc_password_file', ''],
    ['config-malformed', 'poll_seconds = ', 'node.toml, line 2', ''],
    ['config-malformed', '__proto__ = 1', 'line 2', ''],
  ])('%s: %s', async (code, line, message, hint) => {
    write(`[chain]\n${line}\n`);
    const error = await loadConfig(given(), {}).catch((cause: unknown) => cause);
    expect(error).toEqual(failure(code, message));
    expect(error).toEqual(remedy(hint));
  });

  it.each([
    ['setting-unknown', 'PROMETH_CHIAN_RPC_URL', 'x', 'PROMETH_CHAIN_RPC_URL'],
    ['setting-wrong', 'PROMETH_METRICS_PORT', '65536', ''],
    ['setting-wrong', 'PROMETH_METRICS_PORT', '1e3', ''],
    ['setting-wrong', 'PROMETH_P2P_MDNS', 'yes', ''],
    ['setting-wrong', 'PROMETH_POLICY_AUDIT_RATE', '-1', ''],
  ])('%s in the environment: %s=%s', async (code, name, value, hint) => {
    const error = await loadConfig(given(), { [name]: value }).catch((cause: unknown) => cause);
    expect(error).toEqual(expect.objectContaining({ code }));
    expect(error).toEqual(remedy(hint));
  });

  it.each([
    ['setting-unknown', 'log.levl=info', 'log.level'],
    ['setting-unknown', 'worker=x', ''],
    ['setting-wrong', 'log.level', 'docs/node.md'],
    ['setting-wrong', 'roles=', ''],
    ['setting-wrong', 'roles=client,client', ''],
    ['setting-wrong', 'roles=arbiter', 'arbiter.parameters_txid'],
    ['setting-wrong', 'policy.maximum_fee_rate_sat_per_kvb=1999', ''],
    ['setting-wrong', `arbiter.parameters_txid=${TXID.toUpperCase()}`, ''],
    ['setting-wrong', 'p2p.bootstrap=/ip4/127.0.0.1/tcp/9', ''],
  ])('%s: --set %s', async (code, word, hint) => {
    const error = await loadConfig(given({ set: [word] }), {}).catch((cause: unknown) => cause);
    expect(error).toEqual(expect.objectContaining({ code }));
    expect(error).toEqual(remedy(hint));
  });

  it('network-unknown: with the one that was meant', () => {
    expect(() => networkNamed('testnet')).toThrow(remedy('Did you mean testnet4?'));
    expect(networkNamed('signet')).toBe(NETWORKS.signet);
    expect(() => networkNamed('toString')).toThrow(failure('network-unknown', 'toString'));
  });

  it("network-other: another network's file", async () => {
    write('network = "signet"\n');
    await expect(loadConfig(given(), {})).rejects.toEqual(failure('network-other', 'is for signet'));
  });

  it('mainnet-not-allowed: real coins need the file’s word and the command line’s', async () => {
    const mainnet = (more: Partial<GivenConfig>) => loadConfig(given({ network: 'mainnet', ...more }), {});
    await expect(mainnet({ mainnet: true })).rejects.toEqual(failure('mainnet-not-allowed', ''));
    // A word that is typed beside the other, or that a shell hands down, is not the file's.
    await expect(mainnet({ mainnet: true, set: ['allow_mainnet=true'] })).rejects.toEqual(
      failure('mainnet-not-allowed', ''),
    );
    const inherited = loadConfig(given({ network: 'mainnet', mainnet: true }), {
      PROMETH_ALLOW_MAINNET: 'true',
    });
    await expect(inherited).rejects.toEqual(failure('mainnet-not-allowed', ''));
    write('allow_mainnet = true\n', 'mainnet');
    await expect(mainnet({})).rejects.toEqual(failure('mainnet-not-allowed', ''));
    expect((await mainnet({ mainnet: true })).network.name).toBe('mainnet');
  });
});

describe('folders', () => {
  it('follow the XDG specification, one for each network', () => {
    const environment = { XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c' };
    expect(nodeFolders('signet', {}, environment)).toMatchObject({
      node: '/d/prometheus/signet',
      config: '/c/prometheus/signet.toml',
      socket: '/d/prometheus/signet/control.sock',
    });
    expect(nodeFolders('mainnet', { dataDir: '/x' }, environment)).toMatchObject({
      node: '/x/mainnet',
      config: '/x/mainnet/node.toml',
    });
  });
});

describe('the file that prometh init writes', () => {
  it.each(NETWORK_NAMES)(
    '%s: read back it gives the same settings, and every line of it is documented',
    async (name) => {
      const values = {
        ...defaultValues(NETWORKS[name], { data: folder }),
        allow_mainnet: name === 'mainnet',
      };
      const text = configText(values, new Set(['network', 'roles', 'allow_mainnet', 'chain.rpc_url']));
      const path = join(folder, 'new', 'node.toml');
      await writeConfig(path, text);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const loaded = await loadConfig(given({ network: name, mainnet: true, config: path }), {});
      expect(loaded.values).toEqual(values);
      // With every "#" before a setting removed it still says the same.
      const all = readFileSync(path, 'utf8').replace(/^# (?=\w+ = |\[\[)/gm, '');
      writeFileSync(path, all.slice(0, all.indexOf('[[worker]]')));
      expect((await loadConfig(given({ network: name, mainnet: true, config: path }), {})).values).toEqual(
        values,
      );
      for (const setting of ALL_SETTINGS) expect(text.replace(/\n# /g, ' ')).toContain(setting.what);
      await expect(writeConfig(path, text)).rejects.toEqual(failure('config-exists', dirname(path)));
    },
  );
});

describe('what follows from the settings', () => {
  it.each(NETWORK_NAMES)('%s: its defaults are allowed, and give its policy back', (name) => {
    const network = NETWORKS[name];
    const values = configSchema.parse(defaultValues(network, { data: folder }));
    expect(policyOf({ network, values })).toEqual(POLICIES[name]);
  });

  it('JSON-RPC is logged in to by cookie, or by user with the password of a file', () => {
    const values = defaultValues(NETWORKS.dev, { data: '/d' });
    expect(rpcOf({ values }, undefined)).toEqual({
      url: 'http://127.0.0.1:18443',
      timeout: 60_000,
      cookieFile: join('/d', 'devchain', 'rpc-18443.cookie'),
    });
    const chain = { ...values.chain, rpc_user: 'a' };
    expect(rpcOf({ values: { ...values, chain } }, 'b').user).toEqual({ name: 'a', password: 'b' });
  });
});
