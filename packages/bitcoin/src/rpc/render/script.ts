import { fromLittleEndian, toHex } from '@prometheus-compute/protocol';
import { OP } from '../../script/opcodes.ts';
import { ScriptCursor } from '../../script/parse.ts';
import { hashTypeName } from './hash-type.ts';

const OPCODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(OP).map(([name, opcode]) => [opcode, name]),
);

/** The one opcode without meaning that Core has a name for. */
const INVALID_OPCODE = 0xff;

function opcodeName(opcode: number): string {
  if (opcode === OP.OP_0) return '0';
  if (opcode === OP.OP_1NEGATE) return '-1';
  if (opcode >= OP.OP_1 && opcode <= OP.OP_16) return `${opcode - OP.OP_1 + 1}`;
  if (opcode === INVALID_OPCODE) return 'OP_INVALIDOPCODE';
  return OPCODE_NAMES.get(opcode) ?? 'OP_UNKNOWN';
}

/**
 * A script in words, as Core writes it: small pushes as numbers, others in hexadecimal.
 *
 * @param signatures - whether pushes may be signatures, whose hash type Core writes in words
 */
export function scriptText(script: Uint8Array, signatures = false): string {
  const cursor = new ScriptCursor(script);
  const words: string[] = [];
  const unspendable = script[0] === OP.OP_RETURN;
  while (!cursor.atEnd) {
    if (!cursor.next()) return [...words, '[error]'].join(' ');
    const { data, opcode } = cursor;
    if (opcode > OP.OP_PUSHDATA4 || opcode === OP.OP_0) words.push(opcodeName(opcode));
    else if (data.length <= 4) words.push(`${scriptNumber(data)}`);
    else words.push(signatures && !unspendable ? signatureText(data) : toHex(data));
  }
  return words.join(' ');
}

/** Value of a push as a script number: little-endian, the highest bit is the sign. */
function scriptNumber(data: Uint8Array): bigint {
  if (data.length === 0) return 0n;
  const magnitude = data.slice();
  const negative = (magnitude.at(-1)! & 0x80) !== 0;
  magnitude[magnitude.length - 1]! &= 0x7f;
  const value = fromLittleEndian(magnitude);
  return negative ? -value : value;
}

function signatureText(data: Uint8Array): string {
  const type = hashTypeName(data);
  return type === undefined ? toHex(data) : `${toHex(data.subarray(0, -1))}[${type}]`;
}
