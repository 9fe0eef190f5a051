import { type Duty, duties, type Graph, type Txid, transactionOf } from '@prometheus-compute/protocol';
import type { ChannelRecord } from './channel-record.ts';
import type { Engine } from './engine.ts';
import { asError, EngineError } from './errors.ts';
import type { FeeReserves } from './fees/reserves.ts';
import { graphInState, isFinal } from './on-chain.ts';
import { freePledge } from './pledge.ts';
import { type PaidChild, type Publication, type PublishOrder, publish, reveals } from './publish.ts';
import type { Published } from './published.ts';
import { abandonedStep, respend } from './respend.ts';
import type { FeePolicy } from './tasks/context.ts';

/** What was done about a duty. */
export interface DutyNotice {
  readonly record: ChannelRecord;
  readonly duty: Duty;
  readonly txid: Txid;
  readonly did: Publication['kind'];
  /** The child that went with it, with what it pays. */
  readonly child: PaidChild | null;
  /** Why not, unless it was handed to the chain or waits there and pays enough. */
  readonly refused: string | undefined;
}

/** A duty of this tip. */
interface Due {
  readonly duty: Duty;
  /** Tip at which its transaction was handed to the chain first; null: never. */
  readonly first: number | null;
  /** Whether its transaction shows h_p. */
  readonly shows: boolean;
}

/** What a publisher needs of the watcher that it works for. */
export interface PublisherHost {
  readonly engine: Engine;
  readonly policy: FeePolicy;
  readonly reserves: FeeReserves;
  readonly published: Published;
  readonly onDuty: (notice: DutyNotice) => void;
  /** Height of the last block that was taken in. */
  readonly height: () => number;
  /** Whether that block is the chain's tip, and every channel has seen it. */
  readonly isCurrent: () => Promise<boolean>;
  /** Whether nothing may be published, since a reorganisation was too deep. */
  readonly halted: () => boolean;
}

/**
 * Publishes what each channel's party must publish, at every block again and with a rising fee, until it is confirmed. Duties
 * belong to the chain's tip: at an older one nothing is published, since what is due there may be past its time.
 */
export class Publisher {
  readonly #host: PublisherHost;
  /** The last piece of publishing of each channel: one after another. */
  readonly #work = new Map<string, Promise<void>>();
  /** At which tip something was last tried, by channel and transaction, and whether that was enough. */
  readonly #tried = new Map<string, { readonly tip: number; readonly enough: boolean }>();
  /** Tips at which coins of abandoned setups were first seen spent. */
  readonly #respent = new Map<string, number>();
  readonly #late = new Set<string>();

  constructor(host: PublisherHost) {
    this.#host = host;
  }

  /** Publishes what a channel has to publish at this tip, after what is being published for it. What fails is told to the operator. */
  publish(record: ChannelRecord): Promise<void> {
    const before = this.#work.get(record.id) ?? Promise.resolve();
    const work = before
      .then(() => this.#publishNow(record.id))
      .catch((cause: unknown) => this.#failed(record, asError(cause)));
    this.#work.set(record.id, work);
    return work;
  }

  /** Whether no block can matter to a channel any more. */
  isFinal(record: ChannelRecord, tip: number): boolean {
    return isFinal(record.state, tip, this.#respent.get(record.id));
  }

  /** The block at `height` has left the chain. */
  disconnect(height: number): void {
    for (const [id, spent] of this.#respent) if (spent >= height) this.#respent.delete(id);
    // Another block of the same height is another tip.
    this.#tried.clear();
  }

  /** One channel's trouble: the others go on, and its next move or block tries again. */
  #failed(record: ChannelRecord, error: Error): void {
    this.#host.engine.notify({ kind: 'publish-failed', record, error });
  }

  async #publishNow(id: string): Promise<void> {
    const { engine, isCurrent, height } = this.#host;
    const record = engine.records.find((candidate) => candidate.id === id);
    // What a newer tip asks for is published when it has been followed.
    if (record === undefined || engine.closed || !(await isCurrent())) return;
    const tip = height();
    if (this.isFinal(record, tip)) {
      await this.#host.reserves.release(record);
      await freePledge(record, engine.ports.store);
      return;
    }
    if (this.#host.halted()) return;
    if (abandonedStep(record.state) !== undefined) return this.#respend(record, tip);
    const graph = graphInState(record.state);
    if (graph === undefined) return;
    for (const due of await this.#dueAt(record, graph, tip)) {
      const enough = await this.#fulfil(record, graph, due, tip).catch((cause: unknown) => {
        this.#failed(record, asError(cause));
        return false;
      });
      if (enough) return;
    }
  }

  /**
   * What is due at this tip, most wanted first: the next one is tried where the chain takes none of those before it. What
   * has left the node stays due after `until`. And where h_p was shown already, nothing else comes in its way.
   */
  async #dueAt(record: ChannelRecord, graph: Graph, tip: number): Promise<readonly Due[]> {
    const due: Due[] = [];
    for (const duty of duties(record.state)) {
      if (tip < duty.from) continue;
      const first = await this.#host.published.firstTip(record, duty.transaction, tip);
      const shows = reveals(record, graph, duty.transaction);
      if (first !== null || duty.until === null || tip <= duty.until) due.push({ duty, first, shows });
    }
    const shown = due.filter(({ first, shows }) => shows && first !== null);
    if (shown.length === 0) return due;
    return [...shown, ...due.filter(({ first, shows }) => shows && first === null)];
  }

