import { concatBytes, fromHex, toHex } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { hasLowS, parseLaxDer } from '../../src/crypto/der.ts';

const scalars = (r: string, s: string) => ({
  kind: 'scalars',
  compact: fromHex(r.padStart(64, '0') + s.padStart(64, '0')),
});
const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';

describe('lax DER', () => {
  it.each([
    ['the strict form', '3006020101020102'],
    ['a wrong sequence length', '3000020101020102'],
    ['a long-form sequence length', '308106020101020102'],
    ['a long sequence length of zeros', '30820000020101020102'],
    ['long-form integer lengths', '30060281010102810102'],
    ['zero-padded integer lengths', '3006028300000101020102'],
    ['padded integers', '3006020300000102020002'],
    ['bytes behind it', '3006020101020102ffff'],
  ])('reads %s', (_, hex) => {
    expect(parseLaxDer(fromHex(hex))).toEqual(scalars('01', '02'));
  });

  it.each([
    ['nothing', ''],
    ['no sequence', '3106020101020102'],
    ['only a tag', '30'],
    ['a sequence length that is cut off', '3085'],
    ['no integer', '3006030101020102'],
    ['a second integer that is missing', '3003020101'],
    ['an integer longer than what follows', '300602010102030101'],
    ['an integer length of four bytes', '3006028401000000010201'],
  ])('refuses %s', (_, hex) => {
    expect(parseLaxDer(fromHex(hex))).toBeUndefined();
  });

  it('says overflow for integers that are no scalars', () => {
    expect(parseLaxDer(fromHex(`30250220${ORDER}020101`))).toEqual({ kind: 'overflow' });
    expect(parseLaxDer(fromHex(`30250201010220${ORDER}`))).toEqual({ kind: 'overflow' });
    expect(parseLaxDer(fromHex(`30260221${'01'.repeat(33)}020101`))).toEqual({ kind: 'overflow' });
  });

  it('reads an empty integer as zero', () => {
    expect(parseLaxDer(fromHex('30050200020105'))).toEqual(scalars('00', '05'));
  });
});

describe('low S', () => {
  const half = fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0');
  const withS = (s: Uint8Array) => concatBytes(fromHex('30250201010220'), s);
  const above = fromHex(toHex(half).replace(/a0$/, 'a1'));

  it('ends at half the order', () => {
    expect(hasLowS(withS(half))).toBe(true);
    expect(hasLowS(withS(above))).toBe(false);
  });

  it('takes an overflow for zero, and what cannot be read for high', () => {
    expect(hasLowS(withS(fromHex(ORDER)))).toBe(true);
    expect(hasLowS(fromHex('3006'))).toBe(false);
  });
});
