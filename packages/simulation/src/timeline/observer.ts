import type { ChannelRecord, DutyNotice, LocalParty } from '@prometheus-compute/node';
import {
  equalBytes,
  type MessageKind,
  type TransactionId,
  type Txid,
  toHex,
} from '@prometheus-compute/protocol';
import type { Parcel } from '../network/parcel.ts';
import type { Timeline, TimelineEntry } from './timeline.ts';

/** What the words of the contract are called in a story. Kinds that are not here are not told: there are too many of them. */
const WORDS: Readonly<Partial<Record<MessageKind, string>>> = {
  terms: 'proposes terms',
  contract: 'writes the contract',
  graph: 'invites the arbiters that were drawn',
  delivery: 'delivers R and the encrypted results',
  receipt: 'gives a receipt',
  opening: 'opens the sampled chunks',
  verdict: 'says r = 1 and signs Tx4',
  release: 'releases the payment',
  claim: 'claims a fault',
  voteCommitment: 'commits to its vote',
  voteOpening: 'opens its vote',
  decisionSignatures: 'signs the decision',
  releaseSignatures: 'signs bond and stakes free',
};

/** Turns what the engines, the network and the chain do into lines of a story. */
export class Observer {
  readonly #timeline: Timeline;
  readonly #height: () => number;
  readonly #told = new Set<string>();

  constructor(timeline: Timeline, height: () => number) {
    this.#timeline = timeline;
    this.#height = height;
  }

  /** A parcel leaves its sender. Told once for each author and kind: relays and repeats are no news. */
  onParcel({ from, envelope, inner }: Parcel): void {
    const words = WORDS[inner.kind];
    const posted = envelope.kind === 'post';
    // A post that carries another's words is a relay.
    if (words === undefined || !equalBytes(envelope.from, inner.from)) return;
    const key = `${from} ${toHex(inner.signature)} ${posted}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.tell(from, posted ? `posts: ${words}` : words, '');
  }

  /** @param kept - why its strategy keeps the transaction back, where it does */
  onDuty(party: LocalParty, { duty, txid, refused }: DutyNotice, kept: string | undefined): void {
    const { transaction, why } = duty;
    if (kept !== undefined) {
      this.#once(party.name, `keeps ${transaction} to itself`, kept, { id: transaction, txid });
      return;
    }
    const what =
      refused === undefined ? `publishes ${transaction}` : `cannot publish ${transaction} yet: ${refused}`;
    this.#once(party.name, what, why, { id: transaction, txid });
  }

  watch(party: LocalParty): void {
    party.node.engine.watch((notice) => {
      switch (notice.kind) {
        case 'fault':
          // What ends a setup is told with its end.
          if (notice.fault.code !== 'out-of-place' && notice.record.state.name !== 'closed')
            this.tell(party.name, `notes ${notice.fault.code}: ${notice.fault.reason}`, '');
          break;
        case 'moved':
          this.#onMove(party.name, notice.record);
          break;
        default:
          break;
      }
    });
  }

  #onMove(who: string, { state }: ChannelRecord): void {
    if (state.name !== 'closed' || state.how !== 'abandoned') return;
    const culprit = state.fault.culprit === null ? '' : ` (culprit: ${state.fault.culprit})`;
    this.#once(who, `gives the setup up: ${state.fault.code}${culprit}`, state.fault.reason, null);
  }

  onConfirmed(id: TransactionId, txid: Txid): void {
    this.tell('chain', `${id} is in a block`, '', { id, txid });
  }

  /** What is tried again at every block is told when it is first tried. */
  #once(who: string, what: string, why: string, transaction: TimelineEntry['transaction']): void {
    const key = `${who} ${what}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.tell(who, what, why, transaction);
  }

  tell(who: string, what: string, why: string, transaction: TimelineEntry['transaction'] = null): void {
    this.#timeline.add({ height: this.#height(), who, what, why, transaction });
  }
}
