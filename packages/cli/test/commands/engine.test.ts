import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadJob } from '../../src/job/load.ts';
import { runPlainly } from '../examples/plain-wasi.ts';

const PACKAGE = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(PACKAGE, '..', '..', 'examples');
const MAIN = join(PACKAGE, 'src', 'main.ts');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometh-engine-'));
  cpSync(EXAMPLES, join(folder, 'examples'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const environment = () => ({
  PATH: process.env.PATH,
  HOME: folder,
  NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
});
const places = () => ['--output', join(folder, 'out'), '--data-dir', join(folder, 'data')];

function prometh(...words: string[]) {
  return spawnSync(process.execPath, [MAIN, ...words, ...places()], {
    cwd: folder,
    encoding: 'utf8',
    env: environment(),
  });
}

/** A copy of an example's job file with one change, which must change something. */
function changed(example: string, before: string | RegExp, after: string): string {
  const path = join(folder, 'examples', example, 'job.yaml');
  const text = readFileSync(path, 'utf8');
  const other = text.replace(before, after);
  expect(other).not.toBe(text);
  writeFileSync(path, other);
  return path;
}

/** Everything that the command wrote: results and records. */
const written = () =>
  ['out', 'data'].flatMap((name) => {
    const path = join(folder, name);
    return existsSync(path)
      ? readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      : [];
  });

describe('prometh run', () => {
  it('main job: the decrypted result equals a direct run, two transactions a batch, the table to the satoshi', () => {
    const job = join(folder, 'examples', 'fashion-mnist', 'job.yaml');
    const { status, stdout, stderr } = prometh('run', job, '--json');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const report = JSON.parse(stdout);
    const { specification } = loadJob(job);
    const direct = specification.batches.flatMap(({ inputs }) =>
      inputs.flatMap((input) => [...runPlainly(Uint8Array.from(specification.program), input).output]),
    );
    expect([...readFileSync(report.result.file)]).toEqual(direct);
    expect(report.accuracy).toEqual({ right: 1715, records: 2000, share: 0.8575 });
    expect(report.batches).toHaveLength(2);
    for (const { scheme, changes, tx0 } of report.batches) {
      // T §Default P, row #3: φ + nρ = 8,000 on top, and Tx0's fee.
      expect(scheme).toBe('#3');
      expect(changes).toEqual({
        client: -108_000 - tx0.fee,
        worker: 90_000,
        verifier: 10_000,
        arbiters: 5000,
        fund: 0,
        miners: 3000 + tx0.fee,
      });
    }
    // A second run does not replace the result unasked.
    expect(prometh('run', job, '--no-input')).toMatchObject({ status: 2, stdout: '' });
  });

  it('a chunk that traps is a result: shown in the report, exit code 0', () => {
    const { status, stdout, stderr } = prometh('run', join(folder, 'examples', 'primes', 'job.yaml'));
    expect(status).toBe(0);
    expect(stderr).not.toContain('\u001b');
    expect(stdout).toContain('Batch 1, chunk 10 failed: ');
    expect(
      readFileSync(join(folder, 'out', 'primes.result.bin'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map(Number)
        .reduce((sum, count) => sum + count, 0),
    ).toBe(78_498);
  });

  it('--dry-run shows every exit and writes nothing', () => {
    const { status, stdout } = prometh(
      'run',
      join(folder, 'examples', 'fashion-mnist', 'job.yaml'),
      '--dry-run',
    );
    expect(status).toBe(0);
    for (const transaction of ['Tx1', 'Tx3', 'Tx4', 'Tx5', 'Tx6']) expect(stdout).toContain(transaction);
    expect(written()).toEqual([]);
  });

  it.each([
    ['P out of bounds', () => changed('fashion-mnist', '  w: 400000', '  w: 600000'), /Rule P6 is broken/],
    ['more checks than chunks', () => changed('primes', 'sampled: 11', 'sampled: 12'), /Rule C16 is broken/],
    [
      'insufficient funds',
      () => changed('fashion-mnist', 'clientFunds: 1000000', 'clientFunds: 1000'),
      /What to do: /,
    ],
    [
      'a program with forbidden imports',
      () => {
        const program = join(folder, 'examples', 'primes', 'primes.wasm');
        const module = readFileSync(program, 'latin1').replace('fd_read', 'fd_seek');
        writeFileSync(program, module, 'latin1');
        return join(folder, 'examples', 'primes', 'job.yaml');
      },
      /The program is refused: .*fd_seek/,
    ],
  ])('%s: exit code 3, one paragraph, nothing written', (_, prepare, message) => {
    const { status, stdout, stderr } = prometh('run', prepare());
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n +at /);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(written()).toEqual([]);
  });

  it('--engine onnxruntime, where it is not installed: exit code 3, what to do, nothing written', () => {
    const job = join(folder, 'examples', 'fashion-cnn', 'job.yaml');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [MAIN, 'run', job, '--engine', 'onnxruntime', ...places()],
      { cwd: folder, encoding: 'utf8', env: { ...environment(), ONNXRUNTIME: folder } },
    );
    expect(stderr).toContain('The engine cannot be used: onnxruntime-node cannot be loaded from');
    expect(stderr).toMatch(/What to do: Install it .*ONNXRUNTIME/);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(written()).toEqual([]);
  });

  it('Ctrl-C: exit code 130, nothing half-written, even when the signal comes twice', async () => {
    const child = spawn(process.execPath, [MAIN, 'run', 'examples/primes/job.yaml', ...places()], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let messages = '';
    let sent = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      messages += text;
      // Once for the key press; npm passes it on once more, when the first may have been handled already.
      const wanted = messages.includes('Interrupted') ? 2 : messages.includes('computing:') ? 1 : 0;
      for (; sent < wanted; sent++) child.kill('SIGINT');
    });
    // The output closes when nobody holds it open any more: no child process of the sandbox is left either.
    const [code] = await once(child, 'close');
    expect(messages).toContain('Interrupted');
    expect(code).toBe(130);
    expect(written()).toEqual([]);
  });
});
