import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CodedError } from '@prometheus-compute/protocol';
import { RpcClient } from './client.ts';

/** Codes of {@link BitcoindError}. */
type BitcoindErrorCode =
  /** The program is not there, or ended before it had loaded its chain. */
  'bitcoind-not-started';

/** A bitcoind does not run. */
class BitcoindError extends CodedError<BitcoindErrorCode> {}

/** A `bitcoind -regtest` of its own, fresh, that talks to nobody else. */
interface RunningBitcoind {
  readonly url: string;
  readonly cookieFile: string;
  readonly client: RpcClient;
  readonly pid: number;
  /** Ends it and removes what it has stored. */
  stop(): Promise<void>;
}

/** Characters of what it says of its failure that are kept. */
const KEPT = 400;

/**
 * Starts a fresh `bitcoind -regtest` with a folder of its own, which ends with this process.
 *
 * @param program - its path
 * @param options - of its command line, besides those that keep it to itself
 * @throws BitcoindError `bitcoind-not-started`
 */
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
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => {
    node.once('error', () => resolve());
    node.once('exit', () => resolve());
  });
  const kill = (): void => void node.kill();
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await loaded(program, node);
  } catch (cause) {
    await stop();
    throw cause;
  }
  const url = `http://127.0.0.1:${port}`;
  const cookieFile = join(folder, 'regtest', '.cookie');
  return { url, cookieFile, client: new RpcClient({ url, cookieFile }), pid: node.pid!, stop };
}

/** Resolves when the node has said that it is ready; goes on draining what it says. */
function loaded(program: string, node: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string, cause?: unknown): void =>
      reject(
        new BitcoindError('bitcoind-not-started', `${program} ${what}`, {
          cause,
          evidence: { said },
          remedy: 'Name the path of bitcoind 28 or later.',
        }),
      );
    node.once('error', (cause) => fail('cannot be started', cause));
    node.once('close', (code) => fail(`ended with exit code ${code}: ${said.trim()}`));
    node.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT);
    });
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
