import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '../../src/index.ts';

/** Says something else than the honest node; undefined: the truth. */
export type Lie = (
  method: string,
  params: readonly JsonValue[],
  truth: () => Promise<JsonValue>,
) => Promise<JsonValue | RpcFailure | undefined>;

/** An error in place of a result. */
export class RpcFailure {
  readonly code: number;
  readonly message: string;

  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** Calls a method of the honest node. */
type HonestCall = (method: string, params: readonly JsonValue[]) => Promise<JsonValue | RpcFailure>;

/** What happens to the connection instead of an answer. */
export type Mishap = 'hang' | 'cut' | 'flood' | 'busy';

/** Bytes that a flood sends at most. */
const FLOOD = 1_000_000_000;
const FLOOD_PART = Buffer.alloc(65_536, 0x20);

/** A JSON-RPC server between a backend and an honest node, which changes single answers. */
export class LyingProxy {
  lie: Lie = async () => undefined;
  mishap: Mishap | undefined;
  /** Gives every answer the number of another request. */
  shiftsIds = false;
  /** Bytes of floods that went out before the other side had enough. */
  flooded = 0;
  readonly #server: Server;
  readonly #call: HonestCall;

  private constructor(call: HonestCall) {
    this.#call = call;
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.#answer(Buffer.concat(parts).toString(), response).catch(() => response.destroy());
      });
    });
  }

  /** @param call - of the honest node */
  static async start(call: HonestCall): Promise<LyingProxy> {
    const proxy = new LyingProxy(call);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(body: string, response: ServerResponse): Promise<void> {
    switch (this.mishap) {
      case 'hang':
        return;
      case 'cut':
        response.writeHead(200, { 'content-length': '1000' }).write('{"jsonrpc":"2.0","res');
        response.destroy();
        return;
      case 'flood':
        this.#flood(response);
        return;
      case 'busy':
        response.writeHead(503).end('Work queue depth exceeded');
        return;
      default:
    }
    const parsed = JSON.parse(body) as JsonObject | readonly JsonObject[];
    const reply = Array.isArray(parsed)
      ? await Promise.all(parsed.map((call) => this.#reply(call)))
      : await this.#reply(parsed as JsonObject);
    response.writeHead(200).end(JSON.stringify(reply));
  }

  async #reply({ id, method, params }: JsonObject): Promise<JsonValue> {
    const name = method as string;
    const list = params as readonly JsonValue[];
    const truth = async (): Promise<JsonValue> => {
      const honest = await this.#call(name, list);
      if (honest instanceof RpcFailure) throw new RangeError(honest.message);
      return honest;
    };
    const said = (await this.lie(name, list, truth)) ?? (await this.#call(name, list));
    const head = { jsonrpc: '2.0', id: this.shiftsIds ? (id as number) + 1 : (id ?? null) };
    return said instanceof RpcFailure
      ? { ...head, error: { code: said.code, message: said.message } }
      : { ...head, result: said };
  }

  #flood(response: ServerResponse): void {
    response.writeHead(200);
    const more = (): void => {
      while (this.flooded < FLOOD && !response.destroyed) {
        this.flooded += FLOOD_PART.length;
        if (!response.write(FLOOD_PART)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  }
}
