import {
  type ChannelMessage,
  CodedError,
  type Coin,
  DUST,
  encodeEnvelope,
  type MessageOf,
  type Outpoint,
  type Parameters,
  type PartyTerms,
  type SeenStake,
  type Step,
  satoshi,
  sealMessage,
  type Txid,
  utf8,
} from '@prometheus-compute/protocol';
import type { ChunkOutcome } from '@prometheus-compute/sandbox';
import { exportCeremony } from '../engine/ceremony-export.ts';
import type { ChannelRecord } from '../engine/channel-record.ts';
import type { ChainReading } from '../engine/checkpoint.ts';
import { Collector } from '../engine/collector.ts';
import { Engine } from '../engine/engine.ts';
import type { EnginePorts } from '../engine/engine-ports.ts';
import { asError, EngineError, isOwnTrouble } from '../engine/errors.ts';
import type { Greeter, Greeting } from '../engine/extensions.ts';
import { requireCovered } from '../engine/fees/worst-case.ts';
import { History } from '../engine/history.ts';
import { OfferIndex } from '../engine/offer-index.ts';
import { PayloadExchange } from '../engine/payload.ts';
import type { DutyNotice } from '../engine/publisher.ts';
import { committedCoins } from '../engine/reservations.ts';
import type { NodePolicy, TaskContext, TaskProgress } from '../engine/tasks/context.ts';
import { runTask } from '../engine/tasks/run-task.ts';
import { Watcher } from '../engine/watcher.ts';
import type { Executor } from '../ports/executor.ts';
import type { KeyReference } from '../ports/signer.ts';
import type { PeerId } from '../ports/transport.ts';
import { answerRequest } from '../roles/arbiter.ts';
import type { RoleHost } from '../roles/host.ts';
import { answerTerms } from '../roles/partner.ts';

/** Keys under which a node refuses what belongs to no channel. */
const REFUSER: KeyReference = { role: 'arbiter', unique: utf8('refusals') };

/** What a node may be: any set of roles. The Client's side begins channels, the others answer. */
export type NodeRole = 'client' | 'worker' | 'verifier' | 'arbiter';

/** A party's program: engine, chain watcher, payload exchange, and the answers of its roles. */
export class Node implements Greeter, RoleHost {
  readonly engine: Engine;
  readonly ports: EnginePorts;
  readonly watcher: Watcher;
  readonly policy: NodePolicy;
  readonly roles: readonly NodeRole[];
  readonly history: History;
  readonly #offers: OfferIndex;
  readonly #payload: PayloadExchange;
  readonly #collector: Collector;

