/**
 * Nesting of OP_IF: which branches are taken. Only two things about it are ever asked, whether all are taken and
 * whether any is open, so depth and position of the outermost branch not taken stand for it. With a list, nested
 * conditions would cost quadratic time.
 */
export class Conditions {
  #depth = 0;
  /** Depth at which the outermost branch not taken opened, or −1. */
  #skippedAt = -1;

  /** Whether no condition is open. */
  get none(): boolean {
    return this.#depth === 0;
  }

  /** Whether instructions run. */
  get allTaken(): boolean {
    return this.#skippedAt === -1;
  }

  open(taken: boolean): void {
    if (!taken && this.#skippedAt === -1) this.#skippedAt = this.#depth;
    this.#depth++;
  }

  /** OP_ELSE. Inside a branch not taken, nothing changes. */
  toggle(): void {
    if (this.#skippedAt === -1) this.#skippedAt = this.#depth - 1;
    else if (this.#skippedAt === this.#depth - 1) this.#skippedAt = -1;
  }

  close(): void {
    this.#depth--;
    if (this.#skippedAt === this.#depth) this.#skippedAt = -1;
  }
}
