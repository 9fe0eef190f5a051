import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import { Outbox, type OutboxHost } from '../../src/engine/outbox.ts';
import { SerialQueue } from '../../src/engine/serial-queue.ts';
import { encodeSnapshot } from '../../src/snapshot/snapshot.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'prometheus-outbox-'));
const store = openSqliteStore(join(folder, 'node.sqlite'), { powerLoss: 'ignore' });
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

describe('a task that ends when its event cannot be used yet', () => {
  it('is run again: a reorganisation has taken the appeal away while an arbiter judged, and brings it back', async () => {
    const record = { id: 'one', state: { name: 'arbitration' } } as unknown as ChannelRecord;
    const queue = new SerialQueue();
    let court = false;
    let runs = 0;
    const host = {
      ports: { store },
      queue,
      channels: { get: () => record },
      notify: () => {},
      runTask: async () => {
        runs += 1;
        return { kind: 'judged', confirmed: true, nonce: new Uint8Array(32) };
      },
      feed: async (_id: string, _event: unknown, completes: number) => {
        if (court) await store.finish(completes);
        return court;
      },
    } as unknown as OutboxHost;
    const outbox = new Outbox(host);
    const payload = encodeSnapshot({ kind: 'judge' });
    const [entry] = await store.commit({
      channel: 'one',
      events: [],
      state: new Uint8Array(0),
      outbox: [{ kind: 'task', to: '', payload }],
      completes: undefined,
    });
    const quiet = async () => {
      while (queue.busy > 0) await new Promise((resolve) => setImmediate(resolve));
    };
    outbox.dispatch(entry!);
    await quiet();
    outbox.retry();
    await quiet();
    expect(runs).toBe(2);
    expect(await store.pending()).toHaveLength(1);
    court = true;
    outbox.retry();
    await quiet();
    outbox.retry();
    await quiet();
    expect(runs).toBe(3);
    expect(await store.pending()).toEqual([]);
  });
});
