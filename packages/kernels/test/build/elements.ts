import { FIELD_PRIME } from '@prometheus-compute/kernels';
import fc from 'fast-check';
import type { Values } from './values.ts';

/** A number mod p, never negative. */
export function modulo(value: bigint): bigint {
  const rest = value % FIELD_PRIME;
  return rest < 0n ? rest + FIELD_PRIME : rest;
}

/** Field elements of every size; one in four is 0, 1, p − 1 or one around the limbs that kernels split them into. */
export function elements(values: Values, length: number): BigUint64Array {
  const special = [0n, 1n, FIELD_PRIME - 1n, 0x7fffn, 0x8000n, 0x8000_8000_8000n, 2n ** 60n, 2n ** 42n - 1n];
  return BigUint64Array.from({ length }, () => {
    const random = (BigInt(values.next()) << 32n) | BigInt(values.next());
    return random % 4n === 0n ? special[values.between(0, special.length - 1)]! : modulo(random);
  });
}

/** p − 1, `length` times. */
export function largest(length: number): BigUint64Array {
  return new BigUint64Array(length).fill(FIELD_PRIME - 1n);
}

/** Any element, and often one at the end of the field. */
export const element = fc.oneof(
  fc.bigInt({ min: 0n, max: FIELD_PRIME - 1n }),
  fc.constantFrom(0n, 1n, FIELD_PRIME - 1n, 2n ** 31n, 2n ** 31n - 1n, 2n ** 60n),
);
