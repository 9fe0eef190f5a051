import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Devchain, RpcClient, RpcServer } from '../../src/index.ts';

/** Runs `use` with a client of a fresh development chain behind its own RPC server. */
export async function withDevchain<T>(use: (client: RpcClient) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'devchain-'));
  const cookieFile = join(folder, 'cookie');
  const server = await RpcServer.start(new Devchain(), { port: 0, cookieFile });
  try {
    return await use(new RpcClient({ url: `http://127.0.0.1:${server.port}`, cookieFile }));
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

/** Runs `use` with a client of a fresh `bitcoind -regtest` that talks to nobody else. */
export async function withBitcoind<T>(program: string, use: (client: RpcClient) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bitcoind-'));
  const port = await freePort();
  const node = spawn(
    program,
    [
      '-regtest',
      `-datadir=${folder}`,
      `-rpcport=${port}`,
      '-server',
      '-listen=0',
      '-networkactive=0',
      '-dnsseed=0',
      '-txindex',
      '-acceptnonstdtxn=0',
      '-dbcache=16',
      '-par=1',
      '-printtoconsole=1',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => node.once('exit', () => resolve()));
  try {
    await loaded(node);
    const cookieFile = join(folder, 'regtest', '.cookie');
    const client = new RpcClient({ url: `http://127.0.0.1:${port}`, cookieFile });
    const result = await use(client);
    await client.call('stop');
    await ended;
    return result;
  } finally {
    node.kill();
    await ended;
    await rm(folder, { recursive: true });
  }
}

/** Resolves when the node has said that it is ready; goes on draining its log. */
function loaded(node: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    node.once('error', reject);
    node.once('exit', (code) => reject(new RangeError(`bitcoind ended with exit code ${code}`)));
    createInterface({ input: node.stdout! }).on('line', (line) => {
      if (line.includes('Done loading')) resolve();
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
