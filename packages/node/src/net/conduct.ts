import type { PeerId } from '../ports/transport.ts';
import type { Offence, OnNetNotice } from './notice.ts';

/**
 * Points for each offence; a hundred are a ban. What a broken connection or an old version can cause weighs little, what
 * takes intent weighs much.
 */
const POINTS: Readonly<Record<Offence, number>> = {
  oversized: 50,
  malformed: 10,
  unopenable: 20,
  flood: 2,
  slow: 10,
  'false-announcement': 20,
};
const BAN_AT = 100;
/** Milliseconds in which points are halved, so that what happens now and then never adds up. */
const HALF_LIFE = 600_000;
/** Milliseconds of the longest ban: a day. */
const LONGEST_BAN = 86_400_000;
/** Peers that are remembered. Names are free, so a flood of them must not fill the memory. */
const MAX_PEERS = 10_000;
/** What is kept as evidence of a ban. */
const MAX_EVIDENCE = 8;

interface Standing {
  points: number;
  /** When `points` was right. */
  at: number;
  bans: number;
  /** Banned until then; 0: never was. */
  until: number;
  readonly evidence: string[];
}

/** How the peers of a node behave: points for what no honest peer does, and bans. */
export class Conduct {
  readonly #standings = new Map<PeerId, Standing>();
  readonly #ban: number;
  readonly #now: () => number;
  readonly #onNotice: OnNetNotice;
  #partners: (peer: PeerId) => boolean = () => false;

  /**
   * @param ban - milliseconds of a first ban
   * @param now - milliseconds since 1970
   */
  constructor(ban: number, now: () => number, onNotice: OnNetNotice) {
    this.#ban = ban;
    this.#now = now;
    this.#onNotice = onNotice;
  }

  /** @param isPartner - whether a channel is open with a peer: mere slowness is not held against it */
  trust(isPartner: (peer: PeerId) => boolean): void {
    this.#partners = isPartner;
  }

  isPartner(peer: PeerId): boolean {
    return this.#partners(peer);
  }

  /** Whether nothing is to be had with a peer now. */
  isBanned(peer: PeerId): boolean {
    return (this.#standings.get(peer)?.until ?? 0) > this.#now();
  }

  /** Holds something against a peer. @returns whether it is banned for it now */
  hold(peer: PeerId, offence: Offence, evidence: string): boolean {
    if (offence === 'slow' && this.isPartner(peer)) return false;
    const standing = this.#standing(peer);
    const now = this.#now();
    const kept = standing.points * 0.5 ** (Math.max(0, now - standing.at) / HALF_LIFE);
    standing.points = kept + POINTS[offence];
    standing.at = now;
    standing.evidence.push(`${offence}: ${evidence}`);
    if (standing.evidence.length > MAX_EVIDENCE) standing.evidence.shift();
    this.#onNotice({ kind: 'offence', peer, offence, evidence, score: Math.round(standing.points) });
    if (Math.round(standing.points) < BAN_AT || standing.until > now) return false;
    standing.until = now + Math.min(LONGEST_BAN, this.#ban * 2 ** standing.bans);
    standing.bans += 1;
    standing.points = 0;
    const said = standing.evidence.splice(0);
    this.#onNotice({ kind: 'banned', peer, until: standing.until, evidence: said });
    return true;
  }

  #standing(peer: PeerId): Standing {
    const known = this.#standings.get(peer);
    const standing = known ?? { points: 0, at: this.#now(), bans: 0, until: 0, evidence: [] };
    this.#standings.delete(peer);
    this.#standings.set(peer, standing);
    if (this.#standings.size > MAX_PEERS) this.#standings.delete(this.#standings.keys().next().value!);
    return standing;
  }
}
