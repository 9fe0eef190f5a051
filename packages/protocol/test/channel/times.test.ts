import { describe, expect, it } from 'vitest';
import { courtHeight, timesOf } from '../../src/channel/times.ts';
import { clock, type OpenState, type TransactionId } from '../../src/index.ts';
import { agreed } from './arbitration/setting.ts';

const { agreement } = agreed(3);
const { parameters, contract } = agreement;
const { B } = clock(parameters, contract);
const H0 = 100;

/** Nothing else counts here. */
const open = (commitmentHeight: number | null) => ({ agreement, commitmentHeight }) as OpenState;

describe('M §Steps: the tips that count before a dispute', () => {
  it('from H0, t0 and Δ', () => {
    const { deliveryBlocks: t0, confirmationBlocks: delta } = contract;
    expect(timesOf(open(H0))).toEqual({
      h0: H0,
      B,
      deliveryBy: H0 + t0,
      seedBy: H0 + t0 + delta,
      openingBy: H0 + t0 + 2 * delta,
      // D37: the first block after all deliveries were accepted, and the first after C's receipt was.
      substituteAt: { verifier: H0 + t0 + B + 1, client: H0 + t0 + delta + B + 1 },
      decidedAt: H0 + t0 + 2 * delta + B,
      verdictBy: H0 + clock(parameters, contract).verdictLatest,
    });
  });

  it('there are none while Tx0 is in no block', () => {
    expect(timesOf(open(null))).toBeNull();
  });
});

describe('HA', () => {
  const disputed = (...transactions: readonly TransactionId[]) =>
    ({
      name: 'arbitration',
      disputes: transactions.map((transaction, i) => ({ transaction, height: 10 + i })),
    }) as unknown as OpenState;

  it('is the height of TxA or TxAc; a verdict alone is none, and before a dispute there is none', () => {
    expect(courtHeight(disputed('TxV0', 'TxA'))).toBe(11);
    expect(courtHeight(disputed('TxV1', 'TxAc'))).toBe(11);
    expect(courtHeight(disputed('TxV0'))).toBeNull();
    expect(courtHeight({ name: 'verification' } as OpenState)).toBeNull();
  });
});
