import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedFromMnemonic } from '@prometheus-compute/bitcoin';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ChainProcess,
  type Daemon,
  freePort,
  prometh,
  secretFile,
  startBitcoind,
  startDevchain,
  startNode,
} from './processes.ts';

/** Known secrets, which must not be found anywhere. */
const PASSPHRASE = 'correct horse battery';
const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
/** Somebody else's. */
const STRANGER = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

let folder = '';
let passphrase = '';
/** Everything that any process of these tests has said or answered. */
const said: string[] = [];

beforeEach(() => {
  if (folder === '') openFolder();
});
afterAll(closeFolder);
function openFolder(): void {
  folder = mkdtempSync(join(tmpdir(), 'prometh-node-'));
  passphrase = secretFile(join(folder, 'passphrase'), PASSPHRASE);
}
function closeFolder(): void {
  rmSync(folder, { recursive: true, force: true });
  folder = '';
  said.length = 0;
}

/** Runs a command to its end, with `--json`. */
function run(...words: readonly string[]) {
  const { status, stdout, stderr } = prometh(...words, '--json');
  said.push(stdout, stderr);
  return { status, answer: JSON.parse(stdout) };
}
const init = (dataDir: string, ...words: string[]) =>
  run('init', '--data-dir', dataDir, '--passphrase-file', passphrase, '--no-input', ...words);

describe('prometh init', () => {
  it('makes wallet, settings and first address, for its owner alone, and never a second time', () => {
    const place = join(folder, 'new');
    const { status, answer } = init(place, '--roles', 'worker,verifier');
    expect(status).toBe(0);
    expect(answer.words.split(' ')).toHaveLength(12);
    expect(answer.address).toMatch(/^bcrt1p/);
    expect(statSync(join(place, 'dev')).mode & 0o777).toBe(0o700);
    for (const file of [answer.keystore, answer.config]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(answer.config, 'utf8')).toContain('\nroles = ["worker", "verifier"]\n');

    const before = readFileSync(answer.keystore);
    expect(init(place)).toMatchObject({ status: 2, answer: { code: 'keystore-exists' } });
    expect(readFileSync(answer.keystore)).toEqual(before);
    // The same words on another machine are the same wallet, and are not shown again.
    const words = secretFile(join(folder, 'new-words'), answer.words);
    const again = init(join(folder, 'other'), '--recover', '--words-file', words);
    expect(again.answer).toMatchObject({ address: answer.address, words: null });
  });

  it('writes the settings that it is given into the file; one that is none makes nothing', () => {
    const place = join(folder, 'set');
    const { answer } = init(place, '--set', 'p2p.mdns=true', '--set', 'chain.rpc_url=http://127.0.0.1:1');
    const text = readFileSync(answer.config, 'utf8');
    expect(text).toContain('\nmdns = true\n');
    expect(text).toContain('\nrpc_url = "http://127.0.0.1:1"\n');
    expect(text).toContain('\n# stall_minutes = ');
    for (const wrong of ['p2p.mdsn=true', 'policy.audit_rate=7', 'allow_mainnet=true']) {
      const nowhere = join(folder, 'wrong');
      expect(init(nowhere, '--set', wrong)).toMatchObject({
        status: 2,
        answer: { code: expect.stringMatching(/^setting-/) },
      });
      expect(() => statSync(nowhere)).toThrow('ENOENT');
    }
  });

  it('passphrase-needed: nobody can be asked, and nothing was made', () => {
    expect(run('init', '--data-dir', join(folder, 'none'))).toMatchObject({
      status: 2,
      answer: { code: 'passphrase-needed', remedy: expect.stringContaining('--passphrase-file') },
    });
    expect(() => statSync(join(folder, 'none'))).toThrow('ENOENT');
  });
});

const { BITCOIND } = process.env;
const CHAINS: readonly (readonly [string, (folder: string) => Promise<ChainProcess>])[] = [
  ['dev', startDevchain],
  ...(BITCOIND === undefined
    ? []
    : [['regtest', (place: string) => startBitcoind(BITCOIND, place)] as const]),
];

