import { describe, expect, it } from 'vitest';
import { confirmed, expectSettled, played } from './play.ts';

describe('scenarios in which Tx4 pays', () => {
  it('#3: all honest: two transactions, and everybody gets what the table says', async () => {
    const report = await expectSettled('all-honest', 'Tx4', { decrypted: true });
    expect(report.changes).toEqual({
      client: -100_000n,
      worker: 90_000n,
      verifier: 10_000n,
      fund: 0n,
      'arbiter:1': 1_000n,
      'arbiter:2': 1_000n,
      'arbiter:3': 1_000n,
      'arbiter:4': 1_000n,
      'arbiter:5': 1_000n,
    });
    expect(confirmed(report)).toEqual(['Tx0', 'Tx4']);
  });

  it('the same seed tells the same story, transaction for transaction; another one another', async () => {
    const [first, again, other] = [
      await played('all-honest', 'a'),
      await played('all-honest', 'a'),
      await played('all-honest', 'b'),
    ];
    expect(again.timeline).toEqual(first.timeline);
    expect(again.balances).toEqual(first.balances);
    expect(other.timeline).not.toEqual(first.timeline);
  });

  it('#3: messages that are lost and late change nothing but the time that it takes', async () => {
    const report = await expectSettled('lossy-network', 'Tx4', { decrypted: true });
    expect(report.ending).toMatchObject({ scheme: 3 });
  });

  it('D4: a lazy Verifier without u_p does not get its fee: it goes to C after the window', async () => {
    await expectSettled('lazy-verifier', 'Tx4', {
      decrypted: true,
      changes: { client: -90_000n, verifier: 0n },
    });
  });

  it('#3: a Verifier to whom the Worker leaks u_p gets the fee of a check that it never did', async () => {
    const report = await expectSettled('leaked-lock', 'Tx4', { decrypted: true });
    expect(report.timeline.some(({ what }) => what === 'takes the fee output with u_p')).toBe(true);
  });

  it('#3, D26: W posts at the last block and skips V: V accepts by relay and judges in time', async () => {
    const report = await expectSettled('delivery-at-the-last-block', 'Tx4', { decrypted: true });
    expect(confirmed(report)).toEqual(['Tx0', 'Tx4']);
  });

  it('#3, D37: a seed of V that is never opened is replaced by the block hash', async () => {
    const { observations } = await expectSettled('verifier-seed-never-opened', 'Tx4', { decrypted: true });
    expect(observations).toEqual({
      'C, W and V have the same sample': 'true',
      's_C is': 'its seed',
      's_V is': 'a block hash',
    });
  });

  it('#3, D37: a seed of C that is never opened is replaced by a block hash, and V’s with it: nothing of C names it', async () => {
    const { observations } = await expectSettled('client-seed-never-opened', 'Tx4', { decrypted: true });
    expect(observations).toEqual({
      'C, W and V have the same sample': 'true',
      's_C is': 'a block hash',
      's_V is': 'a block hash',
    });
  });

  it('#3, D10: W grinds R when it knows the sample: the first R counts, and the sample is the same for all', async () => {
    const { observations } = await expectSettled('worker-grinds', 'Tx4', { decrypted: true });
    expect(observations).toMatchObject({ 'C, W and V have the same sample': 'true' });
  });
});
