import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { RpcClient } from '@prometheus-compute/bitcoin';
import { ControlClient } from '@prometheus-compute/node';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** What a command that has ended left behind. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function prometh(...words: readonly string[]): Ended {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: cleanEnvironment() });
}

/** Nothing of whoever runs the tests decides what they find. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PROMETH_'));
  return Object.fromEntries(kept);
}

/** A command that runs on, with everything that it has written. */
export class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #exit: Promise<number | null>;
  #changed: () => void = () => {};

  private constructor(program: string, words: readonly string[]) {
    this.child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() });
    this.#exit = once(this.child, 'close').then(([code]) => {
      this.#changed();
      return code as number | null;
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#changed();
    });
  }

  static of(program: string, words: readonly string[]): Running {
    return new Running(program, words);
  }

  /** A command of this project. */
  static prometh(...words: readonly string[]): Running {
    return new Running(process.execPath, [MAIN, ...words]);
  }

  /** Waits until what it has written satisfies a condition. @throws when it ends before */
  async until<Found>(look: (process: this) => Found | undefined): Promise<Found> {
    for (;;) {
      const found = look(this);
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new RangeError(`the process has ended: ${this.stdout}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** Its exit code; null when a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.#exit;
  }
}

/** A chain in a process of its own. */
export interface ChainProcess {
  readonly process: Running;
  readonly rpc: RpcClient;
  /** `--set …` words with which a node finds it. */
  readonly settings: readonly string[];
}

/** `prometh devchain` on a free port. */
export async function startDevchain(folder: string): Promise<ChainProcess> {
  const process = Running.prometh('devchain', '--port', '0', '--data-dir', folder, '--json');
  const text = await process.until(({ stdout }) => (stdout.endsWith('}\n') ? stdout : undefined));
  const { port, cookieFile } = JSON.parse(text) as { port: number; cookieFile: string };
  const url = `http://127.0.0.1:${port}`;
  return { process, rpc: new RpcClient({ url, cookieFile }), settings: settingsOf(url, cookieFile) };
}

/** A fresh `bitcoind -regtest`. @param program - its path */
export async function startBitcoind(program: string, folder: string): Promise<ChainProcess> {
  const place = join(folder, 'bitcoind');
  mkdirSync(place);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cookieFile = join(place, 'regtest', '.cookie');
  const process = Running.of(program, [
    '-regtest',
    `-datadir=${place}`,
    `-rpcport=${port}`,
    '-listen=0',
    '-printtoconsole',
  ]);
  await process.until(({ stdout }) => (stdout.includes('init message: Done loading') ? true : undefined));
  return { process, rpc: new RpcClient({ url, cookieFile }), settings: settingsOf(url, cookieFile) };
}

function settingsOf(url: string, cookieFile: string): readonly string[] {
  return ['--set', `chain.rpc_url=${url}`, '--set', `chain.rpc_cookie_file=${cookieFile}`];
}

/** A port of this machine that nobody has now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A node in a process of its own. */
export interface Daemon {
  readonly process: Running;
  readonly up: { readonly peerId: string; readonly addresses: readonly string[]; readonly socket: string };
  call(method: string, params?: Readonly<Record<string, boolean | string>>): Promise<unknown>;
  /** Waits until it has followed the chain to a height. */
  reached(height: number): Promise<void>;
}

/** Starts a node on a free port, and waits until it answers. */
export async function startNode(folder: string, passphrase: string, ...words: string[]): Promise<Daemon> {
  const process = Running.prometh(
    'node',
    '--data-dir',
    folder,
    '--passphrase-file',
    passphrase,
    '--set',
    'p2p.listen=/ip4/127.0.0.1/tcp/0',
    '--json',
    ...words,
  );
  const text = await process.until(({ stdout }) => (stdout.endsWith('}\n') ? stdout : undefined));
  const up = JSON.parse(text) as Daemon['up'];
  return {
    process,
    up,
    call: async (method, params = {}) => {
      const client = await ControlClient.connect(up.socket);
      try {
        return await client.call(method, params);
      } finally {
        client.close();
      }
    },
    reached: async (height) => {
      const tip = `"event":"tip","height":${height},`;
      await process.until(({ stderr }) => (stderr.includes(tip) ? true : undefined));
    },
  };
}

/** A file that its owner alone can read. */
export function secretFile(path: string, text: string): string {
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  return path;
}
