import { executeJob } from './execute.ts';
import type { RunOptions } from './options.ts';

/** `prometh run`: runs a job, prints its tables. */
export async function runCommand(path: string, options: RunOptions): Promise<void> {
  const finished = await executeJob(path, options);
  if (finished !== undefined) process.stdout.write(`${finished.text}\n`);
}
