import { readFile } from 'node:fs/promises';
import { CodedError } from '@prometheus-compute/protocol';
import PQueue from 'p-queue';
import { isList, isObject } from './arguments.ts';
import { RpcCode } from './errors.ts';
import type { JsonValue } from './json.ts';

/** Codes of {@link RpcClientError}. */
export type RpcClientErrorCode =
  /** No answer: the node is not there or broke off, is being started or stopped, or has too much to do. */
  | 'rpc-unreachable'
  /** The node does not accept user and password. */
  | 'rpc-unauthorized'
  /** An answer that is no JSON-RPC, or one to another request. */
  | 'rpc-malformed'
  /** An answer that is longer than what anybody asked for. */
  | 'rpc-too-large'
  /** The node answered with an error; `rpcCode` has Core's number and `reason` its words. */
  | 'rpc-refused';

/** A call that brought no result. */
export class RpcClientError extends CodedError<RpcClientErrorCode> {
  /** Core's error code, when the node answered with an error. */
  readonly rpcCode: number | undefined;
  /** Core's message, when the node answered with an error. */
  readonly reason: string | undefined;

  constructor(
    code: RpcClientErrorCode,
    message: string,
    details: { readonly rpcCode?: number; readonly reason?: string; readonly cause?: unknown } = {},
  ) {
    const { rpcCode, reason, cause } = details;
    super(code, message, { cause, ...(rpcCode === undefined ? {} : { evidence: { rpcCode } }) });
    this.rpcCode = rpcCode;
    this.reason = reason;
  }
}

/** Where a node listens and how to log in. */
export interface RpcClientOptions {
  /** E.g. `http://127.0.0.1:18443`. */
  readonly url: string;
  /** A cookie file, read again when the node does not take what stood in it: it writes another one at each start. */
  readonly cookieFile?: string;
  readonly user?: { readonly name: string; readonly password: string };
  /** Milliseconds to wait for an answer once the request has left, and as long before that for its turn. */
  readonly timeout?: number;
  /** Bytes that an answer may have: more are not taken into memory. */
  readonly maxAnswerBytes?: number;
}

/** One call of a batch: the method, and its parameters by position. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly JsonValue[];
}

/**
 * Requests on their way at a time. Bitcoin Core turns away what comes when 64 requests wait (`-rpcworkqueue`), and a thousand connections at
 * once are too many for any server; more would not be answered sooner either.
 */
const MOST_AT_ONCE = 8;
const DEFAULT_TIMEOUT = 60_000;
/** Bytes: a block of 4 MB in hexadecimal, four times. Stops a node that sends without end from filling the memory. */
const DEFAULT_MAX_ANSWER_BYTES = 0x0200_0000;

/** A JSON-RPC 2.0 client for Bitcoin Core and for the development chain's server. A few requests are on their way at a time; the others wait for their turn. */
export class RpcClient {
  readonly #options: RpcClientOptions;
  /** In the order of the calls. */
  readonly #queue = new PQueue({ concurrency: MOST_AT_ONCE });
  #nextId = 1;
  /** What requests log in with; undefined before the first one, and when the node does not take it any more. */
  #login: string | undefined;

  constructor(options: RpcClientOptions) {
    this.#options = options;
  }

  /**
   * Calls a method.
   *
   * @param params - by position
   * @returns the result, with amounts as JSON numbers: {@link satoshisFromAmount} makes them exact
   * @throws RpcClientError
   */
  async call(method: string, ...params: readonly JsonValue[]): Promise<JsonValue> {
    const id = this.#nextId++;
    const reply = await this.#exchange({ jsonrpc: '2.0', id, method, params });
    return resultOf(reply, id, method);
  }

