import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Devchain, RpcClient, RpcServer, startBitcoind } from '../../src/index.ts';

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
  const running = await startBitcoind(program, ['-txindex']);
  try {
    return await use(running.client);
  } finally {
    await running.stop();
  }
}
