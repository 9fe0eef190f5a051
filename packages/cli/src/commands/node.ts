import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../errors/exit-codes.ts';
import { loadNode } from '../node-package.ts';
import { answeredText, jsonText } from '../output/json.ts';
import { guarded } from './guard.ts';
import { interruptible } from './interruption.ts';
import { parentGone, withParentOption } from './parent.ts';
import { askPassphrase, type PassphraseOptions } from './passphrase.ts';
import { type PlaceOptions, placeConfig, withPlace } from './place.ts';
import { type SendOptions, satoshisOrAll, sendCommand, withSpending } from './send.ts';

interface NodeOptions extends PlaceOptions, PassphraseOptions {
  readonly rescan?: boolean;
  readonly withParent?: boolean;
}

/** Milliseconds after a good end in which a library may still let go of what it holds. */
const AFTERMATH = 2_000;

/** `prometh node` and what is asked of a running one: `status`, `address`, `balance`, `resume`, `stop`. */
export function addNodeCommands(program: Command, setExit: (code: ExitCode) => void): void {
  const node = withPlace(program.command('node'))
    .description('run a node until Ctrl-C; with a word behind it, ask one that runs')
    .addHelpText(
      'before',
      'Example: prometh node --network signet --passphrase-file ~/.prometheus-passphrase\n',
    )
    .option('--passphrase-file <file>', 'its first line opens the wallet; its owner alone may read it')
    .option('--rescan', 'read the chain from the start height again')
    .option('--no-input', 'never ask anything')
    .addOption(withParentOption())
    .action(async (options: NodeOptions) => setExit(await guarded(options, () => nodeCommand(options))));
  const ask = (name: string, description: string, run: (options: AskOptions) => Promise<void>): Command =>
    withPlace(node.command(name))
      .description(description)
      .addHelpText('before', `Example: prometh node ${name}\n`)
      .action(async (own: AskOptions, command: Command) => {
        // Options may stand before the word and behind it.
        const options = { ...command.parent?.opts(), ...own };
        setExit(await guarded(options, () => run(options)));
      });
  ask('status', 'what a running node does', (options) => show(options, 'status', {}));
  ask('address', 'where a running node wants to be paid', (options) =>
    show(options, 'address', { fresh: options.fresh ?? false }),
  ).option('--fresh', 'an address that nobody was given yet');
  ask('balance', 'what a running node has, in satoshis', (options) => show(options, 'balance', {}));
  const send = withPlace(node.command('send'))
    .description('pay from what no contract, fee reserve or stake of a running node needs')
    .argument('<address>', 'who is paid')
    .argument('<satoshis>', 'how much, or `all`: everything that is free, less the fee', satoshisOrAll)
    .addHelpText('before', 'Example: prometh node send bcrt1p… 50000\n');
  withSpending(send).action(async (address: string, amount: string, own: SendOptions, command: Command) => {
    const options = { ...command.parent?.opts(), ...own };
    setExit(await guarded(options, () => sendCommand(address, amount, options)));
  });
  ask('resume', 'let a node publish again that a deep reorganisation has stopped', (options) =>
    show(options, 'publishing.resume', {}),
  );
  ask('stop', 'end a running node in good order', (options) => show(options, 'stop', {}));
}

interface AskOptions extends PlaceOptions {
  readonly fresh?: boolean;
}

/**
 * `prometh node`: runs until Ctrl-C, SIGTERM or `prometh node stop`, and ends with 0.
 * @throws what {@link runDaemon} throws
 */
async function nodeCommand(options: NodeOptions): Promise<void> {
  const { createLog, runDaemon, errorFields } = await loadNode();
  const config = await placeConfig(options);
  const { level, format } = config.values.log;
  const people = format === 'text' || (format === 'auto' && process.stderr.isTTY === true);
  const log = createLog({ level, format: people ? 'text' : 'json', target: process.stderr });
  const interruption = interruptible({ onInterrupt: () => {} });
  // Whatever nobody has caught: the state is on the disk, and the place that failed is told without what it held.
  const crash = (error: unknown): void => {
    log.error('failed', errorFields(error));
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  await runDaemon({
    config,
    log,
    passphrase: () => askPassphrase(options),
    rescan: options.rescan ?? false,
    signal: options.withParent ? AbortSignal.any([interruption.signal, parentGone()]) : interruption.signal,
    onUp: (up) => {
      const document = {
        format: 'prometheus/node/1',
        network: config.network.name,
        process: process.pid,
        ...up,
      };
      process.stdout.write(options.json ? jsonText(document) : upText(config.network.name, up));
    },
  });
  setTimeout(() => process.exit(), AFTERMATH).unref();
}

function upText(
  network: string,
  up: { readonly peerId: string; readonly addresses: readonly string[] },
): string {
  const places = up.addresses.map((address) => `  ${address}\n`).join('');
  return `A node for ${network} is running as ${up.peerId}, until Ctrl-C.\n${places}`;
}

/** Asks the running node, and prints what it says. @throws ControlError */
async function show(
  options: AskOptions,
  method: string,
  params: Readonly<Record<string, string | boolean>>,
): Promise<void> {
  const { ControlClient } = await loadNode();
  const { folders } = await placeConfig(options);
  const client = await ControlClient.connect(folders.socket);
  try {
    const answer = (await client.call(method, params)) as Record<string, unknown>;
    process.stdout.write(options.json ? answeredText(answer) : answerText(answer));
  } finally {
    client.close();
  }
}

/** One value alone; otherwise a line for each. */
function answerText(answer: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(answer).filter(([name]) => name !== 'format');
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && typeof only[1] === 'string') return `${only[1]}\n`;
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${text(value)}\n`).join('');
}
