import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../errors/cli-error.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { loadNode } from '../node-package.ts';
import { jsonText } from '../output/json.ts';
import { plainText } from '../output/terminal.ts';
import { tellTrouble } from '../output/trouble.ts';
import { guarded } from './guard.ts';
import { interruptible } from './interruption.ts';
import { type PlaceOptions, placeConfig, withPlace } from './place.ts';

/** Bytes of the largest bundle that is read. */
const LARGEST_BUNDLE = 64 * 1_048_576;

/** `prometh tower export` and `prometh tower run` (docs/backup.md). */
export function addTowerCommands(program: Command, setExit: (code: ExitCode) => void): void {
  const tower = program
    .command('tower')
    .description('let somebody else publish what must be published while a node is off');
  withPlace(tower.command('export <file>'))
    .description(
      'write what a watchtower may publish for the open contracts of a running node; it holds no key',
    )
    .addHelpText('before', 'Example: prometh tower export contracts.tower\n')
    .action(async (file: string, options: PlaceOptions) =>
      setExit(await guarded(options, () => exportCommand(file, options))),
    );
  withPlace(tower.command('run <file>'))
    .description('publish what a bundle holds, when it is due, until Ctrl-C')
    .addHelpText('before', 'Example: prometh tower run contracts.tower --network signet\n')
    .option('--rpc <url>', 'JSON-RPC of the Bitcoin node: the same as --set chain.rpc_url=URL')
    .option('--once', 'look at the chain once, and end')
    .action(async (file: string, options: RunOptions) =>
      setExit(await guarded(options, () => runCommand(file, options))),
    );
}

interface RunOptions extends PlaceOptions {
  readonly rpc?: string;
  readonly once?: boolean;
}

async function exportCommand(file: string, options: PlaceOptions): Promise<void> {
  const { ControlClient } = await loadNode();
  const { folders } = await placeConfig(options);
  const client = await ControlClient.connect(folders.socket);
  try {
    const answer = (await client.call('tower.export', { file: resolve(file) })) as {
      readonly file: string;
      readonly height: number;
      readonly transactions: number;
    };
    process.stdout.write(
      options.json
        ? jsonText({ format: 'prometheus/tower-export/1', ...answer })
        : `${answer.transactions} signed transactions, as of block ${answer.height}, are in ${answer.file}.\nExport again when a contract has moved on.\n`,
    );
  } finally {
    client.close();
  }
}

async function runCommand(file: string, { rpc, ...options }: RunOptions): Promise<void> {
  const { runTower } = await loadNode();
  const set = [...(options.set ?? []), ...(rpc === undefined ? [] : [`chain.rpc_url=${rpc}`])];
  const config = await placeConfig({ ...options, set });
  const { signal, release } = interruptible({ onInterrupt: () => {} });
  try {
    await runTower({
      config,
      signal,
      once: options.once ?? false,
      onTrouble: tellTrouble,
      bundle: await readBundle(file),
      onNotice: ({ exit, tip, outcome, reason, child }) => {
        const document = { transaction: exit.name, txid: exit.txid, tip, outcome, reason, child };
        process.stdout.write(
          options.json
            ? jsonText({ format: 'prometheus/tower/1', ...document })
            : `${plainText(`block ${tip}: ${exit.name} ${exit.txid}: ${reason ?? outcome}`)}\n`,
        );
      },
    });
  } finally {
    release();
  }
}

async function readBundle(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size <= LARGEST_BUNDLE) return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new CliError('file-unreadable', `${file} cannot be read.`, { cause });
  }
  throw new CliError('file-unreadable', `${file} is too large for a bundle.`);
}
