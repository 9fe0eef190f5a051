/** A stream of numbers that one seed gives again (splitmix32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `sides`. */
  below(sides: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % sides;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

/** Bytes that mean something in one format or the other: ends of ranges, heads of long lengths, continuation bits, delimiters. */
const TELLING = [
  0x00, 0x01, 0x7f, 0x80, 0xff, 0xfd, 0xfe, 0x1b, 0x3b, 0x5b, 0x9b, 0xbb, 0x9f, 0xf6, 0x22, 0x5d, 0x7d, 0x0a,
];
/** Longest run that is copied, moved or overwritten. */
const RUN = 64;

type Change = (bytes: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array => {
  const spliced = new Uint8Array(bytes.length - removed + put.length);
  spliced.set(bytes.subarray(0, at));
  spliced.set(put, at);
  spliced.set(bytes.subarray(at + removed), at + put.length);
  return spliced;
};

const part = (bytes: Uint8Array, dice: Dice): Uint8Array => {
  const from = dice.below(bytes.length + 1);
  return bytes.subarray(from, from + 1 + dice.below(RUN));
};

const changed = (bytes: Uint8Array, dice: Dice, change: (byte: number) => number): Uint8Array => {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  const at = dice.below(copy.length);
  copy[at] = change(copy[at]!);
  return copy;
};

const CHANGES: readonly Change[] = [
  (bytes, dice) => changed(bytes, dice, (byte) => byte ^ (1 << dice.below(8))),
  (bytes, dice) => changed(bytes, dice, () => dice.pick(TELLING)),
  (bytes, dice) => changed(bytes, dice, (byte) => byte + dice.pick([1, 255])),
  (bytes, dice) => changed(bytes, dice, () => dice.below(256)),
  // A length of four or eight bytes becomes enormous.
  (bytes, dice) => {
    const copy = bytes.slice();
    const at = dice.below(bytes.length + 1);
    return copy.fill(0xff, at, at + dice.pick([2, 4, 8]));
  },
  (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1)),
  (bytes, dice) => splice(bytes, bytes.length, 0, part(bytes, dice)),
  (bytes, dice) => splice(bytes, dice.below(bytes.length + 1), 0, Uint8Array.of(dice.pick(TELLING))),
  (bytes, dice) => splice(bytes, dice.below(bytes.length + 1), 0, part(bytes, dice)),
  (bytes, dice) => {
    const at = dice.below(bytes.length + 1);
    return splice(bytes, at, Math.min(dice.below(RUN), bytes.length - at), new Uint8Array());
  },
  (bytes, dice, other) => splice(bytes, dice.below(bytes.length + 1), 0, part(other, dice)),
  (bytes, dice, other) => {
    const at = dice.below(bytes.length + 1);
    return splice(bytes, at, bytes.length - at, other.subarray(dice.below(other.length + 1)));
  },
];

/**
 * Bytes that somebody hostile might send: one of the samples with one to six changes, or, now and then, bytes of no
 * meaning at all.
 */
export function mutated(samples: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (samples.length === 0 || dice.below(50) === 0) {
    return Uint8Array.from({ length: dice.below(200) }, () => dice.below(256));
  }
  let bytes = dice.pick(samples);
  const changes = 1 + dice.below(dice.pick([1, 3, 6]));
  for (let i = 0; i < changes; i++) bytes = dice.pick(CHANGES)(bytes, dice, dice.pick(samples));
  return bytes;
}