describe.each(CHAINS)('a node’s life on %s', (network, startChain) => {
  let chain: ChainProcess;
  let daemon: Daemon;
  let peerId = '';
  let metricsPort = 0;
  const given: string[] = [];

  beforeAll(async () => {
    closeFolder();
    openFolder();
    chain = await startChain(folder);
    const words = secretFile(join(folder, 'words'), WORDS);
    const recovered = init(folder, '--network', network, '--recover', '--words-file', words);
    expect(recovered).toMatchObject({ status: 0 });
    rmSync(words);
    metricsPort = await freePort();
  });
  afterAll(async () => {
    await daemon?.process.end('SIGKILL');
    await chain?.process.end('SIGKILL');
  });

  const settings = () => [
    '--network',
    network,
    '--set',
    'log.level=trace',
    '--set',
    `metrics.port=${metricsPort}`,
    '--set',
    `backup.file=${join(folder, 'contracts.backup')}`,
    ...chain.settings,
  ];
  const start = async () => {
    daemon = await startNode(folder, passphrase, ...settings());
  };
  const end = async (signal: NodeJS.Signals) => {
    const code = await daemon.process.end(signal);
    said.push(daemon.process.stdout, daemon.process.stderr);
    return code;
  };
  const call = async (method: string, params = {}) => {
    const answer = (await daemon.call(method, params)) as Record<string, string>;
    said.push(JSON.stringify(answer));
    return answer;
  };
  const pay = (address: string, blocks = 1) => chain.rpc.call('generatetoaddress', blocks, address);
  const fresh = async () => {
    const { address } = await call('address', { fresh: true });
    given.push(address!);
  };

  it('is paid on the addresses that it names', async () => {
    await start();
    peerId = daemon.up.peerId;
    const { address } = await call('address');
    expect(await call('address')).toEqual({ address });
    await pay(address!, 2);
    await pay(STRANGER);
    await daemon.reached(3);
    expect(await call('balance')).toEqual({ confirmed_sat: '10000000000', height: 3 });
    expect(await call('status')).toMatchObject({
      current: true,
      halted: false,
      alarm: null,
      backup: 'current',
      height: 3,
    });
    // It was paid: whoever asks now gets another one.
    given.push(address!, (await call('address')).address!);
    await fresh();
    expect(new Set(given).size).toBe(3);
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(await metrics.text()).toContain('\nprometheus_compute_balance_satoshis 10000000000\n');
  });

  it('keeps files for its owner alone while it runs, and secrets out of its arguments and environment', () => {
    const place = join(folder, network);
    expect(statSync(place).mode & 0o777).toBe(0o700);
    const open = readdirSync(place).filter((name) => (statSync(join(place, name)).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    if (process.platform !== 'linux') return;
    const of = (name: string) => readFileSync(`/proc/${daemon.process.child.pid}/${name}`, 'utf8');
    expect(of('cmdline')).toContain('--passphrase-file');
    said.push(of('cmdline'), of('environ'));
  });

  it('ends with 0 on SIGTERM, and finds afterwards what was paid to everything that it had handed out', async () => {
    expect(await end('SIGTERM')).toBe(0);
    expect(daemon.process.stderr).toContain('"event":"stopped"');
    for (const address of given) await pay(address);
    await start();
    expect(daemon.up.peerId).toBe(peerId);
    await daemon.reached(6);
    expect(await call('balance')).toEqual({ confirmed_sat: '25000000000', height: 6 });
  });

  it('has lost nothing after kill -9, also where the chain was reorganised meanwhile', async () => {
    await fresh();
    await end('SIGKILL');
    const [lost] = (await pay(given.at(-1)!)) as string[];
    await chain.rpc.call('invalidateblock', lost!);
    await chain.rpc.call('invalidateblock', (await chain.rpc.call('getblockhash', 6)) as string);
    // Instead of the sixth block, which paid this wallet, two others, one of which does.
    await pay(STRANGER);
    await pay(given.at(-1)!);
    await start();
    expect(daemon.up.peerId).toBe(peerId);
    await daemon.reached(7);
    expect(await call('balance')).toEqual({ confirmed_sat: '25000000000', height: 7 });
  });

  it('locked: a second process on the same data is refused before anybody is asked for a passphrase', async () => {
    const intruder = run('node', '--data-dir', folder, '--no-input', '--network', network, ...chain.settings);
    expect(intruder).toMatchObject({ status: 1, answer: { code: 'locked' } });
    expect(await call('busy')).toEqual({ busy: 0 });
  });

  it('prometh doctor finds nothing bad', () => {
    const { status, answer } = run('doctor', '--data-dir', folder, '--network', network, ...chain.settings);
    const states = Object.fromEntries(
      answer.findings.map(({ check, state }: Record<string, string>) => [check, state]),
    );
    expect({ status, states }).toEqual({
      status: 0,
      states: {
        'Node.js': 'good',
        configuration: 'good',
        'data folder': 'good',
        keystore: 'good',
        daemon: 'good',
        'disk space': expect.stringMatching(/good|warning/),
        'Bitcoin node': 'good',
        clock: 'good',
      },
    });
  });

  it('publishes nothing after a reorganisation of seven blocks, until the operator has looked', async () => {
    const height = 14;
    await pay(STRANGER, 7);
    await daemon.reached(height);
    const [seventh] = (await chain.rpc.call('getblockhash', height - 6).then((hash) => [hash])) as string[];
    await chain.rpc.call('invalidateblock', seventh!);
    await pay(given[0]!);
    await pay(STRANGER, 7);
    await daemon.reached(height + 1);
    expect(await call('status')).toMatchObject({ halted: true, current: true });
    expect(daemon.process.stderr).toContain('"event":"reorganisation"');
    const resume = ['node', 'resume', '--data-dir', folder, '--network', network];
    expect(run(...resume)).toMatchObject({ status: 0, answer: { was_halted: true } });
    expect(await call('status')).toMatchObject({ halted: false });
    expect(await call('balance')).toEqual({ confirmed_sat: '30000000000', height: height + 1 });
  });

  it('prometh node stop ends it; with its database lost, keystore and chain bring everything back', async () => {
    const stop = run('node', 'stop', '--data-dir', folder, '--network', network);
    expect(stop).toMatchObject({ status: 0, answer: { stopping: true } });
    expect(await end('SIGCONT')).toBe(0);
    for (const name of readdirSync(join(folder, network))) {
      if (name.startsWith('node.sqlite')) rmSync(join(folder, network, name));
    }
    await start();
    await daemon.reached(15);
    expect(await call('balance')).toEqual({ confirmed_sat: '30000000000', height: 15 });
  });

  it('says when the Bitcoin node is gone, goes on, and can be stopped', async () => {
    await chain.process.end('SIGKILL');
    await daemon.process.until(({ stderr }) =>
      stderr.includes('"event":"chain-unreachable"') ? true : undefined,
    );
    expect(await call('status')).toMatchObject({ current: false });
    expect(await end('SIGINT')).toBe(0);
  });

  it('node-unreachable: nobody answers any more', () => {
    expect(run('node', 'status', '--data-dir', folder, '--network', network)).toMatchObject({
      status: 1,
      answer: { code: 'node-unreachable' },
    });
  });

  it('keystore-locked: a wrong passphrase, and nothing that it says repeats it', () => {
    const wrong = secretFile(join(folder, 'wrong'), `${PASSPHRASE}!`);
    const place = ['--data-dir', folder, '--passphrase-file', wrong, '--verbose', '--network', network];
    expect(run('node', ...place)).toMatchObject({
      status: 2,
      answer: {
        code: 'keystore-locked',
        message: expect.stringContaining('wrong passphrase or damaged file'),
      },
    });
    rmSync(wrong);
  });

  it('a canary: seed, words and passphrase are in no log, answer, file, argument or environment', () => {
    rmSync(passphrase);
    const seed = Buffer.from(seedFromMnemonic(WORDS));
    const secrets = [
      PASSPHRASE,
      'winner thank year',
      seed,
      seed.subarray(0, 32),
      seed.toString('hex'),
      seed.toString('base64'),
    ];
    const leaks = (bytes: Buffer) => secrets.filter((secret) => bytes.includes(secret));
    // The search finds what there is to find.
    expect(leaks(Buffer.from(`{"words":"${WORDS}"}`))).toHaveLength(1);
    for (const text of said) expect(leaks(Buffer.from(text))).toEqual([]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['keystore', 'node.sqlite', 'node.toml']),
    );
    for (const { parentPath, name } of files) expect(leaks(readFileSync(join(parentPath, name)))).toEqual([]);
  });
});
