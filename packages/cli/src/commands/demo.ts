import { join } from 'node:path';
import { demoEnding } from '../demo/ending.ts';
import { narrator } from '../demo/narrator.ts';
import { runInProcesses } from '../demo/run-in-processes.ts';
import { terminalColumns } from '../output/terminal.ts';
import { wrapped } from '../output/wrap.ts';
import { executeJob } from './execute.ts';
import { DEFAULT_OUTPUT } from './folders.ts';
import type { RunOptions } from './options.ts';

/** The job of the demo, in this repository. */
const DEMO_JOB = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'fashion-cnn', 'job.yaml');
/** Where the demo's result goes: apart from other results, so that a demo replaces only that of an earlier demo. */
export const DEMO_OUTPUT = join(DEFAULT_OUTPUT, 'demo');
/** Text wider than this is hard to read. */
const WIDEST = 88;

/** `prometh demo`: runs the example and explains it. Replaces the result of an earlier demo. */
export async function demoCommand(options: RunOptions): Promise<void> {
  // Its nodes are asked through Unix sockets, and run models on the kernels alone.
  const alone =
    options.oneProcess === true || process.platform === 'win32' || options.engine === 'onnxruntime';
  const columns = Math.min(WIDEST, terminalColumns(process.stderr));
  if (!options.json && !options.dryRun) {
    const start =
      '2,000 pictures of clothes are to be sorted by a neural network on the machine of a stranger, for bitcoin, with nobody to trust. It takes a minute or two.';
    process.stderr.write(`${wrapped(start, columns)}\n`);
  }
  const output = options.output ?? DEMO_OUTPUT;
  const finished = await executeJob(
    DEMO_JOB,
    { ...options, output, yes: true },
    { narrate: narrator(columns), ...(alone ? {} : { run: runInProcesses(options.bitcoind) }) },
  );
  if (finished !== undefined) process.stdout.write(`\n${demoEnding(finished, columns)}\n`);
}
