import type { PeerId } from '../ports/transport.ts';
import type { NetLimits } from './limits.ts';

/** Peers that are dialled again and again. A flood of names must not fill the memory. */
const MAX_PEERS = 1_000;
/** Dials after which a peer that nobody named is given up: about a day. */
const MAX_TRIES = 1_440;

interface Absence {
  /** Dials that failed one after another. */
  tries: number;
  timer: NodeJS.Timeout | undefined;
  /** The operator or a channel names it: it is never given up. */
  lasting: boolean;
}

/** Tries to reach peers again that could not be reached, ever more rarely, until they are there. */
export class Reconnecting {
  readonly #limits: NetLimits;
  readonly #dial: (peer: PeerId) => Promise<boolean>;
  readonly #absent = new Map<PeerId, Absence>();
  #closed = false;

  /** @param dial - answers whether the peer was reached; never rejects */
  constructor(limits: NetLimits, dial: (peer: PeerId) => Promise<boolean>) {
    this.#limits = limits;
    this.#dial = dial;
  }

  /** Whether a peer was found absent, so that there is no sense in dialling it for every envelope. */
  isAbsent(peer: PeerId): boolean {
    return (this.#absent.get(peer)?.tries ?? 0) > 0;
  }

  /** A peer could not be reached, or has gone. */
  lost(peer: PeerId, lasting: boolean): void {
    if (this.#closed) return;
    const absence = this.#absent.get(peer);
    if (absence !== undefined) {
      absence.lasting ||= lasting;
      return;
    }
    const fresh = { tries: 1, timer: undefined, lasting };
    this.#absent.set(peer, fresh);
    this.#schedule(peer, fresh);
    if (this.#absent.size > MAX_PEERS) this.#forgetOne();
  }

  /** A peer is there. */
  found(peer: PeerId): void {
    clearTimeout(this.#absent.get(peer)?.timer);
    this.#absent.delete(peer);
  }

  close(): void {
    this.#closed = true;
    for (const peer of [...this.#absent.keys()]) this.found(peer);
  }

  #schedule(peer: PeerId, absence: Absence): void {
    const { firstRetry, lastRetry } = this.#limits;
    const wait = Math.min(lastRetry, firstRetry * 2 ** Math.min(absence.tries - 1, 30));
    absence.timer = setTimeout(() => void this.#try(peer, absence), wait);
    absence.timer.unref();
  }

  async #try(peer: PeerId, absence: Absence): Promise<void> {
    const there = await this.#dial(peer);
    if (this.#absent.get(peer) !== absence) return;
    absence.tries += 1;
    if (there || (!absence.lasting && absence.tries > MAX_TRIES)) this.found(peer);
    else this.#schedule(peer, absence);
  }

  #forgetOne(): void {
    const passing = [...this.#absent].find(([, { lasting }]) => !lasting)?.[0];
    this.found(passing ?? this.#absent.keys().next().value!);
  }
}
