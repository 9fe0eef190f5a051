import {
  type Hash32,
  hash32,
  point,
  satoshi,
  txidFromInternal,
  txidToInternal,
  xOnlyKey,
} from '../primitives/brands.ts';
import { type CborValue, decodeCanonical, encodeCanonical } from '../primitives/cbor.ts';
import { EncodingError } from '../primitives/errors.ts';
import { taggedHash, variable } from '../primitives/tagged-hash.ts';
import {
  type Change,
  type Coin,
  type Contract,
  type PartyTerms,
  type ProofScheme,
  SCHEMES,
} from './contract.ts';

/** Longest encoded contract, in bytes: room for 3 × 64 coins; checked before anything is allocated. */
export const MAX_CONTRACT_BYTES = 32_768;
/** Funding coins that a party may list; how many fit into Tx0 says C20. */
const MAX_COINS = 64;
/** Longest output script that can be paid to: a witness program has at most 42 bytes (BIP141). */
const MAX_SCRIPT_BYTES = 42;
const MAX_PROFILE_LENGTH = 32;
const MAX_UINT32 = 0xffff_ffff;

type Fields = { readonly [key: string]: CborValue };

function malformed(message: string): EncodingError {
  return new EncodingError('shape-wrong', `contract: ${message}`, { rule: 'M §Conventions' });
}

/** The fields of a map that has exactly `names`. */
function fieldsOf(value: CborValue | undefined, names: readonly string[], what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw malformed(`${what} is a map`);
  }
  const map = value as Fields;
  const keys = Object.keys(map);
  if (keys.length !== names.length || !names.every((name) => Object.hasOwn(map, name))) {
    throw malformed(`${what} has the fields ${names.join(', ')} and no others`);
  }
  return map;
}

function bytesOf(value: CborValue | undefined, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed(`${what} is a byte string`);
  return value;
}

function numberOf(value: CborValue | undefined, what: string): number {
  if (typeof value !== 'number' || value < 0 || value > MAX_UINT32) {
    throw malformed(`${what} is an integer of 32 bits`);
  }
  return value;
}

function amountOf(value: CborValue | undefined, what: string) {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw malformed(`${what} is an integer`);
  return satoshi(BigInt(value));
}

function scriptOf(value: CborValue | undefined, what: string): Uint8Array {
  const script = bytesOf(value, what);
  if (script.length === 0 || script.length > MAX_SCRIPT_BYTES) {
    throw malformed(`${what} has 1 to ${MAX_SCRIPT_BYTES} bytes`);
  }
  return script;
}

/** A coin as it stands in every message: outpoint, amount, script. */
function encodeCoin(coin: Coin): CborValue {
  return {
    txid: txidToInternal(coin.outpoint.txid),
    vout: coin.outpoint.vout,
    amount: coin.amount,
    script: coin.script,
  };
}

function decodeCoin(value: CborValue | undefined): Coin {
  const map = fieldsOf(value, ['txid', 'vout', 'amount', 'script'], 'a coin');
  return {
    outpoint: { txid: txidFromInternal(bytesOf(map.txid, 'txid')), vout: numberOf(map.vout, 'vout') },
    amount: amountOf(map.amount, 'amount'),
    script: scriptOf(map.script, 'script'),
  };
}

function encodeParty(terms: PartyTerms): CborValue {
  return {
    messageKey: terms.messageKey,
    transactionKey: terms.transactionKey,
    funding: terms.funding.map(encodeCoin),
    change: terms.change === null ? null : { script: terms.change.script, amount: terms.change.amount },
  };
}

function decodeChange(value: CborValue | undefined): Change | null {
  if (value === null) return null;
  const map = fieldsOf(value, ['script', 'amount'], 'change');
  return { script: scriptOf(map.script, 'script of the change'), amount: amountOf(map.amount, 'change') };
}

function decodeParty(value: CborValue | undefined, what: string): PartyTerms {
  const map = fieldsOf(value, ['messageKey', 'transactionKey', 'funding', 'change'], what);
  if (!Array.isArray(map.funding) || map.funding.length === 0 || map.funding.length > MAX_COINS) {
    throw malformed(`${what} brings 1 to ${MAX_COINS} coins`);
  }
  return {
    messageKey: xOnlyKey(bytesOf(map.messageKey, 'message key')),
    transactionKey: xOnlyKey(bytesOf(map.transactionKey, 'transaction key')),
    funding: map.funding.map(decodeCoin),
    change: decodeChange(map.change),
  };
}

