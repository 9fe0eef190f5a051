import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { answerLine, failed, RPC_CODES } from './answer.ts';
import { ControlError } from './errors.ts';
import { LineCutter } from './lines.ts';
import type { ControlMethods } from './methods.ts';

/** Bytes of a request: a job's description fits, its inputs come as files. */
const MAX_REQUEST_BYTES = 4 * 1_048_576;
const MAX_CONNECTIONS = 32;
/** Requests of one connection that are being answered at a time. */
const MAX_UNDER_WAY = 16;
/** `sun_path` of Linux without its end; macOS has 103. */
const MAX_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/**
 * Serves a daemon's methods on a Unix socket that its owner alone can use: one JSON-RPC 2.0 request a line, answered in any order.
 */
export class ControlServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #connections = new Set<Socket>();
  readonly #ended = new AbortController();

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
  }

  /**
   * @param path - in a folder of mode 0700. A socket that a killed process has left there is replaced: the caller holds the lock
   *   of the data folder, so nobody listens on it.
   * @throws ControlError `socket-unusable`
   */
  static async start(path: string, methods: ControlMethods): Promise<ControlServer> {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new ControlError(
        'socket-unusable',
        `${path} is longer than the ${MAX_PATH_BYTES} bytes of a socket's path`,
        {
          remedy: 'Name a data folder with a shorter path.',
        },
      );
    }
    const server = createServer();
    const control = new ControlServer(server, path);
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket) => control.#serve(socket, methods));
    try {
      await rm(path, { force: true });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, resolve);
      });
      // A connection that cannot be accepted, because too many files are open for example, is its caller's loss: it ends no node.
      server.on('error', () => {});
      await chmod(path, 0o600);
    } catch (cause) {
      throw new ControlError('socket-unusable', `the control socket ${path} cannot be made`, {
        cause,
        remedy: 'Check the permissions of the data folder, and that it is on a local disk.',
      });
    }
    return control;
  }

  /** Stops listening, lets whoever waits go, and takes the socket away. */
  async close(): Promise<void> {
    this.#ended.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // What was answered is sent before a connection ends.
    for (const socket of this.#connections) socket.end();
    const impatience = setTimeout(() => {
      for (const socket of this.#connections) socket.destroy();
    }, 1_000);
    await closed;
    clearTimeout(impatience);
    await rm(this.#path, { force: true });
  }

  #serve(socket: Socket, methods: ControlMethods): void {
    const cutter = new LineCutter(MAX_REQUEST_BYTES);
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, this.#ended.signal]);
    let underWay = 0;
    this.#connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#connections.delete(socket);
      gone.abort();
    });
    const write = (answer: string): void => {
      if (socket.writable) socket.write(`${answer}\n`);
    };
    socket.on('data', (bytes) => {
      const lines = cutter.push(bytes);
      if (lines === undefined) {
        socket.end(`${failed(null, RPC_CODES.request, 'the request is too long')}\n`);
        return;
      }
      for (const line of lines) {
        if (underWay >= MAX_UNDER_WAY) {
          write(failed(null, RPC_CODES.request, 'too many requests at a time on this connection'));
          continue;
        }
        underWay += 1;
        void answerLine(line, methods, { signal }).then((answer) => {
          underWay -= 1;
          write(answer);
        });
      }
    });
  }
}
