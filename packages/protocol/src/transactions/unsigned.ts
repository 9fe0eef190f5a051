import { sha256 } from '@noble/hashes/sha2.js';
import type { Outpoint } from '../contract/outpoint.ts';
import {
  type Hash32,
  hash32,
  type Satoshi,
  type Txid,
  txidFromInternal,
  txidToInternal,
} from '../primitives/brands.ts';
import { concatBytes, littleEndian, utf8 } from '../primitives/bytes.ts';
import { leafHash } from './taproot.ts';

/** Version 3 (BIP431, TRUC): replacement and package rules that keep counterparties from pinning (D16). */
const TRANSACTION_VERSION = 3;
/** No wait: replaceable, and lock times are enforced. */
export const NO_WAIT_SEQUENCE = 0xfffffffd;

/** An output that an input spends, as its signatures commit to it. */
export interface Prevout {
  readonly amount: Satoshi;
  readonly script: Uint8Array;
}

/** What serialisation and signatures need to know about a transaction; its version is 3. */
export interface UnsignedTransaction {
  readonly lockTime: number;
  readonly inputs: readonly {
    readonly outpoint: Outpoint;
    readonly sequence: number;
    readonly prevout: Prevout;
  }[];
  readonly outputs: readonly Prevout[];
}

/** Bitcoin's CompactSize. */
function compactSize(value: number): Uint8Array {
  if (value < 0xfd) return new Uint8Array([value]);
  if (value <= 0xffff) return concatBytes(new Uint8Array([0xfd]), littleEndian(value, 2));
  return concatBytes(new Uint8Array([0xfe]), littleEndian(value, 4));
}

const sized = (bytes: Uint8Array): Uint8Array => concatBytes(compactSize(bytes.length), bytes);
const outpointBytes = ({ txid, vout }: Outpoint): Uint8Array =>
  concatBytes(txidToInternal(txid), littleEndian(vout, 4));
const outputBytes = ({ amount, script }: Prevout): Uint8Array =>
  concatBytes(littleEndian(amount, 8), sized(script));

function inputsAndOutputs(tx: UnsignedTransaction): Uint8Array {
  return concatBytes(
    compactSize(tx.inputs.length),
    ...tx.inputs.map((input) =>
      concatBytes(outpointBytes(input.outpoint), new Uint8Array(1), littleEndian(input.sequence, 4)),
    ),
    compactSize(tx.outputs.length),
    ...tx.outputs.map(outputBytes),
  );
}

const version = littleEndian(TRANSACTION_VERSION, 4);

/** The transaction without witnesses: what its txid is the hash of. */
export function serializeUnsigned(tx: UnsignedTransaction): Uint8Array {
  return concatBytes(version, inputsAndOutputs(tx), littleEndian(tx.lockTime, 4));
}

/** Txid of a transaction without witnesses. */
export function txidOf(unsigned: Uint8Array): Txid {
  return txidFromInternal(sha256(sha256(unsigned)));
}

/** The whole transaction (BIP144). @param witnesses - stack of each input, bottom first */
export function serializeSigned(
  tx: UnsignedTransaction,
  witnesses: readonly (readonly Uint8Array[])[],
): Uint8Array {
  return concatBytes(
    version,
    new Uint8Array([0, 1]),
    inputsAndOutputs(tx),
    ...witnesses.map((stack) => concatBytes(compactSize(stack.length), ...stack.map(sized))),
    littleEndian(tx.lockTime, 4),
  );
}

/** Bytes of a witness stack with items of these lengths, its count included. */
export function witnessSize(itemLengths: readonly number[]): number {
  return itemLengths.reduce(
    (size, length) => size + compactSize(length).length + length,
    compactSize(itemLengths.length).length,
  );
}

/** Virtual size in vB (BIP141). @param unsignedLength - bytes without witnesses @param witnesses - their bytes */
export function virtualSize(unsignedLength: number, witnesses: number): number {
  return Math.ceil((4 * unsignedLength + 2 + witnesses) / 4);
}

const TAP_SIGHASH_TAG = sha256(utf8('TapSighash'));

/**
 * The part of BIP341's SigMsg that all inputs share under SIGHASH_DEFAULT, as a hash state: computed once per
 * transaction.
 */
export type SighashPrefix = ReturnType<typeof sha256.create>;

/** Hashes what all inputs' signatures commit to. */
export function sighashPrefix(tx: UnsignedTransaction): SighashPrefix {
  const hashOf = (parts: readonly Uint8Array[]): Uint8Array => sha256(concatBytes(...parts));
  return sha256
    .create()
    .update(TAP_SIGHASH_TAG)
    .update(TAP_SIGHASH_TAG)
    .update(new Uint8Array([0, 0]))
    .update(version)
    .update(littleEndian(tx.lockTime, 4))
    .update(hashOf(tx.inputs.map((input) => outpointBytes(input.outpoint))))
    .update(hashOf(tx.inputs.map((input) => littleEndian(input.prevout.amount, 8))))
    .update(hashOf(tx.inputs.map((input) => sized(input.prevout.script))))
    .update(hashOf(tx.inputs.map((input) => littleEndian(input.sequence, 4))))
    .update(hashOf(tx.outputs.map(outputBytes)));
}

/**
 * BIP341 signature hash of one input under SIGHASH_DEFAULT.
 *
 * @param leafScript - undefined for the key path
 */
export function taprootSighash(
  prefix: SighashPrefix,
  inputIndex: number,
  leafScript: Uint8Array | undefined,
): Hash32 {
  const state = prefix
    .clone()
    .update(new Uint8Array([leafScript === undefined ? 0 : 2]))
    .update(littleEndian(inputIndex, 4));
  if (leafScript !== undefined) {
    // BIP342: leaf hash, key version 0, no OP_CODESEPARATOR executed
    state.update(leafHash(leafScript)).update(new Uint8Array([0, 0xff, 0xff, 0xff, 0xff]));
  }
  return hash32(state.digest());
}
