/** Entries kept unless told otherwise: about 20 MB. */
const DEFAULT_LIMIT = 65_536;

/**
 * Remembers which curve checks succeeded, so that a transaction checked on entering the mempool costs little when
 * its block comes. Bounded: the oldest entry goes first. Failures are not kept, so that junk cannot push out the rest.
 */
export class VerificationCache {
  readonly #known = new Set<string>();
  readonly #limit: number;

  /** @param limit - largest number of entries */
  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** Entries held. */
  get size(): number {
    return this.#known.size;
  }

  /**
   * The check's result, without running it when it is known to succeed.
   *
   * @param kind - which check; parts of different kinds never collide
   * @param parts - everything that the result depends on; all but one of fixed length for this kind
   */
  check(kind: 'schnorr' | 'ecdsa' | 'tweak', parts: readonly Uint8Array[], run: () => boolean): boolean {
    let key: string = kind;
    for (const part of parts) key += String.fromCharCode(...part);
    if (this.#known.has(key)) return true;
    if (!run()) return false;
    if (this.#known.size >= this.#limit) {
      for (const oldest of this.#known) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.add(key);
    return true;
  }
}
