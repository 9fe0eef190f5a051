import { createConnection, type Socket } from 'node:net';
import { z } from 'zod';
import { ControlError } from './errors.ts';
import type { Json } from './json.ts';
import { LineCutter } from './lines.ts';

/** Bytes of an answer. */
const MAX_ANSWER_BYTES = 64 * 1_048_576;

const answerSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.int(), z.string(), z.null()]),
  result: z.unknown().optional(),
  error: z
    .object({
      code: z.int(),
      message: z.string(),
      data: z
        .object({ code: z.string().optional(), rule: z.string().nullish(), remedy: z.string().nullish() })
        .optional(),
    })
    .optional(),
});
type Answer = z.infer<typeof answerSchema>;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Talks to a running daemon through its control socket. */
export class ControlClient {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  private constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#path = path;
    const cutter = new LineCutter(MAX_ANSWER_BYTES);
    socket.on('data', (bytes) => {
      const lines = cutter.push(bytes);
      if (lines === undefined) this.#fail(malformed(path));
      for (const line of lines ?? []) this.#take(line);
    });
    socket.on('error', (cause) => this.#fail(unreachable(path, cause)));
    socket.on('close', () => this.#fail(unreachable(path)));
  }

  /** @throws ControlError `node-unreachable` when no daemon runs on this data folder */
  static async connect(path: string): Promise<ControlClient> {
    const socket = createConnection(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) => reject(unreachable(path, cause)));
    });
    return new ControlClient(socket, path);
  }

  /**
   * Calls a method of the daemon.
   *
   * @throws ControlError `call-refused` with the daemon's own code as evidence, `node-unreachable`, `answer-malformed`
   */
  async call(method: string, params: { readonly [name: string]: Json | undefined } = {}): Promise<unknown> {
    const id = this.#next++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    if (!this.#socket.writable) this.#fail(unreachable(this.#path));
    else this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer;
  }

  close(): void {
    this.#socket.end();
  }

  #take(line: string): void {
    const answer = readAnswer(line);
    const waiting = typeof answer?.id === 'number' ? this.#waiting.get(answer.id) : undefined;
    if (answer === undefined || waiting === undefined) {
      // An error without a request belongs to all of them: the daemon could not tell which it was.
      const error = answer?.error;
      this.#fail(error === undefined ? malformed(this.#path) : refused(error));
      return;
    }
    this.#waiting.delete(answer.id as number);
    if (answer.error !== undefined) waiting.reject(refused(answer.error));
    else waiting.resolve(answer.result ?? null);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#socket.destroy();
  }
}

function readAnswer(line: string): Answer | undefined {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function refused({ code, message, data }: NonNullable<Answer['error']>): ControlError {
  return new ControlError('call-refused', message, {
    evidence: { code: data?.code ?? code },
    ...(data?.rule == null ? {} : { rule: data.rule }),
    ...(data?.remedy == null ? {} : { remedy: data.remedy }),
  });
}

function unreachable(path: string, cause?: unknown): ControlError {
  return new ControlError('node-unreachable', `no daemon answers at ${path}`, {
    cause,
    remedy: 'Start it with `prometh node`, or name its network and data folder.',
  });
}

function malformed(path: string): ControlError {
  return new ControlError('answer-malformed', `what answers at ${path} is no daemon of this version`, {
    remedy: 'Stop it, and start it again with this version.',
  });
}
