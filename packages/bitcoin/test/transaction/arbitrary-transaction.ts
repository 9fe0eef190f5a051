import { MAX_MONEY, txidFromInternal } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import type { Transaction } from '../../src/transaction/transaction.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

/** Any transaction with an input and an output; about half of them have a witness. */
export const arbitraryTransaction: fc.Arbitrary<Transaction> = fc.record({
  version: uint32,
  inputs: fc.array(
    fc.record({
      txid: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(txidFromInternal),
      vout: uint32,
      scriptSig: bytes(300),
      sequence: uint32,
      witness: fc.oneof(fc.constant([]), fc.array(bytes(300), { maxLength: 3 })),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  outputs: fc.array(fc.record({ amount: fc.bigInt({ min: 0n, max: MAX_MONEY }), script: bytes(300) }), {
    minLength: 1,
    maxLength: 3,
  }),
  lockTime: uint32,
});
