import { DUST } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../src/scenarios/catalogue.ts';
import { byAll, expectSettled, played } from './play.ts';

const rules = SCENARIOS.flatMap(({ scenarios }) => scenarios)
  .map(({ name }) => name)
  .filter((name) => name.startsWith('rule-'));

describe('amounts and bounds', () => {
  it('#3: rounding: sums exact, with amounts that divide by nothing', async () => {
    await expectSettled('odd-amounts-accepted', 'Tx4', { decrypted: true });
  });

  it('#6: rounding: no dust: what the floors leave over is too little for an output, and fee', async () => {
    const { fees, fund } = await expectSettled('odd-amounts-appealed', byAll('Tx7'), { decrypted: null });
    const left = 400_003n - 5n * (400_003n / 5n);
    expect(left).toBeLessThan(DUST);
    expect(fund).toBe(0n);
    expect(fees.find(({ id }) => id === byAll('Tx7'))?.fee).toBe(3_001n + left);
  });

  it('#6c: rounding: what the floors leave over is in F', async () => {
    await expectSettled('odd-amounts-challenged', byAll('Tx7c'), { decrypted: null });
  });

  it.each(rules)(
    '%s: the setup is refused with the name of the rule, and nothing has changed',
    async (name) => {
      const { ending, fees } = await played(name);
      const reason =
        ending.kind === 'refused' ? ending.reason : ending.kind === 'abandoned' && ending.fault.reason;
      expect(reason).toContain(`Rule ${name.slice('rule-'.length).toUpperCase()} is broken`);
      expect(fees).toEqual([]);
    },
  );
});
