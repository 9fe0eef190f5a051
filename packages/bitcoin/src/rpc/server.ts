import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Devchain } from '../devchain/devchain.ts';
import { ADDRESS_NETWORKS } from '../wallet/network.ts';
import { Credentials } from './credentials.ts';
import { dispatch } from './dispatch.ts';
import type { MethodContext } from './method.ts';

/** How the RPC server of a development chain is set up. It always listens on 127.0.0.1 only. */
export interface RpcServerOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Where the cookie file is written, mode 0600; it is removed on {@link RpcServer.close}. */
  readonly cookieFile?: string;
  /** A user and password beside, or instead of, the cookie. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Bytes that a request may have; Core's own limit is the default. */
  readonly maxRequestBytes?: number;
}

/** Bytes of a request body: a block of 4 MB in hexadecimal, and some. */
const DEFAULT_MAX_REQUEST_BYTES = 0x0200_0000;
/** Milliseconds that a client may take to send a request. */
const REQUEST_TIMEOUT = 30_000;
const LOOPBACK = '127.0.0.1';

/**
 * Serves a development chain over JSON-RPC with Bitcoin Core's methods, so that `bitcoin-cli -regtest
 * -rpcport=… -rpccookiefile=…` and every client of Core can talk to it.
 */
export class RpcServer {
  readonly #server: Server;
  readonly #credentials: Credentials;
  readonly #stopped: Promise<void>;

  private constructor(server: Server, credentials: Credentials, stopped: Promise<void>) {
    this.#server = server;
    this.#credentials = credentials;
    this.#stopped = stopped;
  }

  /** Starts serving. Rejects when the port is taken or the cookie file cannot be written. */
  static async start(chain: Devchain, options: RpcServerOptions): Promise<RpcServer> {
    const credentials = new Credentials();
    if (options.user !== undefined) credentials.add(options.user.name, options.user.password);
    const started = performance.now();
    const stopped = Promise.withResolvers<void>();
    const context: MethodContext = {
      chain,
      network: ADDRESS_NETWORKS.regtest,
      uptime: () => Math.floor((performance.now() - started) / 1000),
      stop: stopped.resolve,
    };
    const limit = options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES;
    const server = createServer((request, response) => {
      answer(request, response, credentials, context, limit).catch(() => response.destroy());
    });
    server.requestTimeout = REQUEST_TIMEOUT;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, LOOPBACK, resolve);
    });
    const running = new RpcServer(server, credentials, stopped.promise);
    try {
      if (options.cookieFile !== undefined) await credentials.addCookie(options.cookieFile);
    } catch (cause) {
      // A server that nobody was handed would listen for ever.
      await running.close();
      throw cause;
    }
    return running;
  }

  /** TCP port on 127.0.0.1. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Settles when a client calls `stop`; the owner then closes the server. */
  get stopped(): Promise<void> {
    return this.#stopped;
  }

  /** Stops listening, ends open connections and removes the cookie file. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    await this.#credentials.close();
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  credentials: Credentials,
  context: MethodContext,
  limit: number,
): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(405).end('JSONRPC server handles only POST requests');
    return;
  }
  // Before the body is read: a stranger costs nothing.
  if (!credentials.accepts(request.headers.authorization)) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="jsonrpc"' }).end();
    return;
  }
  const body = await readBody(request, limit);
  if (body === undefined) {
    response.writeHead(413, { Connection: 'close' }).end();
    return;
  }
  const reply = dispatch(body, context);
  if (reply.body === undefined) {
    response.writeHead(reply.status).end();
    return;
  }
  response.writeHead(reply.status, { 'Content-Type': 'application/json' }).end(reply.body);
}

/** The body as text, or undefined as soon as it is longer than `limit` bytes. */
async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
