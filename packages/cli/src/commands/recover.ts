import type { Command } from 'commander';
import type { ExitCode } from '../errors/exit-codes.ts';
import { loadNode } from '../node-package.ts';
import { answeredText } from '../output/json.ts';
import { plainText } from '../output/terminal.ts';
import { tellTrouble } from '../output/trouble.ts';
import { guarded } from './guard.ts';
import { interruptible } from './interruption.ts';
import { askPassphrase, type PassphraseOptions } from './passphrase.ts';
import { type PlaceOptions, placeConfig, withPlace } from './place.ts';

interface RecoverOptions extends PlaceOptions, PassphraseOptions {
  readonly backup?: string;
  readonly once?: boolean;
}

/** `prometh recover` (docs/backup.md). */
export function addRecoverCommand(program: Command, setExit: (code: ExitCode) => void): void {
  withPlace(program.command('recover'))
    .description('take what the words and a backup of contracts allow, when the database is lost')
    .addHelpText(
      'before',
      'Example: prometh init --recover --data-dir new && prometh recover --data-dir new --backup channels.backup\n',
    )
    .option('--backup <file>', 'the newest backup of contracts; without it: the coins of the wallet alone')
    .option('--passphrase-file <file>', 'its first line opens the wallet; its owner alone may read it')
    .option('--once', 'look at the chain once, and end')
    .option('--no-input', 'never ask anything')
    .action(async (options: RecoverOptions) =>
      setExit(await guarded(options, () => recoverCommand(options))),
    );
}

async function recoverCommand(options: RecoverOptions): Promise<void> {
  const { runRecovery } = await loadNode();
  const config = await placeConfig(options);
  const { signal, release } = interruptible({ onInterrupt: () => {} });
  const say = (document: Readonly<Record<string, unknown>>, text: string): void => {
    process.stdout.write(options.json ? answeredText({ format: 'prometheus/recover/1', ...document }) : text);
  };
  try {
    await runRecovery({
      config,
      signal,
      once: options.once ?? false,
      onTrouble: tellTrouble,
      backup: options.backup,
      passphrase: () => askPassphrase(options),
      onNotice: (notice) => {
        if (notice.kind === 'published')
          say({ ...notice }, `published ${notice.transaction} of ${notice.channel}\n`);
        else if (notice.kind === 'collected')
          say(
            { ...notice, amount: notice.amount.toString() },
            `${notice.amount} sat of ${notice.channel} are on their way to the wallet: ${notice.txid}\n`,
          );
        else
          say(
            { kind: notice.kind, channel: notice.channel, reason: notice.error.message },
            `${plainText(`${notice.channel}: ${notice.error.message}`)}\n`,
          );
      },
      onRound: (channels, balance) => {
        const lines = channels.map(({ channel, role, state, waits, cannot }) => {
          const exits = waits
            .map(({ transaction, from }) => `${transaction} from block ${from + 1}`)
            .join(', ');
          return `${role} in ${channel}: ${state}${exits === '' ? '' : `; waits for ${exits}`}${cannot === null ? '' : `\n  ${cannot}`}\n`;
        });
        say(
          { kind: 'round', balance_sat: balance.toString(), channels: channels.map((each) => ({ ...each })) },
          `${lines.join('')}the wallet has ${balance} sat\n`,
        );
      },
    });
  } finally {
    release();
  }
}
