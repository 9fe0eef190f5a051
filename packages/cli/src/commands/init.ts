import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { CliError } from '../errors/cli-error.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { loadNode, type NewNode } from '../node-package.ts';
import { jsonText } from '../output/json.ts';
import { guarded } from './guard.ts';
import { askHidden, canAsk, newPassphrase, type PassphraseOptions } from './passphrase.ts';
import { blockHeight, networkName, type PlaceOptions, withPlace } from './place.ts';

interface InitOptions extends PlaceOptions, PassphraseOptions {
  readonly roles: string;
  readonly recover?: boolean;
  readonly wordsFile?: string;
  readonly startHeight?: number;
}

/** Words that are asked for again, so that they are really written down. */
const ASKED_AGAIN = 3;

/** `prometh init`. */
export function addInitCommand(program: Command, setExit: (code: ExitCode) => void): void {
  withPlace(program.command('init'))
    .description('make a wallet and the settings of a node; prints its first address')
    .addHelpText('before', 'Example: prometh init --network signet --roles arbiter\n')
    .option('--roles <list>', 'client, worker, verifier, arbiter, with commas', 'client')
    .option('--passphrase-file <file>', 'its first line encrypts the wallet; its owner alone may read it')
    .option('--recover', 'make the wallet from words that you have, instead of new ones')
    .option('--words-file <file>', 'with --recover: the words; its owner alone may read it')
    .option('--start-height <block>', 'first block that the node reads (docs/node.md)', blockHeight)
    .option('--no-input', 'never ask anything')
    .action(async (options: InitOptions) => setExit(await guarded(options, () => initCommand(options))));
}

async function initCommand(options: InitOptions): Promise<void> {
  const node = await loadNode();
  const network = node.networkNamed(networkName(options));
  const folders = node.nodeFolders(network.name, options, process.env);
  await node.refuseSecondWallet(folders);
  const passphrase = await newPassphrase(options);
  const words = options.recover ? await knownWords(options) : node.newMnemonic();
  // Shown before anything is written: who cannot write them down now has no wallet yet.
  if (!options.recover && canAsk(options)) await showWords(words);
  const made = await node.makeNode({
    network,
    folders,
    words,
    passphrase,
    roles: options.roles.split(',').map((role) => role.trim()),
    startHeight: options.startHeight,
    set: options.set,
  });
  const shown = options.recover || canAsk(options) ? undefined : words;
  process.stdout.write(
    options.json ? jsonText(initJson(network.name, made, shown)) : initText(network.name, made, shown),
  );
}

async function knownWords(options: InitOptions): Promise<string> {
  if (options.wordsFile === undefined) {
    return (await askHidden('The words of the wallet', options, () => undefined)).trim().replace(/\s+/g, ' ');
  }
  const { readSecretFile } = await loadNode();
  const bytes = await readSecretFile(options.wordsFile, 1_024);
  return new TextDecoder().decode(bytes).trim().replace(/\s+/g, ' ');
}

/** Shows the words on the terminal, and asks for some of them again. @throws CliError `interrupted` */
async function showWords(words: string): Promise<void> {
  const list = words.split(' ');
  const lines = list.map((word, i) => `${String(i + 1).padStart(4)}  ${word}`);
  process.stderr.write(
    `\nThese words are the wallet. They are shown this once: write them down on paper, in order.\n\n${lines.join('\n')}\n\n`,
  );
  const { isCancel, text } = await import('@clack/prompts');
  const asked = new Set<number>();
  while (asked.size < ASKED_AGAIN) asked.add(randomInt(list.length));
  for (const at of asked) {
    const answer = await text({
      message: `Word ${at + 1}`,
      validate: (typed = '') => (typed.trim() === list[at] ? undefined : 'It is another word.'),
      output: process.stderr,
    });
    if (isCancel(answer)) throw new CliError('interrupted', 'Nothing was made.');
  }
}

function initJson(network: string, made: NewNode, words: string | undefined) {
  return {
    format: 'prometheus/init/1',
    network,
    address: made.address,
    keystore: made.keystore,
    config: made.config,
    configWritten: made.configWritten,
    words: words ?? null,
  };
}

function initText(network: string, made: NewNode, words: string | undefined): string {
  const settings = made.configWritten ? 'Settings ' : 'Settings, as they were ';
  return [
    `A wallet for ${network} is in ${made.keystore}`,
    `${settings}are in ${made.config}`,
    ...(words === undefined
      ? []
      : ['', 'Write these words down: whoever has them has the money.', `  ${words}`]),
    '',
    'Its first address:',
    `  ${made.address}`,
    '',
    ...(network === 'mainnet'
      ? ['Real bitcoin: set allow_mainnet = true in the settings, and give --mainnet.', '']
      : []),
    `Start it: prometh node${network === 'dev' ? '' : ` --network ${network}`}`,
    '',
  ].join('\n');
}
