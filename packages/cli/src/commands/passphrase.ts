import { CliError } from '../errors/cli-error.ts';
import { loadNode } from '../node-package.ts';

/** Where a passphrase comes from: a file, or whoever sits at the terminal. Never an argument or the environment. */
export interface PassphraseOptions {
  readonly passphraseFile?: string;
  /** False after `--no-input`: never ask. */
  readonly input: boolean;
}

/** Whether somebody can be asked: prompts are read from the terminal and written to standard error. */
export function canAsk({ input }: Pick<PassphraseOptions, 'input'>): boolean {
  return input && process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * The passphrase of a keystore, to be wiped after use.
 *
 * @throws KeystoreError; CliError `passphrase-needed`, `interrupted`
 */
export async function askPassphrase(options: PassphraseOptions): Promise<Uint8Array> {
  const { passphraseBytes, readPassphraseFile } = await loadNode();
  if (options.passphraseFile !== undefined) return readPassphraseFile(options.passphraseFile);
  return passphraseBytes(await askHidden('Passphrase of the wallet', options, () => undefined));
}

/** A passphrase for a new keystore: asked for twice. @throws as {@link askPassphrase} */
export async function newPassphrase(options: PassphraseOptions): Promise<Uint8Array> {
  const { passphraseBytes, passphraseFault, readPassphraseFile } = await loadNode();
  if (options.passphraseFile !== undefined) return readPassphraseFile(options.passphraseFile);
  const first = await askHidden('A passphrase that encrypts the wallet on this machine', options, (text) => {
    const fault = passphraseFault(text);
    return fault === undefined ? undefined : `It ${fault}.`;
  });
  await askHidden('The same passphrase again', options, (text) =>
    text === first ? undefined : 'This is another one.',
  );
  return passphraseBytes(first);
}

/** @param fault - what is wrong with what was typed; undefined: nothing */
export async function askHidden(
  message: string,
  options: PassphraseOptions,
  fault: (text: string) => string | undefined,
): Promise<string> {
  if (!canAsk(options)) {
    throw new CliError('passphrase-needed', `"${message}" can be asked on a terminal only.`, {
      remedy: 'Name a file of mode 0600 with --passphrase-file.',
    });
  }
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({
    message,
    validate: (text = '') => fault(text),
    clearOnError: true,
    output: process.stderr,
  });
  if (isCancel(answer)) throw new CliError('interrupted', 'Nothing was made.');
  return answer;
}
