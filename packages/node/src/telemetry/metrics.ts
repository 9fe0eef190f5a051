import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CodedError } from '@prometheus-compute/protocol';
import { Gauge, Registry } from 'prom-client';

const LOOPBACK = '127.0.0.1';
const PREFIX = 'prometheus_compute_';
const NANOSECONDS = 1e9;
/** Scrapes at a time: anybody on this machine can connect, and must not use up the files that the node may open. */
const MAX_CONNECTIONS = 16;

/** What is measured, asked for at every scrape. */
export interface MetricsSource {
  /** Height of the last block that was taken in; −1 before the first. */
  height(): number;
  /** Channels by the name of their state. */
  channels(): Iterable<readonly [state: string, count: number]>;
  peers(): number;
  /** Messages and tasks that wait. */
  outbox(): Promise<number>;
  /** Satoshis in confirmed coins. */
  balance(): bigint;
  /** Whether nothing is published, and why not. */
  halted(): boolean;
  alarmed(): boolean;
  /** Whether the newest backup lacks something that a lost disk would lose. */
  backupBehind(): boolean;
}

/** `port-unusable`: the port of the metrics is taken. */
class MetricsError extends CodedError<'port-unusable'> {}

/** Serves the metrics in the text format of Prometheus on 127.0.0.1 only. */
export class MetricsServer {
  readonly #server: Server;
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;

  private constructor(server: Server, delay: ReturnType<typeof monitorEventLoopDelay>) {
    this.#server = server;
    this.#delay = delay;
  }

  /**
   * @param port - 0 takes a free one
   * @throws MetricsError `port-unusable`
   */
  static async start(port: number, source: MetricsSource): Promise<MetricsServer> {
    const delay = monitorEventLoopDelay({ resolution: 20 });
    delay.enable();
    const registry = gauges(source, delay);
    const server = createServer((request, response) => {
      // Whoever is sent here by a web page comes under another name.
      const host = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '');
      if (!host) return void response.writeHead(403).end();
      if (request.url !== '/metrics' || request.method !== 'GET') return void response.writeHead(404).end();
      registry.metrics().then(
        (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    });
    server.requestTimeout = 10_000;
    server.maxConnections = MAX_CONNECTIONS;
    const metrics = new MetricsServer(server, delay);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, LOOPBACK, resolve);
      });
      // A scrape that cannot be accepted ends no node.
      server.on('error', () => {});
    } catch (cause) {
      delay.disable();
      throw new MetricsError('port-unusable', `the port ${port} for metrics cannot be used`, {
        cause,
        remedy: 'Choose another for metrics.port; 0 switches them off.',
      });
    }
    return metrics;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#delay.disable();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

function gauges(source: MetricsSource, delay: ReturnType<typeof monitorEventLoopDelay>): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number | Promise<number>): void => {
    new Gauge({
      name: PREFIX + name,
      help,
      registers: [registry],
      async collect() {
        this.set(await value());
      },
    });
  };
  gauge('tip_height', 'Height of the last block that was taken in', () => source.height());
  gauge('peers', 'Peers that are connected', () => source.peers());
  gauge('outbox_entries', 'Messages and tasks that wait', () => source.outbox());
  gauge('balance_satoshis', 'Satoshis in confirmed coins, reserved ones included', () =>
    Number(source.balance()),
  );
  gauge('publishing_halted', '1: nothing is published until the operator says so', () =>
    Number(source.halted()),
  );
  gauge('chain_alarm', '1: the Bitcoin node cannot be trusted now', () => Number(source.alarmed()));
  gauge('backup_behind', '1: the newest backup lacks something that a lost disk would lose', () =>
    Number(source.backupBehind()),
  );
  gauge('event_loop_lag_seconds', 'Longest delay of the event loop since the last scrape', () => {
    const longest = delay.max / NANOSECONDS;
    delay.reset();
    return longest;
  });
  gauge('resident_memory_bytes', 'Memory of the process', () => process.memoryUsage.rss());
  new Gauge({
    name: `${PREFIX}channels`,
    help: 'Channels by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [state, count] of source.channels()) this.set({ state }, count);
    },
  });
  return registry;
}
