import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planJob } from '@prometheus-compute/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child } from '../../src/demo/child.ts';
import { DemoNetwork } from '../../src/demo/network.ts';
import { runInProcesses } from '../../src/demo/run-in-processes.ts';
import { freePorts, memberNames } from '../../src/demo/settings.ts';
import type { JobProgress } from '../../src/engine.ts';
import { loadJob } from '../../src/job/load.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const PRIMES = join(ROOT, 'examples', 'primes', 'job.yaml');
const MAIN = join(ROOT, 'packages', 'cli', 'src', 'main.ts');
/** The development chain, and a bitcoind where `BITCOIND` names one. */
const { BITCOIND } = process.env;
const CHAINS: readonly (readonly [name: string, bitcoind: string | undefined])[] = [
  ['the development chain', undefined],
  ...(BITCOIND === undefined ? [] : [['a live bitcoind', BITCOIND] as const]),
];
/** The job's last chunk fails on purpose. */
const PRIMES_BELOW_A_MILLION = 78_498;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the demo as separate processes', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prometh-demo-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has one Client, two Workers, two Verifiers and five arbiters', () => {
    const roles = memberNames(5).map(([, role]) => role);
    const count = (role: string) => roles.filter((other) => other === role).length;
    expect(['client', 'worker', 'verifier', 'arbiter'].map(count)).toEqual([1, 2, 2, 5]);
  });

  it.each(CHAINS)(
    'runs a job over libp2p on %s to its result, and everybody is paid',
    async (_, bitcoind) => {
      const { specification } = loadJob(PRIMES);
      // Three arbiters are fewer processes.
      const job = { ...specification, parameters: { ...specification.parameters, n: 3 } };
      const stages = new Set<JobProgress['stage']>();
      const report = await runInProcesses(bitcoind)(job, planJob(job), {
        signal: new AbortController().signal,
        onProgress: ({ stage }) => stages.add(stage),
      });
      const [batch] = report.batches;
      expect(batch).toMatchObject({ scheme: '#3', settlement: 'Tx4', failedChunks: [10] });
      expect(batch!.changes).toMatchObject({ worker: 90_000n, verifier: 10_000n, fund: 0n });
      const counts = report.results[0]!.slice(0, 10).map((output) =>
        Number(new TextDecoder().decode(output)),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(PRIMES_BELOW_A_MILLION);
      for (const stage of ['chain', 'funding', 'terms', 'ceremony', 'payment', 'decrypting'] as const)
        expect(stages).toContain(stage);
    },
  );

  it('a process that cannot start says why', async () => {
    const missing = join(folder, 'missing');
    const child = new Child('worker-1', ['node', '--data-dir', folder, '--passphrase-file', missing]);
    await expect(child.up()).rejects.toMatchObject({
      code: 'child-ended',
      message: expect.stringMatching(/^The process of worker-1 has ended: .*missing cannot be read/),
    });
  });

  it('its nodes listen where no connection is made from, each in a place of its own', async () => {
    const ports = await freePorts(10);
    expect(new Set(ports).size).toBe(10);
    for (const port of ports) expect(port).toBeLessThan(32_768);
  });

  it('interrupted while it starts: every process and the folder are gone', async () => {
    const { specification } = loadJob(PRIMES);
    const stop = new AbortController();
    let network: DemoNetwork | undefined;
    const started = DemoNetwork.start(specification, planJob(specification), {
      signal: stop.signal,
      onBegun: (begun) => {
        network = begun;
      },
      onStep: (_, message) => {
        if (message.startsWith('starting 10')) stop.abort();
      },
    });
    await expect(started).rejects.toMatchObject({ code: 'interrupted' });
    expect(network!.processes.filter(isAlive)).toEqual([]);
    expect(existsSync(network!.folder)).toBe(false);
  });

  it('--with-parent: a process ends when whoever started it has gone, even without a word', async () => {
    const child = spawn(
      process.execPath,
      [MAIN, 'devchain', '--port', '0', '--data-dir', folder, '--json', '--with-parent'],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    await once(child.stdout, 'data');
    // What the system does with the pipe of a killed process.
    child.stdin.destroy();
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  });
});
