import { join } from 'node:path';
import { z } from 'zod';
import { Child } from './child.ts';

/** The chain of a demo, in a process of its own. */
export interface DemoChain {
  readonly rpcUrl: string;
  readonly cookieFile: string;
  readonly pid: number;
  end(): Promise<void>;
}

/**
 * Starts a chain with no blocks but the first one.
 *
 * @param folder - where a development chain puts its cookie
 * @param bitcoind - path of the program that is the chain instead of a development chain
 * @throws DemoError `child-ended`; BitcoindError
 */
export async function startDemoChain(folder: string, bitcoind: string | undefined): Promise<DemoChain> {
  if (bitcoind !== undefined) {
    const { startBitcoind } = await import('@prometheus-compute/bitcoin');
    const { url, cookieFile, pid, stop } = await startBitcoind(bitcoind);
    return { rpcUrl: url, cookieFile, pid, end: stop };
  }
  const child = new Child('chain', ['devchain', '--port', '0', '--data-dir', join(folder, 'chain')]);
  try {
    const { port, cookieFile } = z.object({ port: z.int(), cookieFile: z.string() }).parse(await child.up());
    return { rpcUrl: `http://127.0.0.1:${port}`, cookieFile, pid: child.pid!, end: () => child.end() };
  } catch (cause) {
    await child.end();
    throw cause;
  }
}