  /** @returns whether a transaction is on its way, so that nothing else need be tried at this tip */
  async #fulfil(record: ChannelRecord, graph: Graph, { duty, first }: Due, tip: number): Promise<boolean> {
    const key = `${record.id}/${duty.transaction}`;
    const tried = this.#tried.get(key);
    if (tried?.tip === tip) return tried.enough;
    // The chain may have gone on since: h_p is not shown for the first time past its time.
    if (!(await this.#host.isCurrent())) return true;
    const { published, reserves, policy, engine } = this.#host;
    const order: PublishOrder = {
      record,
      graph,
      duty,
      tip,
      first,
      reserve: reserves.of(record),
      to: published.scriptFor(record, duty.transaction),
      beforeShowing: () => published.note(record, duty.transaction, tip),
    };
    const made = await publish(order, engine.ports, policy);
    if (made === undefined) return false;
    const enough = made.kind !== 'refused' && made.kind !== 'withheld';
    this.#tried.set(key, { tip, enough });
    if (enough) await published.note(record, duty.transaction, tip);
    else if (first === null) await published.forget(record, duty.transaction);
    this.#host.onDuty({
      record,
      duty,
      txid: transactionOf(graph, duty.transaction).txid,
      did: made.kind,
      child: made.kind === 'handed' ? made.child : null,
      refused: 'reason' in made ? made.reason : undefined,
    });
    this.#warnWhenLate(record, duty, tip);
    return enough;
  }

  /** What the reserve could not bring into a block in time: the operator is told once. */
  #warnWhenLate(record: ChannelRecord, duty: Duty, tip: number): void {
    const name = `${record.id}/${duty.transaction}`;
    if (duty.confirmBy === null || tip < duty.confirmBy || this.#late.has(name)) return;
    this.#late.add(name);
    this.#host.engine.notify({ kind: 'not-confirmed-in-time', record, duty });
  }

  async #respend(record: ChannelRecord, tip: number): Promise<void> {
    const key = `${record.id}/respend`;
    const step = abandonedStep(record.state);
    if (step === undefined || this.#tried.get(key)?.tip === tip || this.#respent.has(record.id)) return;
    const first = (await this.#host.published.firstTip(record, 'respend', tip)) ?? tip;
    const to = this.#host.published.scriptFor(record, 'respend');
    const made = await respend({ step, tip, first, to }, this.#host.engine.ports, this.#host.policy);
    this.#tried.set(key, { tip, enough: true });
    if (made.kind === 'handed') await this.#host.published.note(record, 'respend', tip);
    if (made.kind === 'spent') this.#respent.set(record.id, tip);
    if (made.kind === 'refused')
      this.#failed(
        record,
        new EngineError('chain-refused', `the coins of an abandoned setup: ${made.reason}`, {
          rule: 'T §Setup 5',
        }),
      );
  }
}
