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

/** A `bitcoind -regtest` of its own, fresh, that talks to nobody else. */
export interface RunningBitcoind {
  readonly url: string;
  readonly cookieFile: string;
  readonly client: RpcClient;
  /** Ends it and removes what it has stored. */
  stop(): Promise<void>;
}

/** Starts a fresh `bitcoind -regtest`. @param options - of its command line, besides those that keep it to itself */
export async function startBitcoind(
  program: string,
  options: readonly string[] = [],
): Promise<RunningBitcoind> {
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
      '-acceptnonstdtxn=0',
      '-dbcache=16',
      '-par=1',
      '-printtoconsole=1',
      ...options,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => node.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    node.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
  try {
    await loaded(node);
  } catch (cause) {
    await stop();
    throw cause;
  }
  const url = `http://127.0.0.1:${port}`;
  const cookieFile = join(folder, 'regtest', '.cookie');
  return { url, cookieFile, client: new RpcClient({ url, cookieFile }), stop };
}

/** Runs `use` with a client of a fresh `bitcoind -regtest` that talks to nobody else. */
export async function withBitcoind<T>(program: string, use: (client: RpcClient) => Promise<T>): Promise<T> {
  const running = await startBitcoind(program, ['-txindex']);
  try {
    return await use(running.client);
  } finally {
    await running.stop();
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
