import { CodedError, type Txid, txidFromDisplay } from '@prometheus-compute/protocol';
import {
  type BlockHash,
  type BlockHeader,
  blockHashFromDisplay,
  HEADER_SIZE,
  parseHeader,
} from '../../devchain/blocks/header.ts';
import { bytesFromHex, isList, isObject } from '../../rpc/arguments.ts';
import { satoshisFromAmount } from '../../rpc/client.ts';
import type { JsonObject, JsonValue } from '../../rpc/json.ts';
import type { WaitingTransaction } from '../chain-backend.ts';

/** Codes of {@link AnswerError}. */
export type AnswerErrorCode = 'answer-shape';

/** An answer of the node that has not the shape that its method promises. */
export class AnswerError extends CodedError<AnswerErrorCode> {}

/** Largest height and size that is believed. */
const MAX_HEIGHT = 2 ** 31 - 1;
/** Bitcoin that exist at most. */
const MAX_BITCOIN = 21_000_000;

function wrong(what: string): AnswerError {
  return new AnswerError('answer-shape', `the node's answer has no valid ${what}`, { evidence: { what } });
}

function member(object: JsonObject, name: string): JsonValue {
  // Own members only: a name such as `constructor` is no answer.
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}

function object(value: JsonValue, what: string): JsonObject {
  if (!isObject(value)) throw wrong(what);
  return value;
}

function text(value: JsonValue, what: string): string {
  if (typeof value !== 'string') throw wrong(what);
  return value;
}

function flag(value: JsonValue, what: string): boolean {
  if (typeof value !== 'boolean') throw wrong(what);
  return value;
}

function integer(value: JsonValue, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > MAX_HEIGHT)
    throw wrong(what);
  return value;
}

function satoshis(value: JsonValue, what: string): bigint {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_BITCOIN)) throw wrong(what);
  return satoshisFromAmount(value);
}

function digits(value: JsonValue, what: string): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw wrong(what);
  return value;
}

function txid(value: JsonValue, what: string): Txid {
  return txidFromDisplay(digits(value, what));
}

/** @throws AnswerError */
export function readBytes(value: JsonValue): Uint8Array {
  const bytes = typeof value === 'string' ? bytesFromHex(value) : undefined;
  if (bytes === undefined) throw wrong('bytes in hexadecimal');
  return bytes;
}

/** @throws AnswerError */
export function readHash(value: JsonValue): BlockHash {
  return blockHashFromDisplay(digits(value, 'block hash'));
}

/** @throws AnswerError */
export function readTxid(value: JsonValue): Txid {
  return txid(value, 'txid');
}

/** `getblockheader` without verbosity. @throws AnswerError */
export function readHeader(value: JsonValue): BlockHeader {
  const bytes = readBytes(value);
  if (bytes.length !== HEADER_SIZE) throw wrong('header of 80 bytes');
  return parseHeader(bytes);
}

/** What `getblockchaininfo` says that matters here. */
export interface ChainInfo {
  readonly chain: string;
  readonly blocks: number;
  readonly best: BlockHash;
  readonly syncing: boolean;
}

/** @throws AnswerError */
export function readChainInfo(value: JsonValue): ChainInfo {
  const info = object(value, 'getblockchaininfo');
  return {
    chain: text(member(info, 'chain'), 'chain'),
    blocks: integer(member(info, 'blocks'), 'blocks'),
    best: blockHashFromDisplay(digits(member(info, 'bestblockhash'), 'bestblockhash')),
    syncing: flag(member(info, 'initialblockdownload'), 'initialblockdownload'),
  };
}

/** `getnetworkinfo`: the version as one number, e.g. 280100. @throws AnswerError */
export function readVersion(value: JsonValue): number {
  return integer(member(object(value, 'getnetworkinfo'), 'version'), 'version');
}

/** `getmempoolentry`. @throws AnswerError */
export function readWaiting(value: JsonValue): WaitingTransaction {
  const entry = object(value, 'getmempoolentry');
  const fees = object(member(entry, 'fees'), 'fees');
  return {
    fee: satoshis(member(fees, 'base'), 'fees.base'),
    vsize: integer(member(entry, 'vsize'), 'vsize'),
    packageFee: satoshis(member(fees, 'descendant'), 'fees.descendant'),
    packageVsize: integer(member(entry, 'descendantsize'), 'descendantsize'),
  };
}

