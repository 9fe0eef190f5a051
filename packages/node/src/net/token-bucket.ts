/** How much may happen per second, with a reserve for what comes at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  readonly #now: () => number;
  #tokens: number;
  #filled: number;

  /**
   * @param perSecond - tokens that come back every second
   * @param capacity - tokens that it holds at most, and at first
   * @param now - milliseconds on any clock that does not go back
   */
  constructor(perSecond: number, capacity: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#capacity = capacity;
    this.#now = now;
    this.#tokens = capacity;
    this.#filled = now();
  }

  /**
   * Takes tokens out, into debt if need be.
   *
   * @returns milliseconds that whoever took them has to wait until the debt is paid back; 0: none
   */
  take(tokens: number): number {
    this.#refill();
    this.#tokens -= tokens;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#perSecond) * 1_000);
  }

  /** Takes tokens out where they are there. @returns whether they were; otherwise nobody is the poorer for having asked */
  tryTake(tokens: number): boolean {
    this.#refill();
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  #refill(): void {
    const now = this.#now();
    const regained = (Math.max(0, now - this.#filled) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + regained);
    this.#filled = now;
  }
}
