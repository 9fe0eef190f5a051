import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChainProcess,
  type Daemon,
  prometh,
  secretFile,
  startBitcoind,
  startDevchain,
  startNode,
} from './processes.ts';

/** The chain is a live bitcoind where it names one. */
const { BITCOIND } = process.env;
let folder: string;
let passphrase: string;
let chain: ChainProcess;
let daemon: Daemon | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometh-recover-'));
  passphrase = secretFile(join(folder, 'passphrase'), 'correct horse battery staple');
  chain = await (BITCOIND === undefined ? startDevchain(folder) : startBitcoind(BITCOIND, folder));
  const made = prometh('init', '--data-dir', folder, '--passphrase-file', passphrase, '--no-input', '--json');
  expect(made.status).toBe(0);
});
afterAll(async () => {
  await daemon?.process.end('SIGKILL');
  await chain.process.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const place = () => ['--data-dir', folder, ...chain.settings, '--json'];
const recover = (...words: readonly string[]) =>
  prometh('recover', ...place(), '--passphrase-file', passphrase, '--no-input', '--once', ...words);

describe('prometh recover and prometh tower, as processes', () => {
  it('recover: reads the chain for the wallet, says what it has, and ends', () => {
    const { status, stdout } = recover();
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      format: 'prometheus/recover/1',
      kind: 'round',
      balance_sat: '0',
      channels: [],
    });
  });

  it('recover: a backup that is not there, or is none, is named', () => {
    expect(JSON.parse(recover('--backup', join(folder, 'none')).stdout)).toMatchObject({
      code: 'backup-unreadable',
    });
    const letter = join(folder, 'letter');
    writeFileSync(letter, 'dear aunt');
    expect(JSON.parse(recover('--backup', letter).stdout)).toMatchObject({ code: 'backup-malformed' });
  });

  it('node: keeps a backup that recover opens; tower: exports a bundle, and refuses one without contracts', async () => {
    const backup = join(folder, 'channels.backup');
    daemon = await startNode(folder, passphrase, ...chain.settings, '--set', `backup.file=${backup}`);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const bundle = join(folder, 'contracts.tower');
    const { status, stdout } = prometh('tower', 'export', bundle, ...place());
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, file: bundle, transactions: 0 });
    expect(statSync(bundle).mode & 0o777).toBe(0o600);
    expect(prometh('tower', 'export', bundle, ...place()).status).not.toBe(0);
    await daemon.process.end('SIGTERM');
    daemon = undefined;
    expect(recover('--backup', backup).status).toBe(0);
    const run = prometh('tower', 'run', bundle, ...place(), '--once');
    expect(run.status).not.toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ code: 'nothing-to-watch' });
  });
});
