import {
  type Hash32,
  hash32,
  MAX_MONEY,
  type Point,
  point,
  type Satoshi,
  type SchnorrSignature,
  satoshi,
  schnorrSignature,
  type Txid,
  txidFromInternal,
  txidToInternal,
  type XOnlyKey,
  xOnlyKey,
} from '../primitives/brands.ts';
import { utf8 } from '../primitives/bytes.ts';
import type { CborValue } from '../primitives/cbor.ts';
import { type Form, refusal, type Schema, typeName } from './schema.ts';

function integerWithin(value: unknown, min: bigint, max: bigint): bigint {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isSafeInteger(value))) {
    throw refusal('shape-wrong', `expected an integer, found ${typeName(value)}`);
  }
  const integer = BigInt(value);
  if (integer < min || integer > max) {
    throw refusal('integer-out-of-range', `${integer} lies outside ${min}..${max}`, {
      value: integer,
      min,
      max,
    });
  }
  return integer;
}

/** An integer of at most 53 bits, as a number. */
export function integer(min: number, max: number): Schema<number> {
  const read = (value: unknown): number => Number(integerWithin(value, BigInt(min), BigInt(max)));
  return {
    form: { type: 'integer', min: BigInt(min), max: BigInt(max), as: 'number' },
    encode: read,
    decode: read,
  };
}

export const u8: Schema<number> = integer(0, 0xff);
export const u16: Schema<number> = integer(0, 0xffff);
export const u32: Schema<number> = integer(0, 0xffff_ffff);
/** Height of a block. */
export const blockHeight: Schema<number> = integer(0, 0x7fff_ffff);

/** An amount in satoshis; dag-cbor's numbers become bigint here. */
export const amount: Schema<Satoshi> = {
  form: { type: 'integer', min: 0n, max: MAX_MONEY, as: 'bigint' },
  encode: (value) => integerWithin(value, 0n, MAX_MONEY),
  decode: (value) => satoshi(integerWithin(value, 0n, MAX_MONEY)),
};

function bytesWithin(value: unknown, min: number, max: number): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw refusal('shape-wrong', `expected bytes, found ${typeName(value)}`);
  }
  if (value.length < min || value.length > max) {
    const allowed = min === max ? `${min}` : `${min} to ${max}`;
    throw refusal('length-wrong', `${value.length} bytes where ${allowed} are allowed`, {
      length: value.length,
      min,
      max,
    });
  }
  return value;
}

/** Bytes of `min` to `max` length. */
export function bytes(max: number, min = 0): Schema<Uint8Array> {
  const read = (value: unknown): Uint8Array => bytesWithin(value, min, max);
  return { form: { type: 'bytes', min, max, of: 'any' }, encode: read, decode: read };
}

/** Bytes of one length. */
export function fixedBytes(length: number): Schema<Uint8Array> {
  return bytes(length, length);
}

function branded<T extends Uint8Array>(
  length: number,
  of: Extract<Form, { type: 'bytes' }>['of'],
  brand: (value: Uint8Array) => T,
): Schema<T> {
  const read = (value: unknown): T => brand(bytesWithin(value, length, length));
  return { form: { type: 'bytes', min: length, max: length, of }, encode: read, decode: read };
}

export const hash: Schema<Hash32> = branded(32, 'any', hash32);
/** BIP340 key; that it is on the curve is checked. */
export const key: Schema<XOnlyKey> = branded(32, 'x-only-key', xOnlyKey);
/** Compressed point; that it is on the curve is checked. */
export const curvePoint: Schema<Point> = branded(33, 'point', point);
/** BIP340 signature: its form only. */
export const signature: Schema<SchnorrSignature> = branded(64, 'any', schnorrSignature);

/** A txid, as 32 bytes in internal byte order. */
export const txid: Schema<Txid> = {
  form: { type: 'bytes', min: 32, max: 32, of: 'txid' },
  encode: (value) => txidToInternal(value),
  decode: (value) => txidFromInternal(bytesWithin(value, 32, 32)),
};

function textWithin(value: unknown, max: number, pattern: RegExp | undefined): string {
  if (typeof value !== 'string' || !value.isWellFormed()) {
    throw refusal('shape-wrong', `expected a text, found ${typeName(value)}`);
  }
  const size = value.length > max ? value.length : utf8(value).length;
  if (size > max) throw refusal('length-wrong', `a text of more than ${max} bytes`, { max });
  if (pattern !== undefined && !pattern.test(value)) {
    throw refusal('shape-wrong', `"${value}" does not have the form ${pattern.source}`);
  }
  return value;
}

/** A text of at most `max` bytes of UTF-8. */
export function text(max: number): Schema<string> {
  const read = (value: unknown): string => textWithin(value, max, undefined);
  return { form: { type: 'text', max, pattern: undefined }, encode: read, decode: read };
}

/** A text of a closed form, e.g. the name of a party or a transaction. `pattern` is anchored at both ends. */
export function patternText<T extends string>(max: number, pattern: RegExp): Schema<T> {
  const read = (value: CborValue | T): T => textWithin(value, max, pattern) as T;
  return { form: { type: 'text', max, pattern }, encode: read, decode: read };
}

/** One of the given words. */
export function oneOf<const T extends readonly string[]>(...words: T): Schema<T[number]> {
  return patternText<T[number]>(
    Math.max(...words.map((word) => word.length)),
    new RegExp(`^(?:${words.join('|')})$`),
  );
}
