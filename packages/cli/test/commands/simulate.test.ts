import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const { BITCOIND } = process.env;
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

function prometh(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  return { status, stdout, stderr };
}

describe('prometh simulate', () => {
  it('--list shows every scenario with one sentence; --json gives the same as one document', () => {
    const text = prometh('simulate', '--list');
    const { scenarios, format } = JSON.parse(prometh('simulate', '--list', '--json').stdout);
    expect(text.status).toBe(0);
    expect(format).toBe('prometheus/scenarios/1');
    expect(scenarios.length).toBeGreaterThan(50);
    for (const { name } of scenarios) expect(text.stdout).toContain(`\n  ${name}\n`);
  });

  it('tells the story of a scenario, how it ended, and what everybody has got', () => {
    const { status, stdout, stderr } = prometh('simulate', 'verifier-asleep');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^Playing verifier-asleep /);
    expect(stdout).toMatch(/\n {7}verifier +goes off line\n/);
    expect(stdout).toContain('scheme #2');
    expect(stdout).toMatch(/\nclient .* \+10,000 /);
    expect(stdout).toMatch(/\nverifier .* -100,000 /);
  });

  it('--json gives the story as one document, the same for the same seed', () => {
    const [first, again] = [1, 2].map(() => prometh('simulate', 'rule-c1', '--seed', 'x', '--json').stdout);
    expect(JSON.parse(first!)).toMatchObject({
      format: 'prometheus/scenario-report/1',
      name: 'rule-c1',
      seed: 'x',
      ending: { kind: 'abandoned', scheme: null, reason: expect.stringContaining('Rule C1') },
    });
    expect(again).toBe(first);
  });

  it('--bitcoind: a path that leads to none ends it with the path, and nothing is played', () => {
    const { status, stdout, stderr } = prometh(
      'simulate',
      'verifier-asleep',
      '--bitcoind',
      '/nowhere/bitcoind',
    );
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('/nowhere/bitcoind cannot be started');
  });

  it.skipIf(BITCOIND === undefined)('--bitcoind plays it on that program (needs BITCOIND)', () => {
    const { status, stdout, stderr } = prometh('simulate', 'verifier-asleep', '--bitcoind', BITCOIND!);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^Playing verifier-asleep on a bitcoind of its own/);
    expect(stdout).toMatch(/\nclient .* \+10,000 /);
    expect(stdout).toMatch(/\nverifier .* -100,000 /);
  });

  it.each([
    [['simulate', 'lying-verifeir'], 'Perhaps one of these: lying-verifier.'],
    [['simulate'], 'no scenario is named'],
  ])('%j is wrong use: exit code 2 and a suggestion', (words, suggestion) => {
    const { status, stdout, stderr } = prometh(...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(suggestion);
  });
});
