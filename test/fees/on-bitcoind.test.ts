import type { TransactionId } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { expectSameAnswers } from '../../packages/bitcoin/test/differential/asked.ts';
import { Publisher } from '../../packages/node/test/fees/publisher.ts';
import { readyFor } from './contract-chain.ts';

const { BITCOIND } = process.env;
const policy = { feeRate: 2_000n, maxFeeRate: 50_000n, feeReserve: 250_000n };
/** Who publishes what: by a package with a child, and alone first. */
const PUBLISHED: readonly (readonly [TransactionId, 'client' | 'worker' | 'verifier' | 'arbiter:1'])[] = [
  ['TxV1', 'verifier'],
  ['TxA', 'worker'],
  ['Tx1', 'client'],
  ['Tx6', 'arbiter:1'],
];
/** Satoshis per 1000 vB that a miner asks for at first, and how much more at each block. */
const PRICES = [
  [1_000n, 0n],
  [10_000n, 1_000n],
  [30_000n, 700n],
  [60_000n, 0n],
] as const;

describe.skipIf(BITCOIND === undefined)('D16: a fee that rises, on a live bitcoind (needs BITCOIND)', () => {
  it.each(PUBLISHED)(
    '%s: each package and each replacement is taken as by the development chain',
    async (id, who) => {
      const ready = readyFor(id);
      let replaced = 0;
      const kinds = await expectSameAnswers(BITCOIND!, async () => {
        for (const [first, more] of PRICES) {
          const party = new Publisher(ready, id, who, policy);
          let asked = first;
          await party.run(party.height + 24, () => {
            asked += more;
            return asked;
          });
          replaced += party.submitted.length - 1;
        }
      });
      expect([...kinds]).toEqual(expect.arrayContaining(['block taken', 'submit taken']));
      expect(replaced).toBeGreaterThan(PRICES.length);
    },
  );
});