const SEEDS = [
  'challengeClient',
  'challengeVerifier',
  'ceremonyClient',
  'ceremonyVerifier',
  'ceremonyWorker',
] as const;
const LIMITS = ['memoryPages', 'outputBytes', 'milliseconds'] as const;
const AMOUNTS = ['reward', 'settlementFee', 'retainer', 'bond'] as const;
const NUMBERS = [
  'deliveryBlocks',
  'confirmationBlocks',
  'stageBlocks',
  'arbitrationBlocks',
  'relayBlocks',
  'chunks',
  'sampled',
  'snapshotHeight',
] as const;
const FIELDS = [
  ...AMOUNTS,
  ...NUMBERS,
  'parametersTxid',
  'client',
  'worker',
  'verifier',
  'scheme',
  'profile',
  'programHash',
  'limits',
  'inputRoot',
  'pointLock',
  'verificationLock',
  'seedHashes',
] as const;

const pick = <Key extends string, Value>(keys: readonly Key[], of: (key: Key) => Value): Record<Key, Value> =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<Key, Value>;

/** Canonical dag-cbor of a contract: map of the fields of {@link Contract}; txids in internal byte order. */
export function encodeContract(contract: Contract): Uint8Array {
  return encodeCanonical({
    ...pick(AMOUNTS, (key) => contract[key]),
    ...pick(NUMBERS, (key) => contract[key]),
    parametersTxid: txidToInternal(contract.parametersTxid),
    client: encodeParty(contract.client),
    worker: encodeParty(contract.worker),
    verifier: encodeParty(contract.verifier),
    scheme: contract.scheme,
    profile: contract.profile,
    programHash: contract.programHash,
    limits: pick(LIMITS, (key) => contract.limits[key]),
    inputRoot: contract.inputRoot,
    pointLock: contract.pointLock,
    verificationLock: contract.verificationLock,
    seedHashes: pick(SEEDS, (key) => contract.seedHashes[key]),
  });
}

/**
 * A contract from its canonical bytes. Checks the form only: the rules are `checkContract`'s.
 * @throws EncodingError for any bytes that {@link encodeContract} would not have made
 */
export function decodeContract(bytes: Uint8Array): Contract {
  const map = fieldsOf(decodeCanonical(bytes, MAX_CONTRACT_BYTES), FIELDS, 'a contract');
  const limits = fieldsOf(map.limits, LIMITS, 'limits');
  const seedHashes = fieldsOf(map.seedHashes, SEEDS, 'seed hashes');
  const { scheme, profile } = map;
  if (!isScheme(scheme)) throw malformed(`the scheme is ${SCHEMES.join(' or ')}`);
  if (typeof profile !== 'string' || profile.length === 0 || profile.length > MAX_PROFILE_LENGTH) {
    throw malformed(`the profile is a name of 1 to ${MAX_PROFILE_LENGTH} characters`);
  }
  return {
    ...pick(AMOUNTS, (key) => amountOf(map[key], key)),
    ...pick(NUMBERS, (key) => numberOf(map[key], key)),
    parametersTxid: txidFromInternal(bytesOf(map.parametersTxid, 'parametersTxid')),
    client: decodeParty(map.client, 'client'),
    worker: decodeParty(map.worker, 'worker'),
    verifier: decodeParty(map.verifier, 'verifier'),
    scheme,
    profile,
    programHash: hash32(bytesOf(map.programHash, 'programHash')),
    limits: pick(LIMITS, (key) => numberOf(limits[key], key)),
    inputRoot: hash32(bytesOf(map.inputRoot, 'inputRoot')),
    pointLock: point(bytesOf(map.pointLock, 'pointLock')),
    verificationLock: xOnlyKey(bytesOf(map.verificationLock, 'verificationLock')),
    seedHashes: pick(SEEDS, (key) => hash32(bytesOf(seedHashes[key], key))),
  };
}

function isScheme(value: unknown): value is ProofScheme {
  return (SCHEMES as readonly unknown[]).includes(value);
}

/** Every message is routed by this hash, and a contract never changes; so one object is encoded once. */
const remembered = new WeakMap<Contract, Hash32>();

/** H("contract", canonical dag-cbor): names the contract in every message, hash and Tx0. */
export function contractHash(contract: Contract): Hash32 {
  let hash = remembered.get(contract);
  if (hash === undefined) {
    hash = taggedHash('contract', variable(encodeContract(contract)));
    remembered.set(contract, hash);
  }
  return hash;
}
