import { describe, expect, it } from 'vitest';
import { byAll, confirmed, expectSettled } from './play.ts';

describe('scenarios with a verdict r = 0 on the chain', () => {
  it('#4: C = W fakes delivery: TxV0, no appeal', async () => {
    const report = await expectSettled('faked-delivery', 'Tx5', { decrypted: null });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV0', 'Tx5']);
  });

  it('#6: C = W fakes delivery, and W appeals', async () => {
    await expectSettled('faked-delivery-appealed', byAll('Tx7'), { decrypted: null });
  });

  it('#4: W delivers but withholds the opening', async () => {
    await expectSettled('opening-withheld', 'Tx5', { decrypted: null });
  });

  it('#6: W delivers but withholds the opening, and appeals', async () => {
    await expectSettled('opening-withheld-appealed', byAll('Tx7'), { decrypted: null });
  });

  it('#4: a bad chunk in the sample, admitted', async () => {
    await expectSettled('bad-chunk-admitted', 'Tx5', { decrypted: null });
  });

  it('#6: a bad chunk in the sample, appealed', async () => {
    const report = await expectSettled('bad-chunk-appealed', byAll('Tx7'), { decrypted: null });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV0', 'TxA', byAll('Tx7')]);
    expect(report.changes).toMatchObject({
      client: 0n,
      worker: -400_000n,
      verifier: 0n,
      'arbiter:1': 81_000n,
    });
  });

  it('#6: a wrong accumulator of a model: found without running a chunk, and the claim names the one', async () => {
    const report = await expectSettled('wrong-accumulator', byAll('Tx7'), { decrypted: null });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV0', 'TxA', byAll('Tx7')]);
    expect(report.observations).toEqual({ 'the Verifier claims': 'output of chunk 2' });
  });

  it('#4: a wrong chunk key', async () => {
    const { timeline } = await expectSettled('wrong-chunk-key', 'Tx5', { decrypted: null });
    expect(timeline.find(({ what }) => what === 'publishes TxV0')?.why).toContain('dleq');
  });

  it('#4: a bad lock', async () => {
    const { timeline } = await expectSettled('bad-lock', 'Tx5', { decrypted: null });
    expect(timeline.find(({ what }) => what === 'publishes TxV0')?.why).toContain('lock');
  });

  it('#7: a lying Verifier, and the Client decrypts', async () => {
    const report = await expectSettled('lying-verifier', byAll('Tx8'), { decrypted: true });
    expect(report.changes).toMatchObject({
      client: -100_000n,
      worker: 100_000n,
      verifier: -500_000n,
      fund: 100_000n,
    });
  });

  it('#7: the Verifier signs r = 1 and also confirms TxV0', async () => {
    await expectSettled('two-verdicts', byAll('Tx8'), { decrypted: true });
  });

  it('#6, D33: W = V say r = 1, then TxV0 and appeal: C claims', async () => {
    await expectSettled('bought-verdict-revoked', byAll('Tx7'), { decrypted: null });
  });

  it('#6: two different R signed: equivocation', async () => {
    const { timeline } = await expectSettled('two-roots', byAll('Tx7'), { decrypted: null });
    expect(timeline.find(({ what }) => what === 'publishes TxV0')?.why).toContain('equivocation');
  });
});
