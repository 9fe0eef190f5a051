import type { PeerId } from '../ports/transport.ts';

/** Parts that one peer is being sent at the same time: each is up to a megabyte of memory. */
const AT_ONCE = 4;
/** Requests of one peer that wait. What is beyond is dropped: whoever misses a part asks again. */
const WAITING = 256;

/** What one peer has asked for. */
interface Customer {
  underway: number;
  readonly waiting: (() => Promise<unknown>)[];
}

/** Serves each peer only so much at the same time, however much it asks for, and nobody at the cost of others. */
export class Serving {
  readonly #customers = new Map<PeerId, Customer>();

  /**
   * Serves a request, now or when the peer has got what it asked for before.
   *
   * @param serve - reads and sends; its promise ends when the peer has got it or will not
   * @returns whether it is being served now
   */
  take(peer: PeerId, serve: () => Promise<unknown>): boolean {
    const customer = this.#customers.get(peer) ?? { underway: 0, waiting: [] };
    this.#customers.set(peer, customer);
    if (customer.underway < AT_ONCE) {
      this.#run(peer, customer, serve);
      return true;
    }
    if (customer.waiting.length < WAITING) customer.waiting.push(serve);
    return false;
  }

  #run(peer: PeerId, customer: Customer, serve: () => Promise<unknown>): void {
    customer.underway += 1;
    const next = () => {
      customer.underway -= 1;
      const waiting = customer.waiting.shift();
      if (waiting !== undefined) this.#run(peer, customer, waiting);
      else if (customer.underway === 0) this.#customers.delete(peer);
    };
    serve().then(next, next);
  }
}
