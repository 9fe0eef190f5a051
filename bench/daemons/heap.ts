import { setTimeout as delay } from 'node:timers/promises';

/** Where Node.js listens for a debugger after SIGUSR1. */
const DEBUGGER = 'http://127.0.0.1:9229/json/list';
const TRIES = 50;
const PAUSE = 100;

/** What Node.js tells a debugger, as far as it is looked at. */
interface Target {
  readonly webSocketDebuggerUrl: string;
}
interface Answer {
  readonly id?: number;
  readonly result?: { readonly usedSize?: number };
}

/**
 * Bytes of the objects that a Node.js process still uses: it is asked to collect its garbage first. Of one process at a time.
 *
 * @returns null where nobody can ask: another debugger listens, or the system has no SIGUSR1
 */
export async function heapOf(pid: number): Promise<number | null> {
  if (process.platform === 'win32' || (await debuggerUrl()) !== undefined) return null;
  process.kill(pid, 'SIGUSR1');
  for (let tries = 0; tries < TRIES; tries++) {
    const url = await debuggerUrl();
    if (url !== undefined) return askFor(url);
    await delay(PAUSE);
  }
  return null;
}

async function debuggerUrl(): Promise<string | undefined> {
  try {
    const response = await fetch(DEBUGGER);
    return ((await response.json()) as readonly Target[])[0]?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}

async function askFor(url: string): Promise<number | null> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const call = (id: number, method: string, params: object = {}): Promise<Answer['result']> =>
    new Promise((resolve) => {
      const listen = ({ data }: MessageEvent): void => {
        const said = JSON.parse(String(data)) as Answer;
        if (said.id !== id) return;
        socket.removeEventListener('message', listen);
        resolve(said.result);
      };
      socket.addEventListener('message', listen);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await call(1, 'HeapProfiler.collectGarbage');
  const used = await call(2, 'Runtime.getHeapUsage');
  // The next process can listen then.
  socket.send(
    JSON.stringify({
      id: 3,
      method: 'Runtime.evaluate',
      params: { expression: "setImmediate(() => process.getBuiltinModule('inspector').close())" },
    }),
  );
  await new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
  return used?.usedSize ?? null;
}
