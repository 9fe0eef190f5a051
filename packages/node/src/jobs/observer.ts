import { type ChannelState, contractHash, graphOf, slotsDemanded, toHex } from '@prometheus-compute/protocol';
import { SandboxError } from '@prometheus-compute/sandbox';
import { contractOf } from '../engine/addressing.ts';
import type { ChannelRecord } from '../engine/channel-record.ts';
import { EngineError } from '../engine/errors.ts';
import type { TaskProgress } from '../engine/tasks/context.ts';
import type { LocalNetwork } from '../local/network.ts';
import type { LocalParty } from '../local/party.ts';
import type { FailedAttempt } from '../roles/batch-attempts.ts';
import type { JobProgress, JobStage } from './specification.ts';

/** Runs of chunks without a result after which a job is given up: the machine may have been busy once. */
const OVERRUN_TRIES = 3;
/** Confirmations after which a settlement is final (T §Setup: closed at 6). */
const FINAL = 6;

/**
 * Watches a job from outside: turns what the parties' engines do into progress for people, and knows whether all
 * batches are through, stuck or failed.
 */
export class JobObserver {
  readonly #count: number;
  readonly #emit: (progress: JobProgress) => void;
  readonly #batches = new Map<string, number>();
  readonly #clients = new Map<number, ChannelState>();
  /** The channel of the latest attempt of each batch. */
  readonly #latest = new Map<number, string>();
  readonly #shown = new Map<number, string>();
  #network: LocalNetwork | undefined;
  problem: Error | undefined;
  #overruns = 0;

  constructor(count: number, emit: (progress: JobProgress) => void) {
    this.#count = count;
    this.#emit = emit;
  }

  attach(network: LocalNetwork): void {
    this.#network = network;
    network.client.node.engine.watch((notice) => {
      if (notice.kind !== 'moved') return;
      const { record } = notice;
      if (record.batch !== null && notice.event === 'begun') this.#latest.set(record.batch, record.id);
      this.#onClient(record);
    });
    for (const { node } of network.parties) {
      node.engine.watch((notice) => {
        if (notice.kind === 'task-failed' || notice.kind === 'follow-failed') this.#onFailure(notice.error);
      });
    }
  }

  onStep(what: 'chain' | 'funding' | 'offers', message: string): void {
    this.#show(null, what === 'chain' ? 'chain' : 'funding', message);
  }

