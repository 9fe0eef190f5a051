import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { CliError } from '../errors/cli-error.ts';
import type { RunOptions } from './options.ts';

/**
 * Makes sure that an older result may be replaced, before anything is paid for a new one.
 * @throws CliError `output-exists` when it may not
 */
export async function confirmOverwrite(path: string, options: RunOptions): Promise<void> {
  if (options.yes || !existsSync(path)) return;
  const canAsk = options.input && process.stdin.isTTY === true && process.stderr.isTTY === true;
  if (canAsk) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await terminal.question(
        `${path} is from an earlier run. Replace it when this one is done? [y/N] `,
      );
      if (/^y(es)?$/i.test(answer.trim())) return;
    } finally {
      terminal.close();
    }
  }
  throw new CliError('output-exists', `${path} is from an earlier run and was not touched.`, {
    remedy: 'Name another folder with --output, or allow replacing it with --yes.',
  });
}
