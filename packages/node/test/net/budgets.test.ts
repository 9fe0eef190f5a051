import { describe, expect, it } from 'vitest';
import { type GiveBack, MemoryBudget } from '../../src/net/memory-budget.ts';
import { TokenBucket } from '../../src/net/token-bucket.ts';

const never = new AbortController().signal;

describe('memory that is shared', () => {
  it('is never more than there is; whoever comes first goes first', async () => {
    const budget = new MemoryBudget(100, 10);
    const first = (await budget.take(60, never))!;
    const order: string[] = [];
    const after = (name: string, bytes: number) =>
      budget.take(bytes, never).then((giveBack) => {
        order.push(name);
        return giveBack!;
      });
    // The second does not fit; the third would, and waits behind it.
    const [second, third] = [after('second', 50), after('third', 10)];
    await Promise.resolve();
    expect([budget.held, order]).toEqual([60, []]);
    first();
    const both: GiveBack[] = await Promise.all([second, third]);
    expect([budget.held, order]).toEqual([60, ['second', 'third']]);
    for (const giveBack of [first, ...both, ...both]) giveBack();
    expect(budget.held).toBe(0);
  });

  it('is refused where it will never be there, or too many wait', async () => {
    const budget = new MemoryBudget(100, 1);
    expect(await budget.take(101, never)).toBe(undefined);
    const held = (await budget.take(100, never))!;
    const waits = budget.take(1, never);
    expect(await budget.take(1, never)).toBe(undefined);
    held();
    expect(await waits).toBeDefined();
  });

  it('whoever gives up waiting holds up nobody behind it', async () => {
    const budget = new MemoryBudget(100, 10);
    await budget.take(60, never);
    const gone = new AbortController();
    const large = budget.take(100, gone.signal);
    const small = budget.take(40, never);
    gone.abort();
    expect(await large).toBe(undefined);
    expect(await small).toBeDefined();
    expect(await budget.take(1, gone.signal)).toBe(undefined);
  });
});

describe('rate', () => {
  it('what comes at once is free up to the reserve; beyond it, waiting pays the debt', () => {
    let now = 0;
    const bucket = new TokenBucket(10, 5, () => now);
    expect([bucket.take(4), bucket.take(1), bucket.take(1), bucket.take(2)]).toEqual([0, 0, 100, 300]);
    now += 300;
    expect(bucket.take(1)).toBe(100);
    now += 1_000_000;
    expect([bucket.take(5), bucket.take(1)]).toEqual([0, 100]);
  });

  it('who takes only what is there makes no debt, however often it asks', () => {
    let now = 0;
    const bucket = new TokenBucket(10, 5, () => now);
    const taken = Array.from({ length: 100 }, () => bucket.tryTake(1)).filter(Boolean);
    expect(taken).toHaveLength(5);
    now += 100;
    expect([bucket.tryTake(1), bucket.tryTake(1)]).toEqual([true, false]);
  });
});
