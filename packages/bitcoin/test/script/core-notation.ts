import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { concatBytes, fromHex, utf8 } from '@prometheus-compute/protocol';
import { ScriptFlag, type ScriptFlagName, type ScriptFlags } from '../../src/script/flags.ts';
import { OP } from '../../src/script/opcodes.ts';
import { pushOf } from '../../src/script/parse.ts';

/** Bitcoin Core's test vectors, as the package bitcore-lib ships them. */
export function readVectors(name: string): unknown[] {
  const bitcoreLib = dirname(createRequire(import.meta.url).resolve('bitcore-lib/package.json'));
  return JSON.parse(readFileSync(join(bitcoreLib, 'test/data/bitcoind', name), 'utf8'));
}

/** Bytes that Bitcoin Core's tests write in hexadecimal of either case. */
export function hex(digits: string): Uint8Array {
  return fromHex(digits.toLowerCase());
}

/** Names of opcodes that may be written without OP_, numbers excepted: those are decimals. */
const OPCODES: ReadonlyMap<string, number> = new Map(
  Object.entries(OP).flatMap(([name, opcode]): [string, number][] =>
    opcode > OP.OP_16 || opcode === OP.OP_RESERVED
      ? [
          [name, opcode],
          [name.slice(3), opcode],
        ]
      : [],
  ),
);
/** Names from before BIP65 and BIP112. */
const FORMER_NAMES: ReadonlyMap<string, number> = new Map([
  ['NOP2', OP.OP_CHECKLOCKTIMEVERIFY],
  ['NOP3', OP.OP_CHECKSEQUENCEVERIFY],
]);

/** A script in the notation of Bitcoin Core's tests: decimals, 0x raw bytes, 'text' pushed, opcode names. */
export function parseScript(notation: string): Uint8Array {
  const words = notation.split(/[ \t\n]+/).filter((word) => word !== '');
  return concatBytes(...words.map(parseWord));
}

function parseWord(word: string): Uint8Array {
  if (/^-?\d+$/.test(word)) return pushNumber(BigInt(word));
  if (/^0x(?:[0-9a-fA-F]{2})+$/.test(word)) return hex(word.slice(2));
  if (/^'.*'$/.test(word)) return pushOf(utf8(word.slice(1, -1)));
  const opcode = OPCODES.get(word) ?? FORMER_NAMES.get(word);
  if (opcode === undefined) throw new Error(`unknown word in a script: ${word}`);
  return Uint8Array.of(opcode);
}

/** Vectors also have numbers of more bytes than a script can compute with. */
function pushNumber(value: bigint): Uint8Array {
  if (value === 0n) return Uint8Array.of(OP.OP_0);
  if (value === -1n || (value >= 1n && value <= 16n)) return Uint8Array.of(OP.OP_1 - 1 + Number(value));
  const bytes: number[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 0xffn));
  if (bytes.at(-1)! >= 0x80) bytes.push(0);
  if (value < 0n) bytes[bytes.length - 1]! |= 0x80;
  return pushOf(Uint8Array.from(bytes));
}

/** Flags by their names with commas between. */
export function parseFlags(names: string): ScriptFlags {
  if (names === '' || names === 'NONE') return 0;
  return names.split(',').reduce((flags, name) => {
    const flag = ScriptFlag[name as ScriptFlagName];
    if (flag === undefined) throw new Error(`unknown flag ${name}`);
    return flags | flag;
  }, 0);
}

/** Every flag there is. */
export const ALL_FLAGS: ScriptFlags = Object.values(ScriptFlag).reduce((all, flag) => all | flag, 0);

/** Whether a soft fork could have led to these flags. */
export function isConsistent(flags: ScriptFlags): boolean {
  const has = (flag: ScriptFlags) => (flags & flag) !== 0;
  return (
    (!has(ScriptFlag.WITNESS) || has(ScriptFlag.P2SH)) &&
    (!has(ScriptFlag.CLEANSTACK) || has(ScriptFlag.WITNESS))
  );
}

/** Adds what flags need to be consistent. */
export function fillFlags(flags: ScriptFlags): ScriptFlags {
  let filled = flags;
  if ((filled & ScriptFlag.CLEANSTACK) !== 0) filled |= ScriptFlag.WITNESS;
  if ((filled & ScriptFlag.WITNESS) !== 0) filled |= ScriptFlag.P2SH;
  return filled;
}

/** Removes flags that lack what they need. */
export function trimFlags(flags: ScriptFlags): ScriptFlags {
  let trimmed = flags;
  if ((trimmed & ScriptFlag.P2SH) === 0) trimmed &= ~ScriptFlag.WITNESS;
  if ((trimmed & ScriptFlag.WITNESS) === 0) trimmed &= ~ScriptFlag.CLEANSTACK;
  return trimmed;
}

/** A fixed sequence of 32-bit numbers (mulberry32): the same flag combinations in every run. */
export function fixedSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
