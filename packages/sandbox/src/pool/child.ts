import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SandboxError } from '../errors.ts';
import type { ProgramLimits } from '../limits.ts';
import type { ModelInspection } from '../model/chunk.ts';
import type { EngineChoice } from '../model/engine/engine.ts';
import { MAX_RECORDS_BYTES } from '../model/limits.ts';
import type { ChunkOutcome } from '../outcome/outcome.ts';
import { MODEL_PROFILE, type Profile, type Program } from '../program/program.ts';
import type { Examination, Examined } from '../worker/examination.ts';
import type { Answer, Request } from '../worker/messages.ts';
import { noResult, outcomeOf } from './answers.ts';
import { FrameReader, writeFrame } from './frames.ts';

/**
 * Flags of the child's Node. Only the optimising compiler compiles programs: frames then have one size, so that a
 * recursion does not end deeper or earlier depending on what had already been optimised.
 */
const FLAGS = ['--no-liftoff', '--disable-warning=ExperimentalWarning'];

/** Bytes that the engine's messages and the globals may add to an output. */
const OVERHEAD_BYTES = 1024 * 1024;

/** Programs that a child keeps ready. */
const KEPT_PROGRAMS = 8;

/** Time for starting a process, and for making a program of the largest size ready, in milliseconds; generous, since both happen once. */
const PREPARATION_MILLISECONDS = 120_000;

/** A program as a child process gets it. */
export interface PreparedProgram {
  readonly profile: Profile;
  /** Names code and limit of the memory. */
  readonly key: string;
  /** The module with its memory capped, or the model file. */
  readonly code: Uint8Array;
  /** The contract's limit. */
  readonly memoryPages: number;
}

/** One child process that runs one chunk at a time. After any failure to answer it is dead and cannot be used again. */
export class Child {
  readonly #engine: EngineChoice;
  readonly #process: ChildProcess;
  readonly #ready: Promise<Answer>;
  readonly #loaded = new Map<string, ModelInspection | undefined>();
  readonly ended: Promise<void>;
  #bodyLimit = 0;
  #body: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #answered: ((answer: Answer) => void) | undefined;
  #failed: ((error: SandboxError) => void) | undefined;
  #dead: SandboxError | undefined;

  /** @param engine - what runs models */
  constructor(engine: EngineChoice) {
    this.#engine = engine;
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
   * Makes a program ready and keeps it.
   * @returns what the loader tells of a model
   * @throws SandboxError where the program is none, `no-result-yet`
   */
  async load({ profile, key, code, memoryPages }: PreparedProgram): Promise<ModelInspection | undefined> {
    await this.#ready;
    if (this.#loaded.has(key)) return this.#loaded.get(key);
    const forget = this.#loaded.size >= KEPT_PROGRAMS ? this.#loaded.keys().next().value : undefined;
    if (forget !== undefined) this.#loaded.delete(forget);
    const request = { type: 'load', profile, key, forget, memoryPages, engine: this.#engine } as const;
    const answer = await this.#ask(request, [code], PREPARATION_MILLISECONDS, 0);
    if (answer.type === 'refused') throw new SandboxError(answer.code, answer.message, answer.evidence);
    if (answer.type !== 'loaded') throw this.#unexpected(answer);
    this.#loaded.set(key, answer.model);
    return answer.model;
  }

  /**
   * Runs a loaded program on one chunk.
   * @throws SandboxError `no-result-yet` after the wall clock, or when the process fails
   */
  async run(
    { profile, key, arguments: list }: PreparedProgram & Pick<Program, 'arguments'>,
    input: Uint8Array,
    seed: Uint8Array,
    { outputBytes, milliseconds }: ProgramLimits,
  ): Promise<ChunkOutcome> {
    const hex = Buffer.from(seed).toString('hex');
    const request = { type: 'run', key, seed: hex, arguments: list, outputBytes } as const;
    const traceBytes = profile === MODEL_PROFILE ? MAX_RECORDS_BYTES : 0;
    const answer = await this.#ask(request, [input], milliseconds, outputBytes + OVERHEAD_BYTES + traceBytes);
    const outcome = outcomeOf(answer, this.#body);
    if (outcome === undefined) throw this.#unexpected(answer);
    return outcome;
  }

  /**
   * Has a module examine a loaded model.
   * @param limits - of the answer's body, and of the time that it takes
   * @throws SandboxError `no-result-yet`
   */
  async examine(
    { key }: PreparedProgram,
    { module, request, parts }: Examination,
    { outputBytes, milliseconds }: ProgramLimits,
  ): Promise<Examined> {
    const asked = { type: 'examine', key, module: module.href, request } as const;
    const answer = await this.#ask(asked, parts, milliseconds, outputBytes);
    if (answer.type !== 'examined') throw this.#unexpected(answer);
    return { answer: answer.answer, body: this.#body };
  }

  async #ask(
    request: Request,
    parts: readonly Uint8Array[],
    milliseconds: number,
    bodyLimit: number,
  ): Promise<Answer> {
    const answer = this.#answer(milliseconds, bodyLimit);
    if (this.#process.stdin !== null) writeFrame(this.#process.stdin, request, ...parts);
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
