import type { PeerId, Transport } from '@prometheus-compute/node';
import { seededNumbers } from '../stage/entropy.ts';
import { type Parcel, readParcel } from './parcel.ts';

/**
 * What becomes of a parcel. `drop`: its sender takes it for delivered. `lose`: its sender learns that nobody took it, and sends it again at the
 * next block. `hold`: it arrives when the chain has this height. `replace`: other bytes arrive.
 */
export type Fate =
  | { readonly kind: 'deliver' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'lose' }
  | { readonly kind: 'hold'; readonly until: number }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array };

export const DELIVER: Fate = { kind: 'deliver' };
export const DROP: Fate = { kind: 'drop' };

/** How bad the links between the parties are. */
export interface LinkTerms {
  /** Probability that a parcel is lost. */
  readonly loss: number;
  /** Blocks that a parcel takes at most; each takes any number up to that. */
  readonly delay: number;
}

/** Everything arrives at once. */
export const PERFECT_LINKS: LinkTerms = { loss: 0, delay: 0 };

interface Held {
  readonly until: number;
  readonly deliver: () => Promise<boolean>;
}

/**
 * Stands between the parties and the network: asks everybody's strategy what becomes of what it sends, then the links. Blocks are its clock.
 */
export class Postman {
  readonly #links: () => LinkTerms;
  readonly #random: () => number;
  readonly #height: () => number;
  readonly #onParcel: (parcel: Parcel) => void;
  #held: Held[] = [];
  /** The network behind it, by sender. */
  readonly #transports = new Map<PeerId, Transport>();

  constructor(options: {
    readonly seed: string;
    /** As they are at this moment. */
    readonly links: () => LinkTerms;
    readonly height: () => number;
    /** Told of every parcel that its sender lets go. */
    readonly onParcel: (parcel: Parcel) => void;
  }) {
    this.#links = options.links;
    this.#random = seededNumbers(`${options.seed} links`);
    this.#height = options.height;
    this.#onParcel = options.onParcel;
  }

  /** A party's transport, with this postman in it. */
  wrap(transport: Transport, fateOf: (parcel: Parcel) => Fate): Transport {
    const { self } = transport;
    this.#transports.set(self, transport);
    const send = (to: PeerId, bytes: Uint8Array): Promise<boolean> => {
      const parcel = readParcel(self, to, bytes);
      const fate = fateOf(parcel);
      if (fate.kind === 'drop') return Promise.resolve(true);
      if (fate.kind === 'lose') return Promise.resolve(false);
      this.#onParcel(parcel);
      const carried = fate.kind === 'replace' ? fate.bytes : bytes;
      const until = fate.kind === 'hold' ? fate.until : this.#height() + this.#delay();
      if (until > this.#height()) {
        this.#held.push({ until, deliver: () => transport.send(to, carried) });
        return Promise.resolve(true);
      }
      return this.#lost() ? Promise.resolve(false) : transport.send(to, carried);
    };
    return {
      self,
      send,
      broadcast: (bytes) => transport.broadcast(bytes),
      listen: (receive) => transport.listen(receive),
      close: () => transport.close(),
    };
  }

  /** Sends past everybody's strategy, at once. */
  sendRaw(from: PeerId, to: PeerId, bytes: Uint8Array): Promise<boolean> {
    const transport = this.#transports.get(from);
    if (transport === undefined) return Promise.resolve(false);
    this.#onParcel(readParcel(from, to, bytes));
    return transport.send(to, bytes);
  }

  /** Hands out what is due at this height. What its receiver cannot take yet stays for the next block. */
  async deliverDue(): Promise<void> {
    const height = this.#height();
    const due = this.#held.filter(({ until }) => until <= height);
    this.#held = this.#held.filter(({ until }) => until > height);
    const taken = await Promise.all(due.map(({ deliver }) => deliver()));
    this.#held.push(...due.filter((_, i) => !taken[i]));
  }

  #lost(): boolean {
    const { loss } = this.#links();
    return loss > 0 && this.#random() < loss;
  }

  #delay(): number {
    const { delay } = this.#links();
    return delay === 0 ? 0 : Math.floor(this.#random() * (delay + 1));
  }
}
