import { MAX_MONEY, type Txid, txidFromDisplay } from '@prometheus-compute/protocol';
import { type BlockHash, blockHashFromDisplay } from '../devchain/blocks/header.ts';
import type { FeeRate } from '../devchain/money.ts';
import { RpcCode, RpcError } from './errors.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** What an integer argument may be, as the C++ type that Core reads it into. */
export interface IntegerRange {
  readonly least: number;
  readonly most: number;
}
const INT32: IntegerRange = { least: -(2 ** 31), most: 2 ** 31 - 1 };
export const UINT32: IntegerRange = { least: 0, most: 2 ** 32 - 1 };
export const INT64: IntegerRange = { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER };

/** Arguments of one call, read by position and checked as Core checks them. */
export class Arguments {
  readonly #values: readonly JsonValue[];

  constructor(values: readonly JsonValue[]) {
    this.#values = values;
  }

  /** How many are given, null counted. */
  get count(): number {
    return this.#values.length;
  }

  /** The argument, or undefined when it is missing or null. */
  optional(position: number): JsonValue | undefined {
    return this.#values[position] ?? undefined;
  }

  /** @throws RpcError TYPE when it is no string */
  text(position: number): string {
    return expectString(this.optional(position) ?? null);
  }

  /** @throws RpcError TYPE when it is no number, MISC when it is no integer in the range */
  integer(position: number, fallback?: number, range: IntegerRange = INT32): number {
    const value = this.optional(position);
    if (value === undefined && fallback !== undefined) return fallback;
    if (typeof value !== 'number') throw wrongType(value ?? null, 'number');
    if (!Number.isSafeInteger(value) || value < range.least || value > range.most)
      throw new RpcError(RpcCode.MISC, 'JSON integer out of range');
    return value;
  }

  /** @throws RpcError TYPE when it is neither true nor false */
  flag(position: number, fallback: boolean): boolean {
    const value = this.optional(position);
    if (value === undefined) return fallback;
    if (typeof value !== 'boolean') throw wrongType(value, 'bool');
    return value;
  }

  /** A verbosity: a number, or a boolean that stands for 0 or 1. */
  verbosity(position: number, fallback: number): number {
    const value = this.optional(position);
    if (typeof value === 'boolean') return value ? 1 : 0;
    return this.integer(position, fallback);
  }

  /** @throws RpcError TYPE when it is no array */
  list(position: number): readonly JsonValue[] {
    const value = this.optional(position) ?? null;
    if (!isList(value)) throw wrongType(value, 'array');
    return value;
  }

  /** @throws RpcError TYPE when an element is no string */
  texts(position: number): readonly string[] {
    return this.list(position).map(expectString);
  }

  /** A transaction id. @param name - as Core names the parameter in its message */
  txid(position: number, name: string): Txid {
    return txidFromDisplay(hash(this.text(position), name));
  }

  /** A block hash. @param name - as Core names the parameter in its message */
  blockHash(position: number, name: string): BlockHash {
    return blockHashFromDisplay(hash(this.text(position), name));
  }

  /** An amount in bitcoin, as satoshis; a number or a string. */
  satoshis(position: number, fallback: bigint): bigint {
    const value = this.optional(position);
    return value === undefined ? fallback : satoshisFrom(value);
  }

  /** `maxfeerate`: bitcoin per 1000 virtual bytes, by default 0.1; 0 means no limit. */
  maxFeeRate(position: number): FeeRate | undefined {
    const fee = this.satoshis(position, DEFAULT_MAX_FEE_RATE);
    if (fee >= MAX_FEE_RATE) {
      throw new RpcError(
        RpcCode.INVALID_PARAMETER,
        'Fee rates larger than or equal to 1BTC/kvB are not accepted',
      );
    }
    return fee === 0n ? undefined : { fee, size: 1000 };
  }
}

const DEFAULT_MAX_FEE_RATE = 10_000_000n;
const MAX_FEE_RATE = 100_000_000n;

/** @throws RpcError TYPE */
export function expectString(value: JsonValue): string {
  if (typeof value !== 'string') throw wrongType(value, 'string');
  return value;
}

/** Bytes of a hexadecimal string of either case, or undefined when it is none. */
export function bytesFromHex(text: string): Uint8Array | undefined {
  // A block has millions of digits: Node's own decoder is the fast one, and the check makes it strict.
  return /^(?:[0-9a-fA-F]{2})*$/.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : undefined;
}

export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** The digits of a hash. @param name - as Core names the parameter in its message */
export function hash(text: string, name: string): string {
  if (text.length !== 64) {
    const message = `${name} must be of length 64 (not ${text.length}, for '${text}')`;
    throw new RpcError(RpcCode.INVALID_PARAMETER, message);
  }
  if (bytesFromHex(text) === undefined) {
    throw new RpcError(RpcCode.INVALID_PARAMETER, `${name} must be hexadecimal string (not '${text}')`);
  }
  return text.toLowerCase();
}

function satoshisFrom(value: JsonValue): bigint {
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw new RpcError(RpcCode.TYPE, 'Amount is not a number or string');
  }
  // Numbers below 0.000001 print as 1e-7 in JavaScript.
  const text = typeof value === 'number' ? value.toFixed(8) : value;
  const match = /^(-?)(\d{1,10})(?:\.(\d{1,8}))?$/.exec(text);
  if (match === null || (typeof value === 'number' && Number(text) !== value)) {
    throw new RpcError(RpcCode.TYPE, 'Invalid amount');
  }
  const [, sign, whole, decimals = ''] = match;
  const satoshis = BigInt(whole!) * 100_000_000n + BigInt(decimals.padEnd(8, '0'));
  if (sign === '-' || satoshis > MAX_MONEY) throw new RpcError(RpcCode.TYPE, 'Amount out of range');
  return satoshis;
}

function wrongType(value: JsonValue, expected: string): RpcError {
  return new RpcError(RpcCode.TYPE, typeMessage(value, expected));
}

/** Core's words for a value of the wrong type. */
export function typeMessage(value: JsonValue, expected: string): string {
  return `JSON value of type ${typeName(value)} is not of expected type ${expected}`;
}

/** Core's name of a value's JSON type. */
export function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
