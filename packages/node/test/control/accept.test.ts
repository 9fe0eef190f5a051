import { mkdtempSync, rmSync } from 'node:fs';
import { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ControlMethods } from '../../src/control/methods.ts';
import { ControlServer } from '../../src/control/server.ts';
import { MetricsServer } from '../../src/telemetry/metrics.ts';

const folder = mkdtempSync(join(tmpdir(), 'prometheus-accept-'));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** The server of Node.js that is made while something is started. */
async function inside<Made>(
  start: () => Promise<Made>,
): Promise<{ readonly made: Made; readonly server: Server }> {
  const listen = vi.spyOn(Server.prototype, 'listen');
  const made = await start();
  return { made, server: listen.mock.contexts[0] as Server };
}

const source = {
  height: () => 0,
  channels: () => [],
  peers: () => 0,
  outbox: async () => 0,
  balance: () => 0n,
  halted: () => false,
  alarmed: () => false,
  backupBehind: () => false,
};

describe('a connection that cannot be accepted ends no node', () => {
  it.each([
    ['control socket', () => ControlServer.start(join(folder, 's'), new ControlMethods())],
    ['metrics', () => MetricsServer.start(0, source)],
  ])('%s', async (_, start) => {
    const { made, server } = await inside<{ close(): Promise<void> }>(start);
    const fail = () => server.emit('error', new Error('accept EMFILE'));
    // Once could be left to whoever waits for the start.
    fail();
    expect(fail).not.toThrow();
    expect(server.listening).toBe(true);
    await made.close();
  });
});
