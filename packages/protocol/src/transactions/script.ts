import type { XOnlyKey } from '../primitives/brands.ts';
import { concatBytes } from '../primitives/bytes.ts';

const OP_CHECKSEQUENCEVERIFY = 0xb2;
const OP_CHECKSIG = 0xac;
const OP_CHECKSIGVERIFY = 0xad;

const opcode = (code: number): Uint8Array => new Uint8Array([code]);
const pushKey = (key: XOnlyKey): Uint8Array => concatBytes(opcode(32), key);

/**
 * Minimal push of a number of blocks (BIP62 rule 3, which Tapscript keeps as MINIMALDATA): script numbers are
 * little-endian with a sign bit, so 144 takes two bytes.
 */
function pushNumber(value: number): Uint8Array {
  if (value >= 1 && value <= 16) return opcode(0x50 + value);
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest >>= 8) bytes.push(rest & 0xff);
  if (bytes.at(-1)! & 0x80) bytes.push(0);
  return new Uint8Array([bytes.length, ...bytes]);
}

/**
 * Leaf and(pk(K_1), …, pk(K_m)): `<K_1> CHECKSIGVERIFY … <K_m> CHECKSIG`. The same bytes as miniscript's
 * `and_v(v:pk(K_1),…)`.
 */
export function allOf(keys: readonly XOnlyKey[]): Uint8Array {
  return concatBytes(
    ...keys.flatMap((key, i) => [
      pushKey(key),
      opcode(i === keys.length - 1 ? OP_CHECKSIG : OP_CHECKSIGVERIFY),
    ]),
  );
}

/**
 * Leaf and(pk(K), older(t)): `<K> CHECKSIGVERIFY <t> CHECKSEQUENCEVERIFY` (BIP112). The number that stays on the stack
 * is t ≥ 1, hence true.
 *
 * @param blocks - 1..65535: the input's nSequence has to hold at least this
 */
export function keyAfter(key: XOnlyKey, blocks: number): Uint8Array {
  return concatBytes(
    pushKey(key),
    opcode(OP_CHECKSIGVERIFY),
    pushNumber(blocks),
    opcode(OP_CHECKSEQUENCEVERIFY),
  );
}

/** Pay-to-anchor (P2A), `OP_1 <4e73>`: anybody may spend it, to add the fee that its transaction does not pay. */
export const P2A_SCRIPT: Uint8Array = new Uint8Array([0x51, 0x02, 0x4e, 0x73]);