  constructor(
    ports: EnginePorts,
    options: {
      readonly roles: readonly NodeRole[];
      readonly policy: NodePolicy;
      readonly executor: Executor<ChunkOutcome>;
      readonly onProgress?: (progress: TaskProgress) => void;
      readonly onDuty?: (notice: DutyNotice) => void;
      /** By default everything is read at every start. */
      readonly reading?: ChainReading;
    },
  ) {
    this.policy = options.policy;
    this.roles = options.roles;
    this.ports = ports;
    const { reading } = options;
    this.#offers = new OfferIndex(ports.chain, {
      start: reading?.start ?? 0,
      store: reading?.wallet === undefined ? undefined : ports.store,
    });
    this.#payload = new PayloadExchange(ports);
    this.history = new History(ports);
    const context: TaskContext = {
      ports,
      history: this.history,
      channels: () => this.engine.records,
      offers: this.#offers,
      payload: this.#payload,
      peersOf: (record, parties) => this.engine.peersOf(record, parties),
      executor: options.executor,
      entropy: ports.entropy,
      policy: options.policy,
      onProgress: options.onProgress ?? (() => {}),
    };
    this.engine = new Engine(ports, options.policy, () => ({
      watcher: this.watcher,
      greeter: this,
      payload: this.#payload,
      runTask: (record, task) => runTask(record, task, context),
      stakeAt: (outpoint) => this.#offers.stake(outpoint),
    }));
    this.#collector = new Collector(this.engine, options.policy.maxFeeRate);
    this.engine.watch((notice) => {
      if (notice.kind !== 'moved') return;
      const { id, state } = notice.record;
      if (state.name !== 'closed' || state.how !== 'abandoned') return;
      this.#payload.giveUp(id);
      this.#remember(notice.record);
    });
    this.watcher = new Watcher(this.engine, {
      policy: options.policy,
      onDuty: options.onDuty ?? (() => {}),
      onBlock: (block) => ports.wallet.connect(block),
      onRewind: (height) => ports.wallet.disconnectAbove(height),
      reading,
    });
  }

  /** Work that this node can go on with by itself: what waits for a peer's answer does not count. */
  get busy(): number {
    return this.engine.busy - this.#payload.waiting;
  }

  /**
   * Takes up what an earlier run of this node has stored: channels, coins that they hold, messages and tasks left. Where there
   * are channels, it takes part in them again from the first {@link onBlock} on.
   */
  async resume(): Promise<void> {
    await this.engine.resume();
    const records = this.engine.records.filter(({ role }) => role !== 'arbiter');
    this.ports.wallet.hold(records.flatMap(({ state }) => committedCoins(state)));
  }

  /** The chain may have changed: follow it, and try again what waits for others. */
  async onBlock(): Promise<void> {
    // What fails here is done again at the next block: a block counts as seen only after everything is stored.
    await this.engine
      .track(() => this.watcher.follow())
      .then(() => this.engine.caughtUp())
      .catch((cause: unknown) => this.engine.notify({ kind: 'follow-failed', error: asError(cause) }));
    await this.engine.track(() => this.#collector.follow());
    await this.engine.retry();
    this.#payload.retry();
  }

  /** P of a T_P on the chain. @throws EngineError `parameters-unknown` */
  async parameters(txid: Txid): Promise<Parameters> {
    const parameters = await this.#offers.parameters(txid);
    if (parameters !== undefined) return parameters;
    throw new EngineError('parameters-unknown', `no confirmed transaction ${txid} announces parameters`, {
      remedy: 'Publish T_P first, or wait until it is confirmed.',
    });
  }

  /** A stake that was ever offered, with the height at which it was spent. */
  stake(outpoint: Outpoint): Promise<SeenStake | undefined> {
    return this.#offers.stake(outpoint);
  }

  fund(
    keys: KeyReference,
    amount: bigint,
    feeLoad: bigint,
  ): { readonly terms: PartyTerms; readonly reserve: Coin } {
    const { signer, wallet } = this.ports;
    requireCovered(feeLoad, this.policy);
    const funding = wallet.reserve(amount);
    const reserve = this.#setAside(funding);
    const rest = funding.reduce((sum, coin) => sum + coin.amount, 0n) - amount;
    const terms = {
      messageKey: signer.messageKey(keys),
      transactionKey: signer.transactionKey(keys),
      funding,
      change: rest < DUST ? null : { script: wallet.freshScript(), amount: satoshi(rest) },
    };
    return { terms, reserve };
  }

  /** The coin for the fees of a contract; without it, the contract's coins are free again. */
  #setAside(funding: readonly Coin[]): Coin {
    const { wallet } = this.ports;
    const { feeReserve } = this.policy;
    try {
      return wallet.reserveOne(feeReserve);
    } catch (cause) {
      wallet.release(funding.map(({ outpoint }) => outpoint));
      throw new EngineError(
        'fee-reserve',
        `the fee reserve of ${feeReserve} sat is missing: one free confirmed coin must have it, besides the contract's coins`,
        {
          cause,
          rule: 'D16',
          remedy: `Send ${feeReserve} sat to the wallet in one payment (prometh node send to its own address splits a larger coin), or lower the policy's fee reserve and highest rate.`,
        },
      );
    }
  }

  get channels(): readonly ChannelRecord[] {
    return this.engine.records;
  }

  knows(id: string): boolean {
    return this.engine.knows(id);
  }

  open(record: Omit<ChannelRecord, 'state'>, step: Step): Promise<void> {
    return this.engine.open(record, step);
  }

  async greet(message: MessageOf<'terms'> | MessageOf<'acceptanceRequest'>, from: PeerId): Promise<Greeting> {
    try {
      if (message.kind === 'acceptanceRequest') {
        return this.roles.includes('arbiter')
          ? await answerRequest(this, message, from)
          : { kind: 'not-mine' };
      }
      const role = (['worker', 'verifier'] as const).find((candidate) => this.roles.includes(candidate));
      return role === undefined ? { kind: 'not-mine' } : await answerTerms(this, role, message, from);
    } catch (cause) {
      if (!(cause instanceof CodedError) || isOwnTrouble(cause)) throw cause;
      this.engine.notify({ kind: 'refused-request', from, request: message.kind, error: cause });
      this.#refuse(message, from, cause);
      return { kind: 'answered' };
    }
  }

  #refuse(
    message: MessageOf<'terms'> | MessageOf<'acceptanceRequest'>,
    to: PeerId,
    cause: CodedError<string>,
  ): void {
    const { signer, transport } = this.ports;
    const refusal: ChannelMessage = {
      kind: 'refused',
      channel: message.channel,
      code: cause.rule?.match(/^[A-Z][0-9]+$/)?.[0] ?? cause.code,
      reason: cause.message.slice(0, 400),
      culprit: message.kind === 'acceptanceRequest' ? { kind: 'offer', outpoint: message.offer } : null,
    };
    const envelope = sealMessage(refusal, signer.messageKey(REFUSER), (hash) =>
      signer.signMessage(REFUSER, hash),
    );
    this.engine.background(
      () => transport.send(to, encodeEnvelope(envelope)),
      (error) => this.engine.notify({ kind: 'receive-failed', from: to, error }),
    );
  }

  /**
   * The ceremony of a channel as a file that anybody can replay (Y §Replay).
   * @returns undefined when its setup came to no contract, or to no draw
   */
  async ceremony(channel: string): Promise<Uint8Array | undefined> {
    const record = this.engine.records.find(({ id }) => id === channel);
    if (record === undefined) return undefined;
    return exportCeremony(record, {
      ports: this.ports,
      offers: this.#offers,
      context: { verify: this.ports.verify, policy: this.policy },
      minimumAge: this.policy.minimumOfferAge,
      parameters: (txid) => this.parameters(txid),
    });
  }

  /** Whose failure ended a setup; seen once, since the records of a channel are kept by its id. */
  #remember(record: ChannelRecord): void {
    this.engine.background(
      () => this.history.note(record),
      (error) => this.engine.notify({ kind: 'outbox-failed', record, error }),
    );
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.ports.store.close();
  }
}