  /**
   * Calls several methods in one request.
   *
   * @returns one for each call, in order: its result, or the error that the node answered it with
   * @throws RpcClientError all but `rpc-refused`
   */
  async batch(calls: readonly RpcCall[]): Promise<readonly (JsonValue | RpcClientError)[]> {
    if (calls.length === 0) return [];
    const first = this.#nextId;
    this.#nextId += calls.length;
    const replies = await this.#exchange(
      calls.map(({ method, params }, index) => ({ jsonrpc: '2.0', id: first + index, method, params })),
    );
    if (!isList(replies) || replies.length !== calls.length) {
      throw new RpcClientError('rpc-malformed', 'a batch was not answered by as many answers');
    }
    // JSON-RPC lets a server answer in any order.
    const byId = new Map<JsonValue | undefined, JsonValue>();
    for (const reply of replies) if (isObject(reply)) byId.set(reply.id, reply);
    return calls.map(({ method }, index) => {
      try {
        return resultOf(byId.get(first + index) ?? null, first + index, method);
      } catch (error) {
        if (error instanceof RpcClientError && error.code === 'rpc-refused') return error;
        throw error;
      }
    });
  }

  async #exchange(request: unknown): Promise<JsonValue> {
    const body = JSON.stringify(request);
    const known = this.#login;
    let response = await this.#inTurn(body);
    // A node writes another cookie whenever it starts.
    if (response.status === 401 && known !== undefined && this.#options.cookieFile !== undefined) {
      this.#login = undefined;
      response = await this.#inTurn(body);
    }
    if (response.status === 401 || response.status === 403) {
      throw new RpcClientError('rpc-unauthorized', 'the node does not accept this user and password');
    }
    try {
      return JSON.parse(response.body) as JsonValue;
    } catch (cause) {
      // Core answers so when too many requests wait, and while it ends; whatever stands in front of it, when it is not there.
      const code = response.status >= 500 ? 'rpc-unreachable' : 'rpc-malformed';
      throw new RpcClientError(code, `HTTP ${response.status} without JSON`, { cause });
    }
  }

  /** Waits for its turn as long as for an answer: what a dead node was asked does not pile up. */
  async #inTurn(body: string): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(this.#timeout);
    try {
      return await this.#queue.add(() => this.#post(body), { signal });
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  get #timeout(): number {
    return this.#options.timeout ?? DEFAULT_TIMEOUT;
  }

  async #post(body: string): Promise<HttpAnswer> {
    try {
      return await this.#attempt(body);
    } catch (cause) {
      if (!wasHungUp(cause)) throw this.#unreachable(cause);
    }
    // A server closes a connection that nobody has used for a while, maybe just when a request is on its way. A new one tells.
    try {
      return await this.#attempt(body);
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  #unreachable(cause: unknown): unknown {
    if (cause instanceof RpcClientError) return cause;
    return new RpcClientError('rpc-unreachable', `no answer from ${this.#options.url}`, { cause });
  }

  async #attempt(body: string): Promise<HttpAnswer> {
    const { url, maxAnswerBytes } = this.#options;
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { authorization: `Basic ${await this.#credentials()}`, 'content-type': 'application/json' },
      // The password goes nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(this.#timeout),
    });
    const text = await readLimited(response, maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES);
    return { status: response.status, body: text };
  }

  async #credentials(): Promise<string> {
    const { cookieFile, user } = this.#options;
    if (this.#login === undefined) {
      const pair =
        cookieFile === undefined
          ? `${user?.name ?? ''}:${user?.password ?? ''}`
          : await readFile(cookieFile, 'utf8');
      this.#login = Buffer.from(pair.trim(), 'utf8').toString('base64');
    }
    return this.#login;
  }
}

interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Whether the other side ended the connection before it answered. */
function wasHungUp(error: unknown): boolean {
  const reason = error instanceof TypeError ? error.cause : undefined;
  const code = reason instanceof Error && 'code' in reason ? reason.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** The body as text. @throws RpcClientError `rpc-too-large` as soon as it is longer than `limit` bytes */
async function readLimited(response: Response, limit: number): Promise<string> {
  if (response.body === null) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an exception closes the connection.
  for await (const part of response.body) {
    size += part.length;
    if (size > limit) throw new RpcClientError('rpc-too-large', `the answer has more than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The result in a reply. @throws RpcClientError `rpc-malformed`, `rpc-refused` */
function resultOf(reply: JsonValue, id: number, method: string): JsonValue {
  if (!isObject(reply)) throw new RpcClientError('rpc-malformed', 'the answer is no JSON-RPC object');
  const { result, error } = reply;
  if (error !== undefined && error !== null) {
    if (!isObject(error) || typeof error.code !== 'number' || typeof error.message !== 'string') {
      throw new RpcClientError('rpc-malformed', 'the error of the answer has no code and message');
    }
    const { code: rpcCode, message: reason } = error;
    if (rpcCode === RpcCode.IN_WARMUP)
      throw new RpcClientError('rpc-unreachable', `the node is being started: ${reason}`, {
        rpcCode,
        reason,
      });
    throw new RpcClientError('rpc-refused', `${method}: ${reason}`, { rpcCode, reason });
  }
  if (reply.id !== id) throw new RpcClientError('rpc-malformed', 'this is the answer to another request');
  return result ?? null;
}

/** Satoshis of an amount in an answer. Exact: 21 million bitcoin in satoshis fit into a double. */
export function satoshisFromAmount(value: number): bigint {
  return BigInt(Math.round(value * 100_000_000));
}
