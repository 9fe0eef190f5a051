import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SandboxError } from '../errors.ts';
import { encodeFailure, FAILURE_CODES, type FailureKind } from '../outcome/failure.ts';
import type { WasiOutcome, WasiTrace } from '../outcome/outcome.ts';
import type { Answer, Request } from '../worker/messages.ts';
import { FrameReader, writeFrame } from './frames.ts';

/**
 * Flags of the child's Node. Only the optimising compiler compiles programs: frames then have one size, so that a
 * recursion does not end deeper or earlier depending on what had already been optimised.
 */
const FLAGS = ['--no-liftoff', '--disable-warning=ExperimentalWarning'];

/** Bytes that the engine's messages and the globals may add to an output. */
const OVERHEAD_BYTES = 1024 * 1024;

/** Compiled modules that a child keeps. */
const KEPT_MODULES = 8;

/** Time for starting a process, and for compiling a module of the largest size, in milliseconds; generous, since both happen once. */
const PREPARATION_MILLISECONDS = 120_000;

/** One child process that runs one chunk at a time. After any failure to answer it is dead and cannot be used again. */
export class Child {
  readonly #process: ChildProcess;
  readonly #ready: Promise<Answer>;
  readonly #loaded = new Set<string>();
  readonly ended: Promise<void>;
  #bodyLimit = 0;
  #body: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #answered: ((answer: Answer) => void) | undefined;
  #failed: ((error: SandboxError) => void) | undefined;
  #dead: SandboxError | undefined;

  constructor() {
    this.#process = spawn(
      process.execPath,
      [...FLAGS, fileURLToPath(new URL('../worker/process.ts', import.meta.url))],
      { stdio: ['pipe', 'pipe', 'ignore'], env: {}, windowsHide: true },
    );
    const reader = new FrameReader(
      () => this.#bodyLimit,
      (frame) => {
        this.#body = frame.body;
        this.#answered?.(frame.header as Answer);
      },
    );
    this.#process.stdout?.on('data', (piece: Buffer) => {
      try {
        reader.push(piece);
      } catch (error) {
        this.kill(noResult('protocol', `the process answered nonsense: ${String(error)}`));
      }
    });
    this.#process.stdin?.on('error', () => this.kill(noResult('process-ended', 'the process has ended')));
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => {
        this.kill(noResult('process-not-started', `the process could not be started: ${error.message}`));
        if (this.#process.pid === undefined) resolve();
      });
      this.#process.once('close', () => {
        this.kill(noResult('process-ended', 'the process ended before the chunk was done'));
        resolve();
      });
    });
    this.#ready = this.#answer(PREPARATION_MILLISECONDS, 0);
    this.#ready.catch(() => undefined);
  }

  /** Process id; undefined when it could not be started. */
  get id(): number | undefined {
    return this.#process.pid;
  }

  get dead(): boolean {
    return this.#dead !== undefined;
  }

  /** Ends the process at once; whoever waits for it gets `reason`. */
  kill(reason: SandboxError): void {
    this.#dead ??= reason;
    this.#process.kill('SIGKILL');
    this.#failed?.(this.#dead);
  }

  /**
   * Compiles a module and keeps it.
   * @throws SandboxError `module-invalid` when the engine refuses it, `no-result-yet`
   */
  async load(key: string, wasm: Uint8Array): Promise<void> {
    await this.#ready;
    if (this.#loaded.has(key)) return;
    const forget = this.#loaded.size >= KEPT_MODULES ? this.#loaded.values().next().value : undefined;
    if (forget !== undefined) this.#loaded.delete(forget);
    const answer = await this.#ask({ type: 'load', key, forget }, wasm, PREPARATION_MILLISECONDS, 0);
    if (answer.type === 'refused') {
      throw new SandboxError('module-invalid', `the engine refuses the program: ${answer.message}`);
    }
    if (answer.type !== 'loaded') throw this.#unexpected(answer);
    this.#loaded.add(key);
  }

  /**
   * Runs a loaded module on one chunk.
   * @throws SandboxError `no-result-yet` after the wall clock, or when the process fails
   */
  async run(
    request: Request & { type: 'run' },
    input: Uint8Array,
    milliseconds: number,
  ): Promise<WasiOutcome> {
    const answer = await this.#ask(request, input, milliseconds, request.outputBytes + OVERHEAD_BYTES);
    if (answer.type !== 'outcome') throw this.#unexpected(answer);
    const { failure: kind, exitCode, memoryPages, globalsBytes } = answer;
    const memoryDigest = new Uint8Array(Buffer.from(answer.memoryDigest, 'hex'));
    if (memoryDigest.length !== 32 || globalsBytes > this.#body.length) throw this.#unexpected(answer);
    const globals = this.#body.slice(0, globalsBytes);
    const trace: WasiTrace = { kind: 'wasi', memoryPages, memoryDigest, globals };
    const output = this.#body.subarray(globalsBytes);
    if (kind === undefined) return { kind: 'done', output, trace };
    return failedOutcome(kind, exitCode, trace);
  }

  async #ask(request: Request, body: Uint8Array, milliseconds: number, bodyLimit: number): Promise<Answer> {
    const answer = this.#answer(milliseconds, bodyLimit);
    if (this.#process.stdin !== null) writeFrame(this.#process.stdin, request, body);
    return answer;
  }

  #answer(milliseconds: number, bodyLimit: number): Promise<Answer> {
    this.#bodyLimit = bodyLimit;
    return new Promise<Answer>((resolve, reject) => {
      if (this.#dead !== undefined) {
        reject(this.#dead);
        return;
      }
      const clock = setTimeout(() => {
        this.kill(noResult('wall-clock', `no result within ${milliseconds} ms`, { milliseconds }));
      }, milliseconds);
      const settle = () => {
        clearTimeout(clock);
        this.#answered = undefined;
        this.#failed = undefined;
      };
      this.#answered = (answer) => {
        settle();
        resolve(answer);
      };
      this.#failed = (error) => {
        settle();
        reject(error);
      };
    });
  }

  #unexpected(answer: Answer): SandboxError {
    const reason = noResult('process-failed', `the process failed: ${JSON.stringify(answer)}`);
    this.kill(reason);
    return reason;
  }
}

function failedOutcome(kind: FailureKind, exitCode: number, trace: WasiTrace): WasiOutcome {
  if (!Object.hasOwn(FAILURE_CODES, kind)) throw noResult('protocol', 'the process answered nonsense');
  const failure = { kind, exitCode };
  return { kind: 'failed', failure, output: encodeFailure(failure), trace };
}

function noResult(
  reason: string,
  message: string,
  evidence: Readonly<Record<string, string | number>> = {},
): SandboxError {
  return new SandboxError('no-result-yet', message, { reason, ...evidence });
}