  onTask(party: LocalParty, { record, task, done, total }: TaskProgress): void {
    const contract = contractOf(record.state);
    const batch = contract && this.#batches.get(toHex(contractHash(contract)));
    if (batch === undefined) return;
    if (task === 'compute') {
      this.#show(batch, 'computing', `the Worker runs the program on chunk ${done} of ${total}`, done, total);
    } else if (task === 'check-opening' && party.role === 'verifier') {
      this.#show(
        batch,
        'verification',
        `the Verifier runs sampled chunk ${done} of ${total} again`,
        done,
        total,
      );
    } else if (task === 'check-delivery' && party.role === 'client') {
      this.#show(batch, 'delivery', `the Client receives encrypted result ${done} of ${total}`, done, total);
    }
  }

  /** Every batch is settled, six confirmations deep, and decrypted. */
  get finished(): boolean {
    const height = this.#network?.height ?? 0;
    const states = [...this.#clients.values()];
    return (
      states.length === this.#count &&
      states.every(
        (state) =>
          state.name === 'closed' &&
          state.how === 'settled' &&
          height >= state.height + FINAL - 1 &&
          (state.revealed === null || state.failures !== null),
      )
    );
  }

  /** Why the job cannot go on although every batch may be contracted: a chunk that gives no result again and again. */
  get failure(): EngineError | undefined {
    if (this.#overruns >= OVERRUN_TRIES && this.problem !== undefined) {
      return new EngineError(
        'not-finished',
        `a chunk gave no result ${OVERRUN_TRIES} times: ${this.problem.message}`,
        {
          cause: this.problem,
          remedy:
            'Raise the limit of milliseconds in the job file, or make chunks smaller, and run the job again.',
        },
      );
    }
    return undefined;
  }

  /** Changes whenever a batch comes further. */
  get fingerprint(): string {
    const height = this.#network?.height ?? 0;
    return [...this.#clients.values()]
      .map((state) =>
        state.name === 'closed' && state.how === 'settled'
          ? `closed+${Math.min(height - state.height, FINAL)}`
          : JSON.stringify([
              state.name,
              'step' in state ? state.step : '',
              'delivery' in state && state.delivery !== null,
            ]),
      )
      .join();
  }

  #onFailure(error: Error): void {
    this.problem = error;
    if (error instanceof SandboxError && error.code === 'no-result-yet') this.#overruns += 1;
  }

  /** A setup came to nothing: says why, and that it is tried again. */
  onFailedAttempt({ batch, attempt, state, again }: FailedAttempt): void {
    const next = again ? `; attempt ${attempt + 1} follows` : '';
    this.#show(batch, 'terms', `attempt ${attempt} came to nothing: ${state.fault.reason}${next}`);
  }

  get waitingFor(): string {
    return [...this.#shown].map(([batch, message]) => `batch ${batch}: ${message}`).join('; ');
  }

  #onClient(record: ChannelRecord): void {
    if (record.batch === null || this.#latest.get(record.batch) !== record.id) return;
    const contract = contractOf(record.state);
    if (contract !== undefined) this.#batches.set(toHex(contractHash(contract)), record.batch);
    this.#clients.set(record.batch, record.state);
    const [stage, message, done, total] = describe(record.state);
    this.#show(record.batch, stage, message, done, total);
  }

  #show(batch: number | null, stage: JobStage, message: string, done?: number, total?: number): void {
    if (batch !== null) {
      if (this.#shown.get(batch) === `${message} ${done ?? ''}`) return;
      this.#shown.set(batch, `${message} ${done ?? ''}`);
    }
    this.#emit({
      kind: 'stage',
      batch,
      stage,
      message,
      ...(done === undefined || total === undefined ? {} : { done, total }),
      ...(this.#network === undefined ? {} : { height: this.#network.height }),
    });
  }
}

type Description = readonly [stage: JobStage, message: string, done?: number, total?: number];

/** What the Client's channel is doing, in a sentence. */
function describe(state: ChannelState): Description {
  switch (state.name) {
    case 'setup':
      switch (state.step) {
        case 'terms':
          return ['terms', 'waiting for the Worker and the Verifier to accept the terms'];
        case 'contract':
          return ['terms', 'waiting for the Worker and the Verifier to fetch and check the payload'];
        case 'seeds':
          return [
            'ceremony',
            `waiting for block ${state.contract.snapshotHeight}, whose hash decides the draw of arbiters`,
          ];
        case 'polling':
          return [
            'ceremony',
            'asking arbiters in the order of the draw',
            state.acceptances.length,
            state.parameters.n,
          ];
        case 'signatures': {
          if (state.commitment !== null) return ['commitment', 'waiting for the next block to take in Tx0'];
          const total = slotsDemanded(graphOf(state.agreement), 'client').length;
          const done = Object.keys(state.signatures.plain).length;
          return ['signatures', 'collecting the pre-signatures of every exit', Math.min(done, total), total];
        }
        default:
          return ['ceremony', 'waiting for all three to sign the same list of arbiters'];
      }
    case 'computation': {
      const h0 = state.commitmentHeight;
      if (h0 !== null && state.tip < h0 + 2) {
        return ['commitment', `Tx0 is in block ${h0}; the Worker starts at 3 confirmations, block ${h0 + 2}`];
      }
      if (state.delivery === null) return ['computing', 'waiting for the Worker to compute and deliver'];
      return ['delivery', 'waiting for receipts, which open the seeds of the sample'];
    }
    case 'verification':
      if (state.verdict === null) return ['verification', 'waiting for the verdict of the Verifier'];
      if (!state.released) return ['release', 'the verdict is good: the Client releases the payment'];
      return ['payment', 'waiting for the next block to take in Tx4'];
    case 'arbitration':
      return ['verification', 'a dispute is on the chain'];
    case 'closed':
      if (state.how === 'abandoned') return ['terms', state.fault.reason];
      if (state.failures === null)
        return ['decrypting', 'decrypting the results with the secret that Tx4 revealed'];
      return ['decrypting', `Tx4 is in block ${state.height}; final at block ${state.height + FINAL - 1}`];
  }
}