/** `gettxspendingprevout` for one output: who spends it in the mempool. @throws AnswerError */
export function readSpender(value: JsonValue, vout: number, spent: Txid): Txid | undefined {
  const list = isList(value) && value.length === 1 ? value : undefined;
  if (list === undefined) throw wrong('gettxspendingprevout');
  const entry = object(list[0] ?? null, 'gettxspendingprevout');
  if (txid(member(entry, 'txid'), 'txid') !== spent || integer(member(entry, 'vout'), 'vout') !== vout)
    throw wrong('outpoint that was asked for');
  // With an index of spent outputs, Core names confirmed spenders too, with their block.
  if (member(entry, 'spendingtxid') === null || member(entry, 'blockhash') !== null) return undefined;
  return txid(member(entry, 'spendingtxid'), 'spendingtxid');
}

/** `gettxout` of a confirmed output. */
export interface OutputAnswer {
  /** The tip that it speaks of. */
  readonly best: BlockHash;
  readonly confirmations: number;
  readonly amount: bigint;
  readonly script: Uint8Array;
  readonly coinbase: boolean;
}

/** @returns undefined when there is no such output @throws AnswerError */
export function readOutput(value: JsonValue): OutputAnswer | undefined {
  if (value === null) return undefined;
  const output = object(value, 'gettxout');
  const confirmations = integer(member(output, 'confirmations'), 'confirmations');
  if (confirmations < 1) throw wrong('number of confirmations');
  return {
    best: blockHashFromDisplay(digits(member(output, 'bestblock'), 'bestblock')),
    confirmations,
    amount: satoshis(member(output, 'value'), 'value'),
    script: readBytes(member(object(member(output, 'scriptPubKey'), 'scriptPubKey'), 'hex')),
    coinbase: flag(member(output, 'coinbase'), 'coinbase'),
  };
}

/** `getrawtransaction` with verbosity 1: bytes, and the block that it is said to be in. @throws AnswerError */
export function readTransactionAnswer(value: JsonValue): { bytes: Uint8Array; block: BlockHash | undefined } {
  const answer = object(value, 'getrawtransaction');
  const block = member(answer, 'blockhash');
  return { bytes: readBytes(member(answer, 'hex')), block: block === null ? undefined : readHash(block) };
}

/** `getblockheader` with verbosity: the height that the node gives a block. @throws AnswerError */
export function readHeight(value: JsonValue): number {
  return integer(member(object(value, 'getblockheader'), 'height'), 'height');
}

/** `estimatesmartfee`: satoshis per 1000 virtual bytes; undefined when the node cannot tell. @throws AnswerError */
export function readEstimate(value: JsonValue): bigint | undefined {
  const rate = member(object(value, 'estimatesmartfee'), 'feerate');
  return rate === null ? undefined : satoshis(rate, 'feerate');
}

/** `getmempoolinfo`: satoshis per 1000 virtual bytes below which nothing is relayed now. @throws AnswerError */
export function readFloor(value: JsonValue): bigint {
  const info = object(value, 'getmempoolinfo');
  const full = satoshis(member(info, 'mempoolminfee'), 'mempoolminfee');
  const relay = satoshis(member(info, 'minrelaytxfee'), 'minrelaytxfee');
  if (full < relay) return relay;
  return full;
}

/** `submitpackage`: what is said of the whole, and the error of each member that has one, by id with witness. */
export interface PackageAnswer {
  readonly message: string;
  readonly errors: ReadonlyMap<Txid, string>;
}

/** @throws AnswerError */
export function readPackage(value: JsonValue): PackageAnswer {
  const answer = object(value, 'submitpackage');
  const results = object(member(answer, 'tx-results'), 'tx-results');
  const errors = new Map<Txid, string>();
  for (const [wtxid, result] of Object.entries(results)) {
    const error = member(object(result, 'tx-results'), 'error');
    if (error !== null) errors.set(txid(wtxid, 'wtxid'), text(error, 'error'));
  }
  return { message: text(member(answer, 'package_msg'), 'package_msg'), errors };
}
