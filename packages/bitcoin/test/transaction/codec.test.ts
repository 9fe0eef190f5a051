import { equalBytes, fromHex, toHex } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransactionError } from '../../src/transaction/errors.ts';
import { transactionId, witnessTransactionId } from '../../src/transaction/identity.ts';
import { parseTransaction } from '../../src/transaction/parse.ts';
import { serializeTransaction, serializeWithoutWitness, totalSize } from '../../src/transaction/serialize.ts';
import { hasWitness } from '../../src/transaction/transaction.ts';
import { vsize, weight } from '../../src/transaction/weight.ts';
import { arbitraryTransaction } from './arbitrary-transaction.ts';

/** BIP143's first example, signed: a P2PK and a P2WPKH input. */
const BIP143_SIGNED = [
  '01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc2',
  '6ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4',
  'ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff',
  '02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4d',
  'be6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a',
  '0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb',
  '3566bb0ad253f62fc70f07aeee635711000000',
].join('');

function codeOf(bytes: Uint8Array): string {
  try {
    parseTransaction(bytes);
  } catch (error) {
    if (error instanceof TransactionError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Version, inputs, …: the smallest transaction without a witness, in parts that a test can change. */
const INPUT = `${'11'.repeat(32)}0000000000ffffffff`;
const OUTPUT = '000000000000000000';

describe('transaction codec', () => {
  it('gives back every transaction', () => {
    fc.assert(
      fc.property(arbitraryTransaction, (transaction) => {
        expect(parseTransaction(serializeTransaction(transaction))).toEqual(transaction);
      }),
      { numRuns: 300 },
    );
  });

  it('gives back the old format without its witness', () => {
    fc.assert(
      fc.property(arbitraryTransaction, (transaction) => {
        const inputs = transaction.inputs.map((input) => ({ ...input, witness: [] }));
        const parsed = parseTransaction(serializeWithoutWitness(transaction), { witness: false });
        expect(parsed).toEqual({ ...transaction, inputs });
      }),
      { numRuns: 100 },
    );
  });

  it('accepts no bytes that it would write otherwise', () => {
    fc.assert(
      fc.property(
        arbitraryTransaction,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (transaction, at, change) => {
          const bytes = serializeTransaction(transaction);
          bytes[at % bytes.length]! ^= change;
          if (codeOf(bytes) === 'accepted') {
            expect(equalBytes(serializeTransaction(parseTransaction(bytes)), bytes)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses every truncation', () => {
    const bytes = fromHex(BIP143_SIGNED);
    const codes = Array.from(bytes, (_, length) => codeOf(bytes.subarray(0, length)));
    expect(codes.filter((code) => code === 'accepted')).toEqual([]);
    expect(codeOf(bytes)).toBe('accepted');
  });

  it.each([
    ['truncated', `0100000001${INPUT}01${OUTPUT}000000`],
    ['trailing-bytes', `0100000001${INPUT}01${OUTPUT}0000000000`],
    ['compact-size-not-canonical', `01000000fd0100${INPUT}01${OUTPUT}00000000`],
    ['compact-size-not-canonical', `01000000feff000000${INPUT}01${OUTPUT}00000000`],
    ['compact-size-not-canonical', `01000000ffffffffff00000000${INPUT}01${OUTPUT}00000000`],
    ['too-large', `01000000fe01000002${INPUT}01${OUTPUT}00000000`],
    ['superfluous-witness', `01000000000101${INPUT}01${OUTPUT}0000000000`],
    ['unknown-optional-data', `01000000000201${INPUT}01${OUTPUT}00000000`],
  ])('refuses with %s', (code, hex) => {
    expect(codeOf(fromHex(hex))).toBe(code);
  });

  it('copies what it reads', () => {
    const bytes = Buffer.from(BIP143_SIGNED, 'hex');
    const transaction = parseTransaction(bytes);
    bytes.fill(0);
    expect(toHex(serializeTransaction(transaction))).toBe(BIP143_SIGNED);
  });

  it('reads no inputs only in the format from before BIP144', () => {
    const bytes = fromHex(`010000000001${OUTPUT}00000000`);
    expect(codeOf(bytes)).not.toBe('accepted');
    expect(parseTransaction(bytes, { witness: false }).inputs).toEqual([]);
  });
});

describe('identity and weight', () => {
  it('commits to the witness in the wtxid only', () => {
    fc.assert(
      fc.property(arbitraryTransaction, (transaction) => {
        const bare = parseTransaction(serializeWithoutWitness(transaction), { witness: false });
        expect(transactionId(transaction)).toBe(transactionId(bare));
        expect(witnessTransactionId(bare)).toBe(transactionId(bare));
        expect(witnessTransactionId(transaction) === transactionId(bare)).toBe(!hasWitness(transaction));
      }),
      { numRuns: 100 },
    );
  });

  it('counts witness bytes once and others four times', () => {
    fc.assert(
      fc.property(arbitraryTransaction, (transaction) => {
        const total = serializeTransaction(transaction).length;
        const stripped = serializeWithoutWitness(transaction).length;
        expect(totalSize(transaction)).toBe(total);
        expect(weight(transaction)).toBe(3 * stripped + total);
        expect(vsize(transaction)).toBe(Math.ceil((3 * stripped + total) / 4));
      }),
      { numRuns: 100 },
    );
  });

  it('knows BIP143’s example', () => {
    const transaction = parseTransaction(fromHex(BIP143_SIGNED));
    expect(transactionId(transaction)).toBe(
      'e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609',
    );
    expect(weight(transaction)).toBe(1_042);
  });
});
