import { CliError } from '../errors/cli-error.ts';
import { canAsk } from './passphrase.ts';

/** How a command may ask whether it is to spend. */
export interface SpendOptions {
  /** Without a question. */
  readonly yes?: boolean;
  readonly input: boolean;
}

/**
 * Asks on the terminal before anything is spent. Nothing is spent where nobody can be asked.
 *
 * @param refusal - what has not happened
 * @throws CliError `not-confirmed`
 */
export async function confirmSpending(
  question: string,
  refusal: string,
  options: SpendOptions,
): Promise<void> {
  if (options.yes) return;
  if (canAsk(options)) {
    const { confirm } = await import('@clack/prompts');
    if ((await confirm({ message: question, initialValue: false, output: process.stderr })) === true) return;
  }
  throw new CliError('not-confirmed', refusal, { remedy: 'Answer yes on a terminal, or give --yes.' });
}
