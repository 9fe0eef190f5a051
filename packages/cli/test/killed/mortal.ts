// Loaded before the program into every process of a network (`--import`): ends the process of a node with SIGKILL at a commit that the
// test names. Nothing of the program knows of it.
import { appendFileSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Folder with a file for each node that is watched: what it holds is a {@link Sentence}, or nothing. */
const FOLDER = process.env.PROMETHEUS_TEST_SENTENCES;

/** Where a process ends. */
export interface Sentence {
  /** How many commits come before, from when the node is watched. */
  readonly commit: number;
  /** Whether that commit is durable. */
  readonly side: 'before' | 'after';
}

const words = process.argv.slice(2);
const place = words[words.indexOf('--data-dir') + 1];
if (FOLDER !== undefined && words[0] === 'node' && place !== undefined) watch(join(FOLDER, basename(place)));

function watch(file: string): void {
  const { exec } = DatabaseSync.prototype;
  let count = 0;
  let sentence: Sentence | undefined;
  const isWatched = (): boolean => {
    if (!existsSync(file)) return false;
    const text = readFileSync(file, 'utf8');
    sentence = text === '' ? undefined : JSON.parse(text);
    return true;
  };
  DatabaseSync.prototype.exec = function commitOrDie(this: DatabaseSync, sql: string): void {
    if (sql !== 'COMMIT' || !isWatched()) {
      exec.call(this, sql);
      return;
    }
    const side = sentence?.commit === count ? sentence.side : undefined;
    count += 1;
    if (side === 'before') die(file);
    exec.call(this, sql);
    appendFileSync(`${file}.commits`, '.');
    if (side === 'after') die(file);
  };
}

/** Ends this process as a power cut does. It is not watched any more when it is started again. */
function die(file: string): void {
  renameSync(file, `${file}.died`);
  process.kill(process.pid, 'SIGKILL');
  // The signal has come by the time that the call returns, or comes here.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
