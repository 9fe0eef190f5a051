import { parseTransaction, type Transaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  CodedError,
  decodeCanonical,
  encodeCanonical,
  type Hash32,
  hash32,
  type Txid,
  txidFromInternal,
  txidToInternal,
} from '@prometheus-compute/protocol';
import { TowerError } from './errors.ts';

/** Name and version of the format. */
const FORMAT = 'prometheus/tower/1';
/** Bytes of a bundle: some thousand open contracts. */
const MAX_BUNDLE_BYTES = 64 * 1_048_576;
const MAX_EXITS = 100_000;
/** From the lowest rate that a policy may name to its highest in steps of two. */
const MAX_CHILDREN = 20;
const MAX_TRANSACTION_BYTES = 100_000;
const MAX_BLOCKS = 0xffff;
const TXID_BYTES = 32;

/** A signed transaction, and when it has to be published. */
export interface SignedExit {
  /** Its name in the graph, for people. */
  readonly name: string;
  readonly txid: Txid;
  /** Transaction whose output it spends. */
  readonly parent: Txid;
  /** Blocks after the parent's confirmation: first tip at which it is published. */
  readonly from: number;
  /** Blocks after the parent's confirmation: last tip at which it is published for the first time; null: always. */
  readonly until: number | null;
  readonly transaction: Uint8Array;
  /** Whether it goes alone; false: it pays no fee, and is taken with one of its children only. */
  readonly alone: boolean;
  /** Signed children that pay for it, each more than the one before. */
  readonly children: readonly Uint8Array[];
}

/** What a watchtower gets: signed transactions of open contracts, and no key. */
export interface Bundle {
  /** Hash of the chain's first block, in internal byte order. */
  readonly genesis: Hash32;
  /** Tip at which it was made. */
  readonly height: number;
  /** Most wanted first among those of one parent. */
  readonly exits: readonly SignedExit[];
}

export function encodeBundle({ genesis, height, exits }: Bundle): Uint8Array {
  return encodeCanonical({
    format: FORMAT,
    genesis,
    height,
    exits: exits.map(({ txid, parent, ...rest }) => ({
      ...rest,
      txid: txidToInternal(txid),
      parent: txidToInternal(parent),
    })),
  });
}

/** @throws TowerError `bundle-malformed` for anything but the one encoding of a bundle */
export function decodeBundle(bytes: Uint8Array): Bundle {
  try {
    const { format, genesis, height, exits, ...rest } = record(decodeCanonical(bytes, MAX_BUNDLE_BYTES));
    if (format !== FORMAT || Object.keys(rest).length > 0) throw malformed(`it is no ${FORMAT}`);
    if (!Array.isArray(exits) || exits.length > MAX_EXITS) throw malformed('its list of exits is none');
    return {
      genesis: hash32(sized(genesis, TXID_BYTES)),
      height: whole(height, 2 ** 31),
      exits: exits.map(exitOf),
    };
  } catch (cause) {
    if (cause instanceof TowerError || !(cause instanceof CodedError)) throw cause;
    throw malformed(cause.message);
  }
}

function exitOf(value: unknown): SignedExit {
  const { name, txid, parent, from, until, transaction, alone, children, ...rest } = record(value);
  if (Object.keys(rest).length > 0) throw malformed('an exit has fields that are not known');
  if (typeof name !== 'string' || !/^[\w'.:-]{1,40}$/.test(name)) throw malformed('an exit has no name');
  if (typeof alone !== 'boolean') throw malformed(`${name}: "alone" is no truth value`);
  if (!Array.isArray(children) || children.length > MAX_CHILDREN)
    throw malformed(`${name}: too many children`);
  const exit: SignedExit = {
    name,
    txid: txidFromInternal(sized(txid, TXID_BYTES)),
    parent: txidFromInternal(sized(parent, TXID_BYTES)),
    from: whole(from, MAX_BLOCKS),
    until: until === null ? null : whole(until, MAX_BLOCKS),
    transaction: transactionBytes(transaction),
    alone,
    children: children.map(transactionBytes),
  };
  refuseOther(exit);
  return exit;
}

/** What a tower hands to its Bitcoin node is what the bundle says that it is, and nothing else of anybody's. */
function refuseOther({ name, txid, parent, transaction, children }: SignedExit): void {
  const parsed = parseTransaction(transaction);
  if (transactionId(parsed) !== txid) throw malformed(`${name}: its txid is that of another transaction`);
  if (!spends(parsed, parent)) throw malformed(`${name}: it does not spend its parent`);
  for (const child of children)
    if (!spends(parseTransaction(child), txid)) throw malformed(`${name}: a child does not spend it`);
}

function spends({ inputs }: Transaction, parent: Txid): boolean {
  return inputs.some(({ txid }) => txid === parent);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw malformed('a map is missing');
  return value as Readonly<Record<string, unknown>>;
}

function sized(value: unknown, length: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== length)
    throw malformed(`${length} bytes are missing`);
  return value;
}

function transactionBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length === 0 || value.length > MAX_TRANSACTION_BYTES)
    throw malformed('a transaction is missing or too large');
  return value;
}

function whole(value: unknown, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
    throw malformed('a number is out of range');
  return value;
}

function malformed(reason: string): TowerError {
  return new TowerError('bundle-malformed', `this is no bundle that this version reads: ${reason}`, {
    remedy: 'Make one with `prometh tower export`.',
  });
}
