import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RpcClient } from '@prometheus-compute/bitcoin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
let folder = '';
let running: ChildProcess | undefined;
beforeEach(() => {
  // A space, which the printed command must quote.
  folder = mkdtempSync(join(tmpdir(), 'prometh devchain-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  running = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const words = (...more: string[]) => [MAIN, 'devchain', '--data-dir', folder, ...more];

/** Starts the command on a free port; its standard output up to a text that ends it. */
async function start(end: string, ...more: string[]): Promise<string> {
  running = spawn(process.execPath, words('--port', '0', ...more), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for await (const text of running.stdout!.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += text;
    if (output.includes(end)) break;
  }
  return output;
}

/** The exit code of the command, and the files that it left. */
async function ended(): Promise<unknown> {
  const [code] = await once(running!, 'exit');
  return { code, left: readdirSync(join(folder, 'devchain')) };
}

describe('prometh devchain', () => {
  it('answers Core’s methods to whoever can read the cookie, and takes it away on Ctrl-C', async () => {
    const { port, cookieFile, ...rest } = JSON.parse(await start('}\n', '--json'));
    expect(rest).toEqual({ format: 'prometheus/devchain/1', network: 'regtest', host: '127.0.0.1' });
    expect(statSync(cookieFile).mode & 0o777).toBe(0o600);
    const url = `http://127.0.0.1:${port}`;
    const client = new RpcClient({ url, cookieFile });
    expect(await client.call('getblockchaininfo')).toMatchObject({ chain: 'regtest', blocks: 0 });
    await client.call('generatetoaddress', 3, ADDRESS);
    expect(await client.call('getblockcount')).toBe(3);
    const stranger = new RpcClient({ url, user: { name: '__cookie__', password: 'guess' } });
    await expect(stranger.call('getblockcount')).rejects.toMatchObject({ code: 'rpc-unauthorized' });

    const taken = spawnSync(process.execPath, words('--port', String(port)), { encoding: 'utf8' });
    expect(taken).toMatchObject({ status: 2, stdout: '' });
    expect(taken.stderr).toMatch(/^prometh: Port \d+ is in use\. What to do: .*--port.*\n$/);

    running!.kill('SIGINT');
    expect(await ended()).toEqual({ code: 0, left: [] });
  });

  it('prints the line for bitcoin-cli, and ends when a client says stop', async () => {
    const [, port, cookieFile] =
      / {2}bitcoin-cli -regtest -rpcconnect=127\.0\.0\.1 -rpcport=(\d+) -rpccookiefile='(.+)' getblockchaininfo\n/.exec(
        await start('getblockchaininfo'),
      )!;
    const client = new RpcClient({ url: `http://127.0.0.1:${port}`, cookieFile: cookieFile! });
    await client.call('stop');
    expect(await ended()).toEqual({ code: 0, left: [] });
  });

  it.each(['65536', '-1', 'x'])('--port %s is wrong use: exit code 2', (port) => {
    const { status, stderr } = spawnSync(process.execPath, words(`--port=${port}`), { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('a whole number from 0 to 65535');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('data-folder-unwritable: a file stands in the place of the folder', () => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'devchain', '--data-dir', MAIN], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^prometh: Nothing can be written to .* What to do: .*--data-dir\.\n$/);
  });
});
