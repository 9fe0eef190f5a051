import { randomBytes } from 'node:crypto';
import { describe, it } from 'vitest';
import { expectSameVerdicts } from '../compare.ts';
import { digestsOfLongVerdicts } from './layout.ts';
import { randomScenario } from './scenario.ts';

/** Recorded. Others are run where BITCOIND is set: RANDOM_SEEDS says how many, RANDOM_SEED names one. */
const RECORDED = ['lime', 'pear', 'plum', 'quince'];
const STEPS = 60;

describe('random calls get the verdicts of Bitcoin Core', () => {
  it.each(RECORDED)('seed %s', async (seed) => {
    await expectSameVerdicts(randomScenario(seed, STEPS), undefined, digestsOfLongVerdicts);
  });

  const { BITCOIND, RANDOM_SEED, RANDOM_SEEDS } = process.env;
  const count = Number(RANDOM_SEEDS ?? 0);
  const fresh = Array.from({ length: count }, () => randomBytes(4).toString('hex'));
  const seeds = RANDOM_SEED === undefined ? fresh : [RANDOM_SEED];
  it.skipIf(BITCOIND === undefined).each(seeds)(
    'fresh seed %s (RANDOM_SEED=%s repeats it)',
    async (seed) => {
      await expectSameVerdicts(randomScenario(seed, 4 * STEPS), undefined, digestsOfLongVerdicts);
    },
    120_000,
  );
});
