import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '@prometheus-compute/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../errors/cli-error.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { jsonText } from '../output/json.ts';
import { dataDirectory } from './folders.ts';
import { guarded } from './guard.ts';
import { interruptible } from './interruption.ts';

/** BIP433 on regtest: nobody's in particular, which is where blocks pay that nobody asked to be paid by. */
const ANYBODY = 'bcrt1pfeesnyr2tx';
/** Blocks of one call; a chain of a thousand blocks takes some seconds. */
const MOST_BLOCKS = 1_000;

interface MineOptions {
  readonly port: number;
  readonly to: string;
  /** Seconds. */
  readonly every?: number;
  readonly cookieFile?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `prometh devchain mine`: blocks come when they are asked for, and no wallet is needed to ask. */
export function addMineCommand(devchain: Command, setExit: (code: ExitCode) => void): void {
  devchain
    .command('mine')
    .description(
      'make blocks on a running development chain; an address that they pay can spend after 100 more',
    )
    .argument('[blocks]', 'how many; with --every: until Ctrl-C where none is given', blockCount)
    .option('--to <address>', 'whom the blocks pay', ANYBODY)
    .option('--every <seconds>', 'one block, again and again', seconds)
    .option('--cookie-file <file>', 'the one that the chain has named, if it took a free port')
    .addHelpText('before', 'Example: prometh devchain mine 101 --to bcrt1p…\n')
    .addHelpText('after', '\nTakes --port, --data-dir, --json and --verbose of `prometh devchain`.')
    .action(async (blocks: number | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<MineOptions>();
      setExit(await guarded(options, () => mineCommand(blocks, options)));
    });
}

/** @throws CliError `chain-unreachable`; RpcClientError where the address is none */
async function mineCommand(blocks: number | undefined, options: MineOptions): Promise<void> {
  const { RpcClient } = await import('@prometheus-compute/bitcoin');
  const folder = join(dataDirectory(options.dataDir, process.env), 'devchain');
  const cookieFile = options.cookieFile ?? join(folder, `rpc-${options.port}.cookie`);
  const rpc = new RpcClient({ url: `http://127.0.0.1:${options.port}`, cookieFile });
  const { signal, release } = interruptible({ onInterrupt: () => {} });
  const mine = async (count: number): Promise<void> => {
    await rpc.call('generatetoaddress', count, options.to);
  };
  try {
    if (options.every === undefined) await mine(blocks ?? 1);
    for (
      let left = options.every === undefined ? 0 : (blocks ?? Number.POSITIVE_INFINITY);
      left > 0;
      left--
    ) {
      await mine(1);
      await delay(options.every! * 1_000, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
    }
    const height = await rpc.call('getblockcount');
    process.stdout.write(
      options.json
        ? jsonText({ format: 'prometheus/mined/1', height: Number(height) })
        : `The chain has ${height} blocks.\n`,
    );
  } catch (cause) {
    const why = cause instanceof CodedError ? cause.code : '';
    if (why === 'rpc-refused') {
      throw new CliError('field-wrong', `The chain made no block: ${(cause as Error).message}.`, {
        remedy: 'Correct the address behind --to.',
        cause,
      });
    }
    if (!/^rpc-(?:unreachable|unauthorized)$/.test(why)) throw cause;
    throw new CliError(
      'chain-unreachable',
      `No development chain of this folder is on port ${options.port}.`,
      {
        remedy: 'Start one with `prometh devchain`, and name the same --port and --data-dir.',
        cause,
      },
    );
  } finally {
    release();
  }
}

function blockCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,4}$/.test(text) && count >= 1 && count <= MOST_BLOCKS) return count;
  throw new InvalidArgumentError(`It must be a number of blocks from 1 to ${MOST_BLOCKS}.`);
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d{1,4}(?:\.\d{1,3})?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number of seconds.');
}
