/** Numbers that look random and are the same in every run (mulberry32). */
export class Values {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to 2^32 − 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  /** int8 of every size; one in four is an end of the range. */
  int8(length: number): Int8Array {
    return Int8Array.from({ length }, () => {
      const value = this.next();
      if (value % 4 === 0) return value % 8 === 0 ? -128 : 127;
      return value >> 8;
    });
  }

  /** int32 of every size; one in four is an end of the range. */
  int32(length: number): Int32Array {
    return Int32Array.from({ length }, () => {
      const value = this.next();
      if (value % 4 === 0) return value % 8 === 0 ? -(2 ** 31) : 2 ** 31 - 1;
      return (this.next() | 0) >> (value % 29);
    });
  }
}
