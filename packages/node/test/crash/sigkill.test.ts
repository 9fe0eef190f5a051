import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';

/** Commits states one after another, and names each when it is durable. It goes on until it is killed. */
const WRITER = `
  import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/sqlite.ts'))};
  const store = openSqliteStore(process.argv[1]);
  const bytes = (text) => new TextEncoder().encode(text);
  const first = Number(new TextDecoder().decode((await store.channels())[0]?.state ?? bytes('0')));
  for (let i = first + 1; ; i++) {
    const payload = bytes('message ' + i);
    const [entry] = await store.commit({
      channel: 'client:1', events: [bytes('event ' + i)], state: bytes(String(i)),
      outbox: [{ kind: 'message', to: 'worker', payload }], completes: undefined,
    });
    // What is said here is what others may have got.
    process.stdout.write(i + '\\n');
    if (i % 2 === 0) await store.finish(entry.sequence);
    await store.putRecord('last', bytes(String(i)));
  }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-sigkill-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Runs a writer until it has said so many lines, and kills it. @returns the last commit that it has spoken of */
async function killedAfter(lines: number, path: string): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', WRITER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let last = 0;
  let seen = 0;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    seen += 1;
    if (seen === lines) child.kill('SIGKILL');
  }
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  expect(signal).toBe('SIGKILL');
  return last;
}

describe('a process that is killed with SIGKILL', () => {
  it('leaves a database that is whole, is no older copy, and has every commit of which anybody may have heard', async () => {
    const path = join(folder, 'node.sqlite');
    let last = 0;
    for (const lines of [1, 2, 7, 40]) {
      const said = await killedAfter(lines, path);
      expect(said).toBeGreaterThanOrEqual(last + lines);
      const store = openSqliteStore(path);
      const [channel] = await store.channels();
      const state = Number(text(channel!.state));
      // It may have been killed between a commit and its word about it.
      expect(state - said).toBeGreaterThanOrEqual(0);
      expect(state - said).toBeLessThanOrEqual(1);
      const events = (await store.events('client:1')).map(text);
      expect(events).toEqual(Array.from({ length: state }, (_, i) => `event ${i + 1}`));
      const pending = (await store.pending()).map(({ payload }) => text(payload));
      const odd = Array.from({ length: state }, (_, i) => i + 1).filter((i) => i % 2 === 1 || i === state);
      for (const i of odd.filter((each) => each % 2 === 1)) expect(pending).toContain(`message ${i}`);
      await store.close();
      last = state;
    }
  });
});
