import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CeremonyTranscript,
  decodeContract,
  decodeTranscript,
  encodeTranscript,
  hash32,
  openEnvelope,
  outpointKey,
  type Role,
  toHex,
  verifyTranscript,
} from '@prometheus-compute/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..', '..');
const JOB = join(PACKAGE, '..', '..', 'examples', 'primes', 'job.yaml');
/** What a reader must not miss: the file speaks for itself only. */
const NO_CHAIN =
  'No chain was asked. The general terms (P), the stakes and the block of the draw are what the file says';
let folder = '';
let drawn: CeremonyTranscript;

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

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometh-ceremony-'));
  const { status, stdout } = prometh('run', JOB, '--output', folder, '--data-dir', join(folder, 'data'));
  expect(status).toBe(0);
  expect(stdout).toContain(`Draw of the arbiters: ${join(folder, 'primes.ceremony-1.cbor')}`);
  drawn = decodeTranscript(readFileSync(join(folder, 'primes.ceremony-1.cbor')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The draw of the run with something changed, as a file. */
function changed(changes: Partial<CeremonyTranscript>): string {
  const path = join(folder, 'changed.cbor');
  writeFileSync(path, encodeTranscript({ ...drawn, ...changes }));
  return path;
}

/** The envelopes without those of one kind by one party. */
function without(role: Role, kind: string): readonly Uint8Array[] {
  const contract = decodeContract(drawn.contract);
  return drawn.envelopes.filter((bytes) => {
    const { envelope } = openEnvelope(bytes);
    return envelope.kind !== kind || toHex(envelope.from) !== toHex(contract[role].messageKey);
  });
}

/** What the command prints for programs about a draw that does not hold. */
function failureOf(path: string) {
  const { status, stdout } = prometh('ceremony', 'verify', path, '--json');
  expect(status).toBe(3);
  const { complete, steps, fault, ranking, graphId } = JSON.parse(stdout);
  expect([complete, graphId]).toEqual([false, null]);
  return { step: steps.find((one: { outcome: string }) => one.outcome === 'failed').name, ...fault, ranking };
}

describe('prometh ceremony verify', () => {
  it('replays the draw of a job that was run: every step, who was drawn, and why', () => {
    const { status, stdout, stderr } = prometh('ceremony', 'verify', 'primes.ceremony-1.cbor');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const steps = ['messages', 'contract', 'snapshot', 'seeds', 'union', 'agreement'];
    expect([...stdout.matchAll(/^ok {6}(\w+): /gm)].map(([, name]) => name)).toEqual(steps);
    expect(stdout).toContain('The ceremony holds.');
    expect(stdout.replace(/\n/g, ' ')).toContain(NO_CHAIN);
    const { n } = drawn.parameters;
    for (let i = 1; i <= n; i++)
      expect(stdout).toMatch(new RegExp(`^ *\\d+ +A_${i} +client, worker, verifier`, 'm'));
  });

  it('--json gives the same as one document', () => {
    const { status, stdout } = prometh('ceremony', 'verify', 'primes.ceremony-1.cbor', '--json');
    expect(status).toBe(0);
    const replay = verifyTranscript(drawn);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'prometheus/ceremony-check/1',
      complete: true,
      chainAsked: false,
      arbiters: drawn.parameters.n,
      fault: null,
      graphId: replay.kind === 'complete' && toHex(replay.graphId),
      steps: Array.from({ length: 6 }, () => ({ outcome: 'holds' })),
      ranking: replay.ranking!.map(({ outpoint, index }) => ({ stake: outpointKey(outpoint), drawn: index })),
    });
  });

  it('names the party whose message is missing, and the steps that were not reached', () => {
    expect(failureOf(changed({ envelopes: without('verifier', 'ceremonySeed') }))).toMatchObject({
      step: 'seeds',
      code: 'seed-missing',
      culprit: 'verifier',
      ranking: [],
    });
    expect(failureOf(changed({ envelopes: without('worker', 'arbiterSet') }))).toMatchObject({
      step: 'agreement',
      code: 'set-missing',
      culprit: 'worker',
    });
  });

  it('names the arbiter that answered for a spent stake', () => {
    const { snapshotHeight } = decodeContract(drawn.contract);
    const first = verifyTranscript(drawn).ranking!.find(({ index }) => index === 1)!;
    const key = outpointKey(first.outpoint);
    const stakes = drawn.stakes.map((stake) =>
      outpointKey(stake.coin.outpoint) === key ? { ...stake, spentHeight: snapshotHeight } : stake,
    );
    const path = changed({ stakes });
    expect(failureOf(path)).toMatchObject({ step: 'union', code: 'stake-spent', culprit: key });
    const { status, stdout } = prometh('ceremony', 'verify', path);
    expect(status).toBe(3);
    expect(stdout.replace(/\n/g, ' ')).toMatch(/FAILED {2}union: .* At fault: the arbiter with the stake /);
    expect(stdout).not.toContain('The ceremony holds.');
    expect(stdout.replace(/\n/g, ' ')).toContain(NO_CHAIN);
  });

  it('another block gives another draw, which nobody signed', () => {
    const blockHash = hash32(new Uint8Array(32).fill(7));
    const stakes = drawn.stakes.slice(0, drawn.parameters.n);
    expect(failureOf(changed({ blockHash }))).toMatchObject({ step: 'agreement', code: 'set-mismatch' });
    expect(failureOf(changed({ stakes: stakes.slice(1) }))).toMatchObject({ step: 'union' });
  });

  it('a file that is none is wrong use: exit code 2 and a remedy', () => {
    writeFileSync(join(folder, 'none.cbor'), Uint8Array.of(0xa0));
    const { status, stdout, stderr } = prometh('ceremony', 'verify', 'none.cbor');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^prometh: none\.cbor is no file of a ceremony: .* What to do: .*\n$/);
    expect(prometh('ceremony', 'verify', 'missing.cbor').status).toBe(2);
    expect(prometh('ceremony', 'verify').status).toBe(2);
  });
});
