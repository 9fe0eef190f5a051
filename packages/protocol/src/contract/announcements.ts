import {
  type Hash32,
  hash32,
  satoshi,
  type Txid,
  txidFromInternal,
  txidToInternal,
} from '../primitives/brands.ts';
import { concatBytes, equalBytes, fromLittleEndian, littleEndian, utf8 } from '../primitives/bytes.ts';
import { EncodingError } from '../primitives/errors.ts';
import type { Parameters } from './parameters.ts';

/** Version byte of every announcement (M §Bytes). */
const VERSION = 1;
const HEADER_BYTES = 4;
/** OP_RETURN data of T_P: 80 bytes is what every Bitcoin Core relays. */
const PARAMETERS_BYTES = 80;
const OFFER_BYTES = HEADER_BYTES + 32;
const COMMITMENT_BYTES = HEADER_BYTES + 64;

const header = (tag: string): Uint8Array => concatBytes(utf8(tag), new Uint8Array([VERSION]));
const PARAMETERS_HEADER = header('PRM');
const OFFER_HEADER = header('PRO');
const COMMITMENT_HEADER = header('PRC');

function hasForm(data: Uint8Array, expectedHeader: Uint8Array, length: number): boolean {
  return data.length === length && equalBytes(data.subarray(0, HEADER_BYTES), expectedHeader);
}

/** OP_RETURN data of T_P, 80 bytes (T §On-chain announcements). @throws EncodingError `integer-out-of-range`, `length-wrong` */
export function encodeParameters(p: Parameters): Uint8Array {
  const fractions = [p.alpha, p.beta, p.gamma, p.delta, p.epsilon, p.mu, p.sigma];
  const times = [p.t1, p.t2, p.t3, p.t4];
  return concatBytes(
    PARAMETERS_HEADER,
    ...[p.w, p.v, p.a].map((amount) => littleEndian(amount, 7)),
    littleEndian(p.n, 1),
    hash32(p.F),
    ...[...fractions, ...times].map((value) => littleEndian(value, 2)),
  );
}

/**
 * P from the OP_RETURN data of a T_P. Says nothing about the bounds: see `checkParameters`.
 * @returns undefined for what is no T_P of this version: another length, tag or version, or more than 21
 * million bitcoin
 */
export function decodeParameters(data: Uint8Array): Parameters | undefined {
  if (!hasForm(data, PARAMETERS_HEADER, PARAMETERS_BYTES)) return undefined;
  const amount = (index: number): bigint => fromLittleEndian(data.subarray(4 + 7 * index, 11 + 7 * index));
  const word = (index: number): number =>
    Number(fromLittleEndian(data.subarray(58 + 2 * index, 60 + 2 * index)));
  try {
    return {
      w: satoshi(amount(0)),
      v: satoshi(amount(1)),
      a: satoshi(amount(2)),
      n: data[25]!,
      F: data.slice(26, 58),
      alpha: word(0),
      beta: word(1),
      gamma: word(2),
      delta: word(3),
      epsilon: word(4),
      mu: word(5),
      sigma: word(6),
      t1: word(7),
      t2: word(8),
      t3: word(9),
      t4: word(10),
    };
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

/** OP_RETURN data of an arbiter's offer T_O: which P it commits to. 36 bytes. */
export function encodeOffer(parametersTxid: Txid): Uint8Array {
  return concatBytes(OFFER_HEADER, txidToInternal(parametersTxid));
}

/** Txid of the T_P that an offer commits to; undefined for what is no T_O of this version. */
export function decodeOffer(data: Uint8Array): Txid | undefined {
  return hasForm(data, OFFER_HEADER, OFFER_BYTES) ? txidFromInternal(data.subarray(HEADER_BYTES)) : undefined;
}

/** OP_RETURN data of Tx0: T_P and the contract hash. 68 bytes. */
export function encodeCommitment(parametersTxid: Txid, contractHash: Hash32): Uint8Array {
  return concatBytes(COMMITMENT_HEADER, txidToInternal(parametersTxid), contractHash);
}

/** What the OP_RETURN of a Tx0 commits to; undefined for what is none of this version. */
export function decodeCommitment(
  data: Uint8Array,
): { readonly parametersTxid: Txid; readonly contractHash: Hash32 } | undefined {
  if (!hasForm(data, COMMITMENT_HEADER, COMMITMENT_BYTES)) return undefined;
  return { parametersTxid: txidFromInternal(data.subarray(4, 36)), contractHash: hash32(data.slice(36)) };
}

const OP_RETURN = 0x6a;
const OP_PUSHDATA1 = 0x4c;

/**
 * OP_RETURN output script with one minimal push (M §Bytes).
 * @throws EncodingError `length-wrong` outside 2..255 bytes: shorter data has other minimal pushes
 */
export function opReturnScript(data: Uint8Array): Uint8Array {
  if (data.length < 2 || data.length > 255) {
    throw new EncodingError('length-wrong', `an announcement has 2 to 255 bytes, not ${data.length}`);
  }
  const push = data.length < OP_PUSHDATA1 ? [data.length] : [OP_PUSHDATA1, data.length];
  return concatBytes(new Uint8Array([OP_RETURN, ...push]), data);
}

/** Data of an OP_RETURN script with one minimal push and nothing else; undefined for every other script. */
export function opReturnData(script: Uint8Array): Uint8Array | undefined {
  const long = script[1] === OP_PUSHDATA1;
  const data = script.slice(long ? 3 : 2);
  if (data.length < 2 || data.length > 255) return undefined;
  return equalBytes(opReturnScript(data), script) ? data : undefined;
}
