import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Devchain, RpcServer } from '@prometheus-compute/bitcoin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/errors.ts';
import { loadConfig } from '../../src/config/load.ts';
import { examineNode } from '../../src/daemon/doctor.ts';
import { makeNode } from '../../src/daemon/init.ts';
import { passphraseBytes } from '../../src/keystore/passphrase.ts';

const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
/** Seconds since 1970 of a chain's clock. */
let clock = 0;
let folder = '';
let server: RpcServer;
let chain: Devchain;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-doctor-'));
  clock = Math.floor(Date.now() / 1_000);
  chain = new Devchain({ clock: () => clock });
  server = await RpcServer.start(chain, { port: 0, cookieFile: join(folder, 'cookie') });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function config(network: NodeConfig['network']['name'] = 'dev', ...set: string[]): Promise<NodeConfig> {
  const chosen = [
    `chain.rpc_url=http://127.0.0.1:${server.port}`,
    `chain.rpc_cookie_file=${join(folder, 'cookie')}`,
    'p2p.listen=',
  ];
  return loadConfig({ network, mainnet: false, dataDir: folder, set: [...chosen, ...set] }, {});
}
async function made(): Promise<NodeConfig> {
  const loaded = await config();
  await makeNode({
    network: loaded.network,
    folders: loaded.folders,
    words: WORDS,
    passphrase: passphraseBytes('correct horse'),
    roles: ['client'],
    cost: { log2N: 14, p: 1 },
  });
  return loaded;
}
/** What is said of one thing. */
async function finding(check: string, of: NodeConfig | Promise<NodeConfig>) {
  return (await examineNode(await of)).find((found) => found.check === check);
}
const found = (state: string, text: string, remedy = '') =>
  expect.objectContaining({
    state,
    found: expect.stringContaining(text),
    ...(remedy === '' ? {} : { remedy: expect.stringContaining(remedy) }),
  });

describe('what the doctor says', () => {
  it('of a node that has everything and does not run: one warning', async () => {
    const findings = await examineNode(await made());
    const bad = findings.filter(
      ({ state, check }) => state === 'bad' || (state === 'warning' && check !== 'disk space'),
    );
    expect(bad).toEqual([found('warning', 'none runs', 'prometh node')]);
  });

  it('of a folder and a keystore that others may read', async () => {
    const well = await made();
    chmodSync(well.folders.keystore, 0o644);
    expect(await finding('keystore', well)).toEqual(found('bad', 'others than its owner', 'chmod 600'));
    chmodSync(well.folders.node, 0o755);
    expect(await finding('data folder', well)).toEqual(found('bad', 'others than its owner', 'chmod 700'));
  });

  it('of nothing at all', async () => {
    const none = await config();
    expect(await finding('keystore', none)).toEqual(found('bad', 'no keystore', 'prometh init'));
    expect(await finding('data folder', none)).toEqual(found('bad', 'not there', 'prometh init'));
  });

  it('of settings that are wrong: that, and nothing that would need them', async () => {
    const error = new ConfigError('setting-unknown', 'there is no setting x', { remedy: 'Did you mean y?' });
    const findings = await examineNode(error);
    expect(findings.map(({ check }) => check)).toEqual(['Node.js', 'configuration']);
    expect(findings[1]).toEqual(found('bad', 'no setting x', 'Did you mean y?'));
  });

  it('of a port that somebody else has', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    expect(await finding('port', config('dev', `p2p.listen=/ip4/127.0.0.1/tcp/${port}`))).toEqual(
      found('bad', 'EADDRINUSE', 'p2p.listen'),
    );
    await new Promise((resolve) => other.close(resolve));
    expect(await finding('port', config('dev', `metrics.port=${port}`))).toEqual(found('good', 'is free'));
  });
});

describe('what the doctor says of the Bitcoin node', () => {
  const CHECK = 'Bitcoin node';

  it('that runs on another network', async () => {
    expect(await finding(CHECK, config('signet'))).toEqual(found('bad', 'it is on regtest', '--network'));
  });

  it('that does not accept this user', async () => {
    mkdirSync(join(folder, 'dev'), { recursive: true });
    const password = join(folder, 'password');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(password, 'guess\n', { mode: 0o600 });
    const login = ['chain.rpc_user=me', `chain.rpc_password_file=${password}`];
    expect(await finding(CHECK, config('dev', ...login))).toEqual(
      found('bad', 'does not accept', 'chain.rpc_user'),
    );
    chmodSync(password, 0o644);
    expect(await finding(CHECK, config('dev', ...login))).toEqual(
      found('bad', 'others than its owner', 'chmod 600'),
    );
  });

  it('that is not there', async () => {
    const away = await config();
    await server.close();
    expect(await finding(CHECK, away)).toEqual(found('bad', 'no answer', 'Start the Bitcoin node'));
    server = await RpcServer.start(chain, { port: 0, cookieFile: join(folder, 'cookie') });
  });

  it('whose last block lies in the future: this machine’s clock is wrong', async () => {
    clock += 3_600;
    chain.mine(1, Uint8Array.of(0x51));
    expect(await finding('clock', config())).toEqual(found('bad', 'in the future', 'NTP'));
  });
});
