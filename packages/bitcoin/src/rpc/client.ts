import { readFile } from 'node:fs/promises';
import { CodedError } from '@prometheus-compute/protocol';
import type { JsonValue } from './json.ts';

/** Codes of {@link RpcClientError}. */
export type RpcClientErrorCode =
  /** No answer: the node is not there or broke off. */
  | 'rpc-unreachable'
  /** The node does not accept user and password. */
  | 'rpc-unauthorized'
  /** An answer that is no JSON-RPC. */
  | 'rpc-malformed'
  /** The node answered with an error; `rpcCode` has Core's number. */
  | 'rpc-refused';

/** A call that brought no result. */
export class RpcClientError extends CodedError<RpcClientErrorCode> {
  /** Core's error code, when the node answered with an error. */
  readonly rpcCode: number | undefined;

  constructor(code: RpcClientErrorCode, message: string, rpcCode?: number, cause?: unknown) {
    super(code, message, { cause, ...(rpcCode === undefined ? {} : { evidence: { rpcCode } }) });
    this.rpcCode = rpcCode;
  }
}

/** Where a node listens and how to log in. */
export interface RpcClientOptions {
  /** E.g. `http://127.0.0.1:18443`. */
  readonly url: string;
  /** A cookie file, read anew for each login so that a restarted node is found. */
  readonly cookieFile?: string;
  readonly user?: { readonly name: string; readonly password: string };
  /** Milliseconds to wait for an answer. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT = 60_000;

/** A JSON-RPC 2.0 client for Bitcoin Core and for the development chain's server. */
export class RpcClient {
  readonly #options: RpcClientOptions;
  #nextId = 1;

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
    const body = JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params });
    const response = await this.#post(body);
    if (response.status === 401 || response.status === 403) {
      throw new RpcClientError('rpc-unauthorized', 'the node does not accept this user and password');
    }
    let reply: unknown;
    try {
      reply = JSON.parse(response.body);
    } catch (cause) {
      throw new RpcClientError('rpc-malformed', `HTTP ${response.status} without JSON`, undefined, cause);
    }
    if (typeof reply !== 'object' || reply === null) {
      throw new RpcClientError('rpc-malformed', 'the answer is no JSON-RPC object');
    }
    const { result, error } = reply as {
      result?: JsonValue;
      error?: { code: number; message: string } | null;
    };
    if (error !== undefined && error !== null) {
      throw new RpcClientError('rpc-refused', `${method}: ${error.message}`, error.code);
    }
    return result ?? null;
  }

  async #post(body: string): Promise<{ readonly status: number; readonly body: string }> {
    const { url, timeout } = this.#options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: { authorization: `Basic ${await this.#login()}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(timeout ?? DEFAULT_TIMEOUT),
      });
      return { status: response.status, body: await response.text() };
    } catch (cause) {
      throw new RpcClientError('rpc-unreachable', `no answer from ${url}`, undefined, cause);
    }
  }

  async #login(): Promise<string> {
    const { cookieFile, user } = this.#options;
    const pair =
      cookieFile === undefined
        ? `${user?.name ?? ''}:${user?.password ?? ''}`
        : await readFile(cookieFile, 'utf8');
    return Buffer.from(pair.trim(), 'utf8').toString('base64');
  }
}

/** Satoshis of an amount in an answer. Exact: 21 million bitcoin in satoshis fit into a double. */
export function satoshisFromAmount(value: number): bigint {
  return BigInt(Math.round(value * 100_000_000));
}
