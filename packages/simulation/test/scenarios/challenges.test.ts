import { describe, expect, it } from 'vitest';
import { byAll, confirmed, expectSettled } from './play.ts';

describe('scenarios in which the Client challenges', () => {
  it('#6c, D27: W = V garbage, Client audits', async () => {
    const report = await expectSettled('audit-finds-garbage', byAll('Tx7c'), { decrypted: null });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV1', 'TxAc', byAll('Tx7c')]);
    expect(report.changes).toMatchObject({
      client: 40_000n,
      worker: -400_000n,
      verifier: -500_000n,
      fund: 840_000n,
    });
  });

  it('#7c: a frivolous challenge', async () => {
    const report = await expectSettled('frivolous-challenge', byAll('Tx8c'), { decrypted: true });
    expect(report.changes).toMatchObject({ client: -120_000n, worker: 90_000n, verifier: 10_000n });
  });

  it('#6 by Tx9c, D32: C = W challenge and withhold h_p: V unharmed', async () => {
    const report = await expectSettled('challenge-by-friends', byAll('Tx9c'), { decrypted: null });
    expect(report.changes).toMatchObject({ client: -20_000n, worker: -400_000n, verifier: 0n });
  });

  it('#7c, D31: W signs a second opening for C alone: V unharmed', async () => {
    const report = await expectSettled('second-opening-for-the-client', byAll('Tx8c'), { decrypted: true });
    expect(report.changes.verifier).toBe(10_000n);
  });

  it('#6c, D29: a verdict sent to some arbiters only: all honest ones agree', async () => {
    await expectSettled('verdict-for-some-arbiters', byAll('Tx7c'), { decrypted: null });
  });
});
