import { join } from 'node:path';
import { CliError } from '../errors/cli-error.ts';
import { jsonText } from '../output/json.ts';
import { shellWord } from '../output/shell-word.ts';
import { dataDirectory, makePrivateFolder } from './folders.ts';
import { interruptible } from './interruption.ts';
import { parentGone } from './parent.ts';

/** Options of `prometh devchain`, as commander gives them. */
export interface DevchainOptions {
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly withParent?: boolean;
}

/** Port of Bitcoin Core's regtest. */
export const DEFAULT_RPC_PORT = 18_443;
const LOOPBACK = '127.0.0.1';

/**
 * `prometh devchain`: serves an empty development chain over JSON-RPC until Ctrl-C or the method `stop`.
 * @throws CliError `port-unusable`, `data-folder-unwritable`
 */
export async function devchainCommand(options: DevchainOptions): Promise<void> {
  const folder = join(dataDirectory(options.dataDir, process.env), 'devchain');
  makePrivateFolder(folder);
  // The name is this server's own: by its port, or by its process where the port is not known yet.
  const cookieFile = join(folder, `rpc-${options.port === 0 ? process.pid : options.port}.cookie`);
  const { Devchain, RpcServer } = await import('@prometheus-compute/bitcoin');
  const ended = Promise.withResolvers<void>();
  const interruption = interruptible({ onInterrupt: ended.resolve });
  if (options.withParent) parentGone().addEventListener('abort', () => ended.resolve());
  const chain = new Devchain({ clock: () => Math.floor(Date.now() / 1000) });
  const server = await RpcServer.start(chain, { port: options.port, cookieFile }).catch((cause: unknown) => {
    interruption.release();
    throw startFailure(cause, options.port);
  });
  try {
    process.stdout.write(
      options.json ? announcement(server.port, cookieFile) : greeting(server.port, cookieFile),
    );
    await Promise.race([server.stopped, ended.promise]);
  } finally {
    await server.close();
    interruption.release();
  }
  process.stderr.write('The development chain has ended.\n');
}

function greeting(port: number, cookieFile: string): string {
  const login = `-regtest -rpcconnect=${LOOPBACK} -rpcport=${port} -rpccookiefile=${shellWord(cookieFile)}`;
  return [
    "A development chain is running, by the rules of Bitcoin Core's regtest. It is empty, and lives in memory until Ctrl-C.",
    'Try it from another terminal:',
    '',
    `  bitcoin-cli ${login} getblockchaininfo`,
    `  prometh devchain mine 101 --port ${port} --to ADDRESS`,
    '',
    '',
  ].join('\n');
}

function announcement(port: number, cookieFile: string): string {
  return jsonText({ format: 'prometheus/devchain/1', network: 'regtest', host: LOOPBACK, port, cookieFile });
}

function startFailure(cause: unknown, port: number): unknown {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  if (reason !== 'EADDRINUSE' && reason !== 'EACCES') return cause;
  const why = reason === 'EADDRINUSE' ? 'is in use' : 'may not be opened by this user';
  return new CliError('port-unusable', `Port ${port} ${why}.`, {
    remedy: 'Choose another with --port; `--port 0` takes one that is free.',
    cause,
  });
}
