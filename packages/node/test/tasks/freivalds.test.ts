import { contentHash, type FreivaldsCheck } from '@prometheus-compute/proofs';
import { describe, expect, it } from 'vitest';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import type { WantedContent } from '../../src/engine/download.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { TaskContext } from '../../src/engine/tasks/context.ts';
import { recordsFor } from '../../src/engine/tasks/freivalds.ts';

const RECORDS = Uint8Array.of(1, 2, 3);
const HASH = contentHash('records', RECORDS);

/** What V asks for: each content costs `blocks`, and nothing comes that takes longer than V waits. */
function checkWith(blocks: number, peers: readonly string[] = ['w']) {
  let height = 100;
  const patience: (number | undefined)[] = [];
  const obtain = async (_record: ChannelRecord, _from: readonly string[], wanted: WantedContent) => {
    patience.push(wanted.patience);
    height += Math.min(blocks, wanted.patience!);
    if (blocks > wanted.patience!) throw new EngineError('payload-missing', 'too late');
    return RECORDS;
  };
  const context = {
    peersOf: () => peers,
    payload: { obtain },
    ports: { chain: { tip: async () => ({ height }) } },
  } as unknown as TaskContext;
  const records = recordsFor({ role: 'verifier' } as ChannelRecord, context);
  const ask = (chunk: number): ReturnType<FreivaldsCheck['records']> => records(chunk, HASH, RECORDS.length);
  return { ask, patience };
}

describe('D39: the Verifier waits two blocks for records, and not for each of them', () => {
  it('and asks on while they come at once', async () => {
    const { ask, patience } = checkWith(0);
    for (const chunk of [0, 1, 2, 3]) expect(await ask(chunk)).toBe(RECORDS);
    expect(patience).toEqual([2, 2, 2, 2]);
  });

  it('so a Worker that serves one chunk a block is asked for two chunks, and no more', async () => {
    const { ask, patience } = checkWith(1);
    expect(await ask(0)).toBe(RECORDS);
    expect(await ask(1)).toBe(RECORDS);
    expect(await ask(2)).toBeUndefined();
    expect(patience).toEqual([2, 1]);
  });

  it('and one that serves nothing is asked once', async () => {
    const { ask, patience } = checkWith(3);
    expect(await ask(0)).toBeUndefined();
    expect(await ask(1)).toBeUndefined();
    expect(patience).toEqual([2]);
  });

  it('nobody is asked when nobody is known', async () => {
    const { ask, patience } = checkWith(0, []);
    expect(await ask(0)).toBeUndefined();
    expect(patience).toEqual([]);
  });
});
