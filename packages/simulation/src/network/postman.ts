import { createHash } from 'node:crypto';
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
  /** Blocks that a parcel takes at most; each takes any number up to that, so that later ones overtake it. */
  readonly delay: number;
  /** Probability that a parcel arrives a second time, one to three blocks after the first. */
  readonly repeat: number;
  /** Probability that the link breaks with a parcel: nothing goes between its ends, in both directions, before the next block. */
  readonly cut: number;
  /**
   * Blocks after its first sending at which a parcel arrives at the latest, whatever was to befall it: what the contract's ℓ relies on
   * (C §Post). Without a bound nothing can be promised.
   */
  readonly within: number;
}

/** Everything arrives at once. */
export const PERFECT_LINKS: LinkTerms = {
  loss: 0,
  delay: 0,
  repeat: 0,
  cut: 0,
  within: Number.POSITIVE_INFINITY,
};

/** Blocks after which a parcel arrives again at the latest. */
const LAST_REPEAT = 3;

interface Held {
  readonly until: number;
  readonly deliver: () => Promise<boolean>;
  /** It came before: if its receiver cannot take it now, it is not tried again. */
  readonly again: boolean;
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
  /** Links that are cut, by the height until which they are. */
  readonly #cuts = new Map<string, number>();
  /** Height at which each parcel was first sent, by its ends and its bytes. */
  readonly #firstSent = new Map<string, number>();
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
      const latest = this.#latest(parcel);
      if (this.#isCut(self, to) && this.#height() < latest) return Promise.resolve(false);
      this.#onParcel(parcel);
      const carried = fate.kind === 'replace' ? fate.bytes : bytes;
      const until = fate.kind === 'hold' ? fate.until : Math.min(latest, this.#height() + this.#delay());
      const deliver = (): Promise<boolean> => transport.send(to, carried);
      if (this.#happens('repeat')) {
        this.#held.push({
          until: until + 1 + Math.floor(this.#random() * LAST_REPEAT),
          deliver,
          again: true,
        });
      }
      if (until > this.#height()) {
        this.#held.push({ until, deliver, again: false });
        return Promise.resolve(true);
      }
      return this.#happens('loss') && this.#height() < latest ? Promise.resolve(false) : deliver();
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
    this.#held.push(...due.filter(({ again }, i) => !again && !taken[i]));
  }

  /** Height at which a parcel goes through, now or never. */
  #latest({ from, to, bytes }: Parcel): number {
    const { within } = this.#links();
    if (within === Number.POSITIVE_INFINITY) return within;
    const key = `${from} ${to} ${createHash('sha256').update(bytes).digest('hex')}`;
    const first = this.#firstSent.get(key) ?? this.#height();
    this.#firstSent.set(key, first);
    return first + within;
  }

  #happens(what: 'loss' | 'repeat' | 'cut'): boolean {
    const probability = this.#links()[what];
    return probability > 0 && this.#random() < probability;
  }

  /** Whether the link between two parties is down; now and then it goes down with this very parcel. */
  #isCut(from: PeerId, to: PeerId): boolean {
    const link = [from, to].sort().join(' ');
    if (this.#happens('cut')) this.#cuts.set(link, this.#height() + 1);
    return (this.#cuts.get(link) ?? 0) > this.#height();
  }

  #delay(): number {
    const { delay } = this.#links();
    return delay === 0 ? 0 : Math.floor(this.#random() * (delay + 1));
  }
}
