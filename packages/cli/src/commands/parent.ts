import { Option } from 'commander';
import { EXIT } from '../errors/exit-codes.ts';

/** Milliseconds in which a process whose parent has gone ends in good order. */
const PATIENCE = 10_000;

/** Of commands that run on: ends them with whoever has started them, also when that was killed. */
export function withParentOption(): Option {
  return new Option('--with-parent', 'end when standard input ends: for programs that start this one');
}

/** Aborted when standard input ends. A process that does not end by itself then is ended. */
export function parentGone(): AbortSignal {
  const controller = new AbortController();
  const gone = (): void => {
    if (controller.signal.aborted) return;
    controller.abort();
    setTimeout(() => process.exit(EXIT.failed), PATIENCE).unref();
  };
  const { stdin } = process;
  stdin.once('end', gone).once('close', gone).once('error', gone).resume();
  // A command that has failed ends without waiting for its parent. Only what is read from a file has no `unref`.
  if ('unref' in stdin) stdin.unref();
  return controller.signal;
}
