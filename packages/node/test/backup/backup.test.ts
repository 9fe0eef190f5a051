import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupFile } from '../../src/backup/file-target.ts';
import { type Backup, backupKey, openBackup, sealBackup } from '../../src/backup/format.ts';
import { BackupKeeper, type BackupNotice } from '../../src/backup/keeper.ts';
import { mineUntil, startPlay, stateOf } from '../local/play.ts';

const key = backupKey(new Uint8Array(32).fill(1));
const nonce = new Uint8Array(24).fill(2);
const lineage = new Uint8Array(16).fill(3);
const empty: Backup = { lineage, number: 258, height: 100, channels: [] };

describe('a backup file', () => {
  it('opens to what was sealed, and shows nothing of it', () => {
    const bytes = sealBackup(empty, key, nonce);
    expect(openBackup(bytes, key)).toEqual(empty);
    expect(new TextDecoder('latin1').decode(bytes)).not.toContain('channels');
  });

  it('is refused with any bit changed, cut, lengthened, or under another key', () => {
    const bytes = sealBackup(empty, key, nonce);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i]! ^= 1;
      expect(() => openBackup(changed, key), `byte ${i}`).toThrow(
        expect.objectContaining({ code: i < 8 ? 'backup-malformed' : 'backup-locked' }),
      );
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => openBackup(bytes.subarray(0, length), key)).toThrow(
        expect.objectContaining({ code: length < 72 ? 'backup-malformed' : 'backup-locked' }),
      );
    }
    expect(() => openBackup(Uint8Array.of(...bytes, 0), key)).toThrow(
      expect.objectContaining({ code: 'backup-locked' }),
    );
    expect(() => openBackup(bytes, backupKey(new Uint8Array(32)))).toThrow(
      expect.objectContaining({ code: 'backup-locked' }),
    );
  });

  it('is replaced whole, for its owner only, and what cannot be written leaves the old one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-backup-'));
    const target = backupFile(join(folder, 'channels.backup'));
    await target.write(Uint8Array.of(1));
    await target.write(Uint8Array.of(2, 3));
    expect([...readFileSync(join(folder, 'channels.backup'))]).toEqual([2, 3]);
    expect(statSync(join(folder, 'channels.backup')).mode & 0o777).toBe(0o600);
    await expect(backupFile(join(folder, 'none', 'x')).write(Uint8Array.of(1))).rejects.toThrow(/ENOENT/);
    await expect(backupFile(folder).write(Uint8Array.of(1))).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['channels.backup']);
    rmSync(folder, { recursive: true });
  });
});

describe('a keeper of backups', () => {
  it('writes at every step that brings what cannot be made again; warns while the newest is in none, and catches up', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { engine } = network.worker.node;
    const files: Uint8Array[] = [];
    const notices: BackupNotice[] = [];
    let isThere = true;
    const keeper = new BackupKeeper(
      {
        records: () => engine.records,
        watch: (listener) => engine.watch(listener),
        seal: (channels) => sealBackup({ ...empty, channels }, key, nonce),
      },
      {
        write: async (bytes) => {
          if (!isThere) throw new RangeError('the disk is not there');
          files.push(bytes);
        },
      },
      (notice) => notices.push(notice),
    );
    await play.begin();
    expect(keeper.behind).toBe(false);
    isThere = false;
    await network.mine();
    // Pre-signatures have come, C's adaptor signatures among them.
    await mineUntil(network, () => stateOf(network.worker).name !== 'setup');
    expect(keeper.behind).toBe(true);
    expect(notices.at(-1)).toMatchObject({ kind: 'behind', error: { message: 'the disk is not there' } });
    isThere = true;
    await keeper.update();
    expect(keeper.behind).toBe(false);
    const [newest] = openBackup(files.at(-1)!, key).channels;
    expect(newest).toEqual(engine.records[0]);
    const { signatures } = newest!.state as { readonly signatures: { readonly adaptor: object } };
    expect(Object.keys(signatures.adaptor).length).toBeGreaterThan(0);
    const before = files.length;
    await mineUntil(network, () => stateOf(network.worker).name === 'closed');
    expect(files.length).toBeGreaterThan(before);
    expect(keeper.behind).toBe(false);
  });
});
