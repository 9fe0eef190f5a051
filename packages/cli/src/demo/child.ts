import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DemoError } from './errors.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');
/** Many processes share one machine: V8 clears up more often instead of taking more memory. */
const SMALL = ['--max-semi-space-size=2'];
/** Bytes of what a child says that are kept, to show why it ended. */
const KEPT = 8_192;
/** Milliseconds in which a child that was asked to end does so. */
const PATIENCE = 10_000;

/** A command of `prometh` in a process of its own that ends with this one: it watches the pipe between them. */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #out = '';
  #said = '';
  #changed: () => void = () => {};

  /** @param words - of the command line */
  constructor(name: string, words: readonly string[]) {
    this.name = name;
    this.#process = spawn(process.execPath, [...SMALL, MAIN, ...words, '--json', '--with-parent'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // What cannot be started at all says so in an event of its own.
    this.#closed = once(this.#process, 'close')
      .catch((cause: unknown) => {
        this.#said = String(cause);
      })
      .finally(() => this.#changed());
    this.#process.stdin!.on('error', () => {});
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
      this.#changed();
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-KEPT);
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether it still runs. */
  get runs(): boolean {
    const { pid, exitCode, signalCode } = this.#process;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  /** The document that it prints when it is up. @throws DemoError `child-ended` */
  async up(): Promise<unknown> {
    while (!this.#out.endsWith('}\n')) {
      if (!this.runs) throw this.failure();
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    const document: unknown = JSON.parse(this.#out);
    if (!isFailure(document)) return document;
    await this.#closed;
    throw this.failure();
  }

  /** What to say when it has ended by itself. */
  failure(): DemoError {
    const last = this.#said.trim().split('\n').slice(-3).join(' ');
    return new DemoError('child-ended', `The process of ${this.name} has ended: ${last.slice(-400)}`, {
      remedy: 'Run the demo again; `--one-process` runs it without other processes.',
    });
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }

  /** Ends it in good order; at once when it does not. */
  async end(): Promise<void> {
    this.#process.stdin!.end();
    const impatience = new AbortController();
    const late = delay(PATIENCE, true, { signal: impatience.signal }).catch(() => false);
    if ((await Promise.race([this.#closed.then(() => false), late])) === true) this.#process.kill('SIGKILL');
    impatience.abort();
    await this.#closed;
  }
}

/** Whether a command says why it ends (docs/job-report.md). */
function isFailure(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'exitCode' in document;
}
