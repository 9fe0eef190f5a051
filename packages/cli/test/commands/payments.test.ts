import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PARAMETERS, encodeParameters, toHex } from '@prometheus-compute/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChainProcess,
  type Daemon,
  prometh,
  secretFile,
  startDevchain,
  startNode,
} from './processes.ts';

const JOB = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'primes', 'job.yaml');
/** Somebody else's. */
const STRANGER = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const SUBSIDY = 5_000_000_000n;

const folder = mkdtempSync(join(tmpdir(), 'prometh-payments-'));
const passphrase = secretFile(join(folder, 'passphrase'), 'correct horse battery');
let chain: ChainProcess;
let daemon: Daemon;
let own = '';

/** Runs a command about the node, with `--json`. */
function run(...words: readonly string[]) {
  const { status, stdout } = prometh(...words, '--data-dir', folder, '--json', ...chain.settings);
  return { status, answer: JSON.parse(stdout) };
}
const start = async () => {
  daemon = await startNode(folder, passphrase, ...chain.settings);
};
const mine = async (address: string, blocks: number) => {
  await chain.rpc.call('generatetoaddress', blocks, address);
  await daemon.reached((await chain.rpc.call('getblockcount')) as number);
};
const paidTo = async (txid: string) => {
  const { vout } = (await chain.rpc.call('getrawtransaction', txid, true)) as {
    readonly vout: readonly { readonly value: number; readonly scriptPubKey: { readonly hex: string } }[];
  };
  return vout.map(({ value, scriptPubKey }) => ({ value, script: scriptPubKey.hex }));
};

beforeAll(async () => {
  chain = await startDevchain(folder);
  const made = prometh('init', '--data-dir', folder, '--passphrase-file', passphrase, '--no-input', '--json');
  own = JSON.parse(made.stdout).address;
  await start();
  await mine(own, 1);
  await mine(STRANGER, 100);
});
afterAll(async () => {
  await daemon?.process.end('SIGKILL');
  await chain?.process.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('prometh node send', () => {
  it('pays an address, and says what it cost; a node that is killed then has paid once', async () => {
    const sent = run('node', 'send', STRANGER, '1000000', '--yes');
    expect(sent).toMatchObject({ status: 0, answer: { format: 'prometheus/sent/1', amount_sat: '1000000' } });
    const { txid, fee_sat } = sent.answer;
    expect(await paidTo(txid)).toContainEqual({ value: 0.01, script: expect.stringMatching(/^0014/) });
    await daemon.process.end('SIGKILL');
    await start();
    await mine(STRANGER, 6);
    const { answer } = run('node', 'balance');
    expect(BigInt(answer.confirmed_sat)).toBe(SUBSIDY - 1_000_000n - BigInt(fee_sat));
  });

  it('spends nothing unasked, and nothing that is no amount or address of this network', () => {
    expect(run('node', 'send', STRANGER, '1000')).toMatchObject({
      status: 2,
      answer: { code: 'not-confirmed', remedy: expect.stringContaining('--yes') },
    });
    expect(prometh('node', 'send', STRANGER, '0.1', '--yes')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('a number of satoshis'),
    });
    const mainnet = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
    for (const [address, amount, code, status] of [
      [mainnet, '1000', 'address-invalid', 1],
      [STRANGER, '999999999999', 'insufficient-funds', 3],
    ] as const) {
      expect(run('node', 'send', address, amount, '--yes')).toMatchObject({
        status,
        answer: { code },
      });
    }
  });
});

describe('prometh devchain mine', () => {
  it('makes blocks that pay nobody in particular, or whom it is told', async () => {
    const setting = (name: string) =>
      chain.settings.find((word) => word.startsWith(`${name}=`))!.slice(name.length + 1);
    const { port } = new URL(setting('chain.rpc_url'));
    const makeBlocks = (...words: readonly string[]) =>
      prometh('devchain', 'mine', ...words, '--port', port, '--json');
    const known = ['--cookie-file', setting('chain.rpc_cookie_file')];
    const before = (await chain.rpc.call('getblockcount')) as number;
    expect(makeBlocks('2', ...known)).toMatchObject({ status: 0 });
    expect(JSON.parse(makeBlocks(...known, '--to', STRANGER).stdout)).toEqual({
      format: 'prometheus/mined/1',
      height: before + 3,
    });
    const hash = await chain.rpc.call('getblockhash', before + 3);
    const { tx } = (await chain.rpc.call('getblock', hash as string, 2)) as {
      readonly tx: readonly {
        readonly vout: readonly { readonly scriptPubKey: { readonly hex: string } }[];
      }[];
    };
    expect(tx[0]!.vout[0]!.scriptPubKey.hex).toMatch(/^0014/);
    expect(makeBlocks('--data-dir', join(folder, 'nothing'))).toMatchObject({ status: 2 });
    expect(makeBlocks(...known, '--to', 'nobody')).toMatchObject({ status: 2 });
  });
});

describe('prometh parameters publish', () => {
  it('puts the P of a job file on the chain, and answers the txid of T_P', async () => {
    const published = run('parameters', 'publish', JOB, '--yes');
    expect(published).toMatchObject({ status: 0, answer: { format: 'prometheus/parameters/1' } });
    const outputs = await paidTo(published.answer.txid);
    const data = toHex(encodeParameters(DEFAULT_PARAMETERS));
    expect(outputs).toContainEqual({ value: 0, script: `6a4c50${data}` });
  });

  it('refuses bytes that are no P, and a P outside its bounds', async () => {
    const publish = (bytes: Uint8Array) => daemon.call('parameters.publish', { parameters: toHex(bytes) });
    const good = encodeParameters(DEFAULT_PARAMETERS);
    await expect(publish(good.with(0, 0))).rejects.toThrow('no P');
    await expect(publish(encodeParameters({ ...DEFAULT_PARAMETERS, n: 2 }))).rejects.toThrow('P7');
  });

  it('all: leaves nothing that is free', async () => {
    await mine(STRANGER, 1);
    const sent = run('node', 'send', STRANGER, 'all', '--yes');
    expect(sent.status).toBe(0);
    await mine(STRANGER, 1);
    expect(run('node', 'balance').answer).toMatchObject({ confirmed_sat: '0' });
  });
});
