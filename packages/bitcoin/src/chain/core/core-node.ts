import { type RpcCall, type RpcClient, RpcClientError } from '../../rpc/client.ts';
import type { JsonValue } from '../../rpc/json.ts';
import { type AlarmBoard, ChainAlarm } from './alarm.ts';
import { AnswerError } from './answers.ts';

/** Core's error, or what a reader made of the result. */
export type Asked<T> = { readonly value: T } | { readonly refused: RpcClientError };

/** A Bitcoin node whose every answer is read strictly. What cannot be read, or does not come, raises its alarm. */
export class CoreNode {
  readonly #client: RpcClient;
  readonly #alarms: AlarmBoard;
  readonly #now: () => number;
  readonly #patience: number;
  /** Since when no call was answered, in milliseconds. */
  #silentSince: number | undefined;

  /** @param patience - milliseconds without an answer after which the alarm is raised */
  constructor(client: RpcClient, alarms: AlarmBoard, now: () => number, patience: number) {
    this.#client = client;
    this.#alarms = alarms;
    this.#now = now;
    this.#patience = patience;
  }

  /**
   * @param read - makes of the result what it says; throws {@link AnswerError} for what it cannot be
   * @throws ChainAlarm, RpcClientError
   */
  async ask<T>(read: (value: JsonValue) => T, method: string, ...params: readonly JsonValue[]): Promise<T> {
    const asked = await this.tryAsk(read, method, ...params);
    if ('refused' in asked) throw this.contradiction(method, asked.refused.message, asked.refused);
    return asked.value;
  }

  /** As {@link ask}, where the node may well refuse. @throws ChainAlarm, RpcClientError */
  async tryAsk<T>(
    read: (value: JsonValue) => T,
    method: string,
    ...params: readonly JsonValue[]
  ): Promise<Asked<T>> {
    try {
      const value = await this.#client.call(method, ...params);
      this.#answered();
      return { value: this.#read(read, value, method) };
    } catch (error) {
      if (!(error instanceof RpcClientError)) throw error;
      if (error.code !== 'rpc-refused') throw this.#failed(error, method);
      this.#answered();
      return { refused: error };
    }
  }

  /** One method for many parameters, in one request. @throws ChainAlarm, RpcClientError */
  async askMany<T>(
    read: (value: JsonValue) => T,
    method: string,
    params: readonly (readonly JsonValue[])[],
  ): Promise<readonly Asked<T>[]> {
    const calls: readonly RpcCall[] = params.map((list) => ({ method, params: list }));
    try {
      const answers = await this.#client.batch(calls);
      this.#answered();
      return answers.map((answer) =>
        answer instanceof RpcClientError ? { refused: answer } : { value: this.#read(read, answer, method) },
      );
    } catch (error) {
      if (!(error instanceof RpcClientError)) throw error;
      throw this.#failed(error, method);
    }
  }

  /** The alarm for an answer that cannot be true. */
  contradiction(method: string, message: string, cause?: unknown): ChainAlarm {
    return this.#alarms.raise(new ChainAlarm('wrong-answer', `${method}: ${message}`, { method }, cause));
  }

  #read<T>(read: (value: JsonValue) => T, value: JsonValue, method: string): T {
    try {
      return read(value);
    } catch (cause) {
      if (!(cause instanceof AnswerError)) throw cause;
      throw this.contradiction(method, cause.message, cause);
    }
  }

  #answered(): void {
    this.#silentSince = undefined;
    this.#alarms.clear('node-unreachable');
  }

  #failed(error: RpcClientError, method: string): Error {
    if (error.code === 'rpc-malformed' || error.code === 'rpc-too-large') {
      return this.contradiction(method, error.message, error);
    }
    const now = this.#now();
    this.#silentSince ??= now;
    const silent = now - this.#silentSince;
    if (silent < this.#patience) return error;
    const seconds = Math.floor(silent / 1_000);
    return this.#alarms.raise(
      new ChainAlarm(
        'node-unreachable',
        `the Bitcoin node has not answered for ${seconds} seconds: ${error.message}`,
        { seconds, code: error.code },
        error,
      ),
    );
  }
}
