import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@prometheus-compute/protocol';
import type { SeededRandom } from './seeded-random.ts';
import { publicKeyOf, type Sign, xOnlyKeyOf } from './signing.ts';

/** Number of the scenarios' keys. */
export const KEYS = 6;

/** Where the chain stands while a script with a lock is made. */
export interface ChainPosition {
  readonly height: number;
  readonly medianTimePast: number;
}

/** A script and the stack that satisfies it, mostly. */
export interface SmallScript {
  readonly name: string;
  readonly script: Uint8Array;
  /** Sequence, or lock time, that it asks for. */
  readonly sequence?: number;
  readonly lockTime?: number;
  readonly stack: (sign: Sign) => readonly Uint8Array[];
}

const NOTHING = new Uint8Array(0);
const CHECKSIG = 0xac;

/** The shortest push of some bytes. */
export function push(data: Uint8Array): Uint8Array {
  const [first] = data;
  if (first === undefined) return Uint8Array.of(0);
  if (data.length === 1 && first >= 1 && first <= 16) return Uint8Array.of(0x50 + first);
  if (data.length === 1 && first === 0x81) return Uint8Array.of(0x4f);
  if (data.length < 0x4c) return concatBytes(Uint8Array.of(data.length), data);
  if (data.length < 0x100) return concatBytes(Uint8Array.of(0x4c, data.length), data);
  return concatBytes(Uint8Array.of(0x4d, data.length & 0xff, data.length >> 8), data);
}

function pushNumber(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  if ((bytes.at(-1) ?? 0) >= 0x80) bytes.push(0);
  return push(Uint8Array.from(bytes));
}

function code(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  return concatBytes(...parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part)));
}

/** Script of `size` bytes that pushes and drops. */
function longScript(size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let left = size - 1;
  while (left > 0) {
    const data = Math.min(500, left - 4);
    const part = data < 256 ? Uint8Array.of(0x61) : code(push(new Uint8Array(data).fill(7)), 0x75);
    parts.push(part);
    left -= part.length;
  }
  return code(...parts, 0x51);
}

/** Any small script. @param tapscript - with 32-byte keys, and what only BIP342 has */
export function randomSmallScript(
  random: SeededRandom,
  tapscript: boolean,
  position: ChainPosition,
): SmallScript {
  const keyOf = tapscript ? xOnlyKeyOf : publicKeyOf;
  const key = random.below(KEYS);
  const signed = code(push(keyOf(key)), CHECKSIG);
  const bySignature = (sign: Sign) => [sign(key)];
  switch (random.below(tapscript ? 14 : 12)) {
    case 0:
      return { name: 'checksig', script: signed, stack: bySignature };
    case 1:
      return { name: 'true', script: code(0x51, pushNumber(random.below(200)), 0x75), stack: () => [] };
    case 2: {
      const sequence = random.oneIn(3) ? (1 << 22) | random.below(4) : random.below(8);
      const script = code(pushNumber(sequence), 0xb2, 0x75, signed);
      return { name: 'relative lock', script, sequence, stack: bySignature };
    }
    case 3: {
      const lockTime = random.oneIn(2)
        ? position.height + random.below(6) - 2
        : position.medianTimePast + random.below(4000) - 2000;
      const script = code(pushNumber(lockTime), 0xb1, 0x75, signed);
      return { name: 'absolute lock', script, lockTime, stack: bySignature };
    }
    case 4: {
      const preimage = random.bytes(8);
      return { name: 'hash', script: code(0xa8, push(sha256(preimage)), 0x87), stack: () => [preimage] };
    }
    case 5: {
      const choice = random.pick([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(0), NOTHING]);
      const script = code(0x63, signed, 0x67, 0x51, 0x68);
      const taken = choice.some((byte) => byte !== 0);
      return { name: 'if', script, stack: (sign) => [...(taken ? [sign(key)] : []), choice] };
    }
    case 6: {
      const second = random.below(KEYS);
      const dummy = random.oneIn(20) ? Uint8Array.of(1) : NOTHING;
      return tapscript
        ? {
            name: 'checksigadd',
            script: code(push(keyOf(key)), CHECKSIG, push(keyOf(second)), 0xba, 0x52, 0x87),
            stack: (sign) => [sign(second), sign(key)],
          }
        : {
            name: 'multisig',
            script: code(0x52, push(keyOf(key)), push(keyOf(second)), 0x52, 0xae),
            stack: (sign) => [dummy, sign(key), sign(second)],
          };
    }
    case 7: {
      const script = code(random.pick([0x61, 0xb0, 0xb3, 0xb9, 0xab]), signed);
      return { name: 'nop', script, stack: bySignature };
    }
    case 8: {
      const count = random.pick([1, 15, 16, 20, 100]);
      const script = code(0x00, 0x63, new Uint8Array(count).fill(CHECKSIG), 0x68, 0x51);
      return { name: `${count} signature operations`, script, stack: () => [] };
    }
    case 9: {
      const item = random.bytes(random.pick([1, 79, 80, 81, 520, 521]));
      return { name: `item of ${item.length}`, script: code(0x75, 0x51), stack: () => [item] };
    }
    case 10: {
      const size = random.pick([1700, 3599, 3600, 3601, 9999]);
      return { name: `script of ${size}`, script: longScript(size), stack: () => [] };
    }
    case 11: {
      const dropped = random.pick([98, 99, 100]);
      const stack = [Uint8Array.of(1), ...new Array<Uint8Array>(dropped).fill(NOTHING)];
      return { name: `${dropped + 1} items`, script: new Uint8Array(dropped).fill(0x75), stack: () => stack };
    }
    case 12:
      return {
        name: 'success',
        script: code(random.pick([0x50, 0x7e, 0xbb, 0xfe]), signed),
        stack: bySignature,
      };
    default: {
      const script = code(push(random.bytes(random.pick([1, 31, 33]))), CHECKSIG);
      return { name: 'unknown key', script, stack: () => [new Uint8Array(64).fill(3)] };
    }
  }
}
