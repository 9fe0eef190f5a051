import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audits } from '../../src/engine/tasks/audit.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';

const LOW = new Uint8Array(4);
const HIGH = new Uint8Array(4).fill(255);

describe("M §Release: the Client's audit", () => {
  it('is drawn once a channel: a check that fails is not rid of it, nor does it come upon it, by being run again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-audit-'));
    const auditRate = 0.2;
    const draw = async (channel: string, bytes: Uint8Array): Promise<boolean> => {
      // A store of its own each time: a restart draws no second time either.
      const store = openSqliteStore(join(folder, 'node.sqlite'));
      try {
        return await audits(channel, { store, entropy: () => bytes, auditRate });
      } finally {
        await store.close();
      }
    };
    try {
      expect(await draw('client:1', LOW)).toBe(true);
      expect(await draw('client:1', HIGH)).toBe(true);
      expect(await draw('client:2', HIGH)).toBe(false);
      expect(await draw('client:2', LOW)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    [0, LOW, false],
    [1, HIGH, true],
  ])('at rate %d it is certain what comes', async (auditRate, bytes, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-audit-'));
    try {
      const store = openSqliteStore(join(folder, 'node.sqlite'));
      expect(await audits('client:1', { store, entropy: () => bytes, auditRate })).toBe(expected);
      await store.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
