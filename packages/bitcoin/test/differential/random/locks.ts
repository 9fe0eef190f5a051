import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, P2A_SCRIPT } from '@prometheus-compute/protocol';
import { hash160, tapBranchHash } from '../../../src/crypto/hashes.ts';
import { leafHash } from '../../../src/script/taproot.ts';
import type { SeededRandom } from './seeded-random.ts';
import {
  legacySigner,
  publicKeyOf,
  type SigningContext,
  schnorrSignature,
  secretOf,
  segwitSigner,
  tweakedKey,
  xOnlyKeyOf,
} from './signing.ts';
import { type ChainPosition, KEYS, push, randomSmallScript, type SmallScript } from './small-scripts.ts';

/** What an input of a spending transaction holds. */
export interface Satisfaction {
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

/** An output script that the scenarios know to spend. */
export interface Lock {
  readonly name: string;
  readonly script: Uint8Array;
  readonly sequence?: number;
  readonly lockTime?: number;
  readonly satisfy: (context: SigningContext) => Satisfaction;
}

const NOTHING = new Uint8Array(0);
const byWitness = (witness: readonly Uint8Array[]): Satisfaction => ({ scriptSig: NOTHING, witness });
const byScript = (...parts: readonly Uint8Array[]): Satisfaction => ({
  scriptSig: concatBytes(...parts),
  witness: [],
});
const scriptHash = (script: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(0xa9, 20), hash160(script), Uint8Array.of(0x87));
const keyHash = (key: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(0x76, 0xa9, 20), hash160(key), Uint8Array.of(0x88, 0xac));
const locksOf = ({ sequence, lockTime }: SmallScript): Pick<Lock, 'sequence' | 'lockTime'> => ({
  ...(sequence === undefined ? {} : { sequence }),
  ...(lockTime === undefined ? {} : { lockTime }),
});

export function anchor(): Lock {
  return { name: 'p2a', script: P2A_SCRIPT, satisfy: () => byWitness([]) };
}

/** A lock that a plain wallet would use. */
export function commonLock(random: SeededRandom): Lock {
  const key = random.below(KEYS);
  return random.pick([keyPath, payToKeyHash, payToWitnessKeyHash, nestedKeyHash])(key);
}

/** Any lock, some of them nonstandard. */
export function randomLock(random: SeededRandom, position: ChainPosition): Lock {
  const key = random.below(KEYS);
  const small = (tapscript = false): SmallScript => randomSmallScript(random, tapscript, position);
  switch (random.weighted([8, 4, 3, 3, 2, 4, 3, 2, 1, 2, 1, 1])) {
    case 0:
      return commonLock(random);
    case 1:
      return witnessScript(small());
    case 2:
      return nestedWitnessScript(small());
    case 3:
      return redeemScript(small());
    case 4:
      return tapscript(key, small(true), random.pick([0xc0, 0xc2]), undefined);
    case 5:
      return tapscript(key, small(true), 0xc0, random.bytes(32));
    case 6:
      return anchor();
    case 7:
      return bareMultisig(random);
    case 8:
      return payToKey(publicKeyOf(key, random.oneIn(2)), key);
    case 9:
      return data(random.bytes(random.pick([0, 1, 40, 80, 83, 300])));
    case 10:
      return bare(small());
    default:
      return unknownProgram(0x51 + random.below(16), random.bytes(random.pick([2, 20, 31, 40])));
  }
}

function keyPath(key: number): Lock {
  const { secret, point } = tweakedKey(key);
  return {
    name: 'p2tr',
    script: concatBytes(Uint8Array.of(0x51, 32), point.slice(1)),
    satisfy: (context) => byWitness([schnorrSignature(context, secret)]),
  };
}

function payToKeyHash(key: number): Lock {
  const script = keyHash(publicKeyOf(key));
  return {
    name: 'p2pkh',
    script,
    satisfy: (context) => byScript(push(legacySigner(context, script)(key)), push(publicKeyOf(key))),
  };
}

function payToWitnessKeyHash(key: number): Lock {
  const code = keyHash(publicKeyOf(key));
  return {
    name: 'p2wpkh',
    script: concatBytes(Uint8Array.of(0, 20), hash160(publicKeyOf(key))),
    satisfy: (context) => byWitness([segwitSigner(context, code)(key), publicKeyOf(key)]),
  };
}

function nestedKeyHash(key: number): Lock {
  return nested(payToWitnessKeyHash(key));
}

function nested(lock: Lock): Lock {
  return {
    ...lock,
    name: `p2sh-${lock.name}`,
    script: scriptHash(lock.script),
    satisfy: (context) => ({ ...lock.satisfy(context), scriptSig: push(lock.script) }),
  };
}

function witnessScript(small: SmallScript): Lock {
  const { script } = small;
  return {
    name: `p2wsh ${small.name}`,
    ...locksOf(small),
    script: concatBytes(Uint8Array.of(0, 32), sha256(script)),
    satisfy: (context) => byWitness([...small.stack(segwitSigner(context, script)), script]),
  };
}

function nestedWitnessScript(small: SmallScript): Lock {
  return nested(witnessScript(small));
}

function redeemScript(small: SmallScript): Lock {
  const { script } = small;
  return {
    name: `p2sh ${small.name}`,
    ...locksOf(small),
    script: scriptHash(script),
    satisfy: (context) => byScript(...small.stack(legacySigner(context, script)).map(push), push(script)),
  };
}

/** @param sibling - hash of the other leaf, where there is one */
function tapscript(key: number, small: SmallScript, version: number, sibling: Uint8Array | undefined): Lock {
  const leaf = leafHash(version, small.script);
  const pair = sibling === undefined ? [leaf] : [leaf, sibling].toSorted(Buffer.compare);
  const root = sibling === undefined ? leaf : tapBranchHash(...pair);
  const { point } = tweakedKey(key, root);
  const control = concatBytes(Uint8Array.of(version | (point[0]! & 1)), xOnlyKeyOf(key), sibling ?? NOTHING);
  return {
    name: `tapscript ${small.name}`,
    ...locksOf(small),
    script: concatBytes(Uint8Array.of(0x51, 32), point.slice(1)),
    satisfy: (context) => {
      const stack = small.stack((signer) => schnorrSignature(context, secretOf(signer), leaf));
      return byWitness([...stack, small.script, control]);
    },
  };
}

function bareMultisig(random: SeededRandom): Lock {
  const keys = Array.from({ length: 1 + random.below(4) }, () => random.below(KEYS));
  const required = 1 + random.below(Math.min(keys.length, 3));
  const listed = keys.map((key) => push(publicKeyOf(key)));
  const script = concatBytes(
    Uint8Array.of(0x50 + required),
    ...listed,
    Uint8Array.of(0x50 + keys.length, 0xae),
  );
  return {
    name: `multisig of ${keys.length}`,
    script,
    satisfy: (context) => {
      const sign = legacySigner(context, script);
      return byScript(Uint8Array.of(0), ...keys.slice(0, required).map((key) => push(sign(key))));
    },
  };
}

function payToKey(publicKey: Uint8Array, key: number): Lock {
  const script = concatBytes(push(publicKey), Uint8Array.of(0xac));
  return { name: 'p2pk', script, satisfy: (context) => byScript(push(legacySigner(context, script)(key))) };
}

function data(bytes: Uint8Array): Lock {
  const script = concatBytes(Uint8Array.of(0x6a), bytes.length === 0 ? NOTHING : push(bytes));
  return { name: 'data', script, satisfy: () => byWitness([]) };
}

function bare(small: SmallScript): Lock {
  const { script } = small;
  return {
    name: `bare ${small.name}`,
    ...locksOf(small),
    script,
    satisfy: (context) => byScript(...small.stack(legacySigner(context, script)).map(push)),
  };
}

function unknownProgram(opcode: number, program: Uint8Array): Lock {
  const script = concatBytes(Uint8Array.of(opcode), push(program));
  return { name: 'unknown program', script, satisfy: () => byWitness([Uint8Array.of(1)]) };
}
