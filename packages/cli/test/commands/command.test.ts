import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(PACKAGE, '..', '..', 'examples', 'fashion-mnist');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometh-command-'));
  cpSync(EXAMPLE, folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the real command in the copy of the example. */
function prometh(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(PACKAGE, 'src', 'main.ts'), ...words],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    },
  );
  return { status, stdout, stderr };
}

describe('prometh', () => {
  it('prints its version on standard output', () => {
    const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
    expect(prometh('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('shows help with an example first', () => {
    const { status, stdout } = prometh('run', '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Example: prometh run /);
  });

  it.each([
    [['rnu', 'job.yaml'], 'Did you mean run?'],
    [['run', '--dryrun', 'job.yaml'], 'Did you mean --dry-run?'],
    [['run'], "missing required argument 'job'"],
  ])('%j is wrong use: exit code 2 and a suggestion', (words, suggestion) => {
    const { status, stdout, stderr } = prometh(...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(suggestion);
  });

  it('tells what is wrong with a job file in one paragraph, without a stack trace, and writes nothing', () => {
    writeFileSync(
      join(folder, 'wrong.yaml'),
      readFileSync(join(folder, 'job.yaml'), 'utf8').replace('784', '785'),
    );
    const before = readdirSync(folder, { recursive: true });
    const { status, stdout, stderr } = prometh('run', 'wrong.yaml');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^prometh: wrong\.yaml:\d+: .*records of 785 bytes\. What to do: .*\n$/);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it('--json gives one document on standard output for a failure too', () => {
    const { status, stdout } = prometh('run', 'none.yaml', '--json');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'prometheus/error/1',
      code: 'file-missing',
      exitCode: 2,
    });
  });

  it('--verbose shows the cause', () => {
    expect(prometh('plan', 'none.yaml', '--verbose').stderr).toMatch(/caused by: Error: ENOENT/);
  });
});
