import {
  type ChannelContext,
  type ChannelState,
  type Graph,
  type OwnOutput,
  outpointKey,
  ownPayouts,
  type Txid,
  timelyOutputs,
  transactionOf,
  transition,
} from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../engine/channel-record.ts';
import { signCollection } from '../engine/collect.ts';
import type { EnginePorts } from '../engine/engine-ports.ts';
import { asError } from '../engine/errors.ts';
import { RELAY_FEE_RATE } from '../engine/fee-rates.ts';
import { larger, smaller } from '../engine/fees/amounts.ts';
import type { Reserve } from '../engine/fees/reserves.ts';
import { graphInState } from '../engine/on-chain.ts';
import { publish } from '../engine/publish.ts';
import type { NodePolicy } from '../engine/tasks/context.ts';
import { type Exit, exitsOf } from '../tower/exits.ts';
import { BlocksSince } from './blocks-since.ts';

/** What a recovery did or found. Amounts are satoshis. */
export type RecoveryNotice =
  | { readonly kind: 'published'; readonly channel: string; readonly transaction: string }
  | { readonly kind: 'collected'; readonly channel: string; readonly txid: Txid; readonly amount: bigint }
  | { readonly kind: 'failed'; readonly channel: string; readonly error: Error };

/** Where a contract stands, for its owner. */
export interface RecoveredChannel {
  readonly channel: string;
  readonly role: string;
  readonly state: string;
  /** Exits that are to come, with the tip from which they are published. */
  readonly waits: readonly { readonly transaction: string; readonly from: number }[];
  /** What seed and backup do not allow, and why. */
  readonly cannot: string | null;
}

type RecoveryPorts = Pick<EnginePorts, 'chain' | 'signer' | 'wallet' | 'entropy' | 'verify'>;

/**
 * Takes what the words and a backup allow, without the node's database and its peers: exits that were complete when the backup was
 * made, and outputs that are this party's alone. It says nothing to anybody: it signs no delivery, verdict, vote or
 * release, since what the lost database has said already is not known.
 */
export class Recovery {
  readonly #ports: RecoveryPorts;
  readonly #records: readonly ChannelRecord[];
  readonly #policy: NodePolicy;
  readonly #blocks: BlocksSince;
  readonly #onNotice: (notice: RecoveryNotice) => void;
  /** Tips at which something was handed to the chain first, and where it pays. */
  readonly #first = new Map<string, { readonly tip: number; readonly to: Uint8Array }>();

  /** @param start - first block that can concern the wallet or a contract */
  constructor(
    records: readonly ChannelRecord[],
    ports: RecoveryPorts,
    options: {
      readonly policy: NodePolicy;
      readonly start: number;
      readonly onNotice: (notice: RecoveryNotice) => void;
    },
  ) {
    this.#ports = ports;
    this.#records = records;
    this.#policy = options.policy;
    this.#onNotice = options.onNotice;
    const graphs = records.flatMap(({ state }) => graphInState(state) ?? []);
    this.#blocks = new BlocksSince(ports.chain, {
      start: options.start,
      wanted: new Set(
        graphs.flatMap(({ transactions }) => [...transactions.values()].map(({ txid }) => txid)),
      ),
      onBlock: (block) => ports.wallet.connect(block),
      onRewind: (height) => ports.wallet.disconnectAbove(height),
    });
    // What a contract holds for its fees is not for anything else.
    ports.wallet.hold(records.flatMap(({ reserve }) => reserve?.outpoint ?? []));
  }

  /** Does what can be done at the chain's tip. Call it for every new tip until nothing waits. */
  async follow(): Promise<readonly RecoveredChannel[]> {
    const tip = await this.#blocks.follow();
    const channels: RecoveredChannel[] = [];
    for (const stored of this.#records) {
      const record = { ...stored, state: this.#stateNow(stored.state, tip) };
      try {
        await this.#publishDue(record, tip);
        await this.#collect(record, tip);
      } catch (cause) {
        this.#onNotice({ kind: 'failed', channel: record.id, error: asError(cause) });
      }
      channels.push(this.#describe(record, tip));
    }
    return channels;
  }

  /** What a stored state has become by the blocks since. What else has happened is not known. */
  #stateNow(stored: ChannelState, tip: number): ChannelState {
    const graph = graphInState(stored);
    if (graph === undefined) return stored;
    const context: ChannelContext = { verify: this.#ports.verify, policy: this.#policy };
    const confirmed = [...graph.transactions.values()]
      .flatMap(({ id, txid }) => {
        const found = this.#blocks.find(txid);
        return found === undefined ? [] : [{ ...found, transaction: id }];
      })
      .sort((a, b) => a.height - b.height);
    let state = stored;
    for (const found of confirmed) {
      const step = transition(state, { kind: 'confirmed', ...found }, context);
      if (step.kind === 'moved') state = step.state;
    }
    return { ...state, tip };
  }

  async #publishDue(record: ChannelRecord, tip: number): Promise<void> {
    const graph = graphInState(record.state);
    if (graph === undefined) return;
    const served = new Set<string>();
    for (const exit of exitsOf(record.state)) {
      const since = this.#blocks.find(transactionOf(graph, exit.parent).txid)?.height;
      if (since === undefined || served.has(exit.parent) || tip < since + exit.from) continue;
      if (await this.#publish(record, graph, exit, { tip, since })) served.add(exit.parent);
    }
  }

  /** @returns whether it is on its way */
  async #publish(
    record: ChannelRecord,
    graph: Graph,
    { transaction, parent, until }: Exit,
    { tip, since }: { readonly tip: number; readonly since: number },
  ): Promise<boolean> {
    const { chain, wallet } = this.#ports;
    if ((await chain.output({ txid: transactionOf(graph, parent).txid, vout: 0 })) === undefined) return true;
    const key = `${record.id}/${transaction}`;
    const known = this.#first.get(key);
    const isOut =
      known !== undefined || (await chain.transaction(transactionOf(graph, transaction).txid)) !== undefined;
    if (!isOut && until !== null && tip > since + until) return false;
    const to = known?.to ?? wallet.freshScript();
    const first = known?.tip ?? (isOut ? tip : null);
    const duty = { transaction, confirmBy: null };
    const reserve = await this.#reserveOf(record);
    const made = await publish(
      { record, graph, duty, tip, first, reserve, to, beforeShowing: async () => {} },
      this.#ports,
      this.#policy,
    ).catch(() => undefined);
    if (made === undefined || made.kind === 'refused' || made.kind === 'withheld') return false;
    if (known === undefined) {
      this.#first.set(key, { tip, to });
      this.#onNotice({ kind: 'published', channel: record.id, transaction });
    }
    return true;
  }

  /** The coin for a contract's fees, where it still is what the backup says. */
  async #reserveOf({ reserve }: ChannelRecord): Promise<Reserve | undefined> {
    if (reserve === null || !this.#ports.wallet.owns(reserve.script)) return undefined;
    const there = await this.#ports.chain.output(reserve.outpoint);
    return there === undefined ? undefined : { coin: reserve, spent: 0n };
  }

  async #collect(record: ChannelRecord, tip: number): Promise<void> {
    for (const output of [...timelyOutputs(record.state), ...ownPayouts(record.state)]) {
      if (tip >= output.from) await this.#take(record, output);
    }
  }

  async #take(record: ChannelRecord, output: OwnOutput): Promise<void> {
    const { chain, wallet } = this.#ports;
    if ((await chain.output(output.spend.outpoint)) === undefined) return;
    const key = outpointKey(output.spend.outpoint);
    const to = this.#first.get(key)?.to ?? wallet.freshScript();
    // D16: beyond it an estimate is not believed, and nobody raises or lowers what is collected here.
    const rate = smaller(larger(await chain.feeRate(), RELAY_FEE_RATE), this.#policy.maxFeeRate);
    const signed = signCollection(record, this.#ports, [output], to, rate);
    if (signed === undefined) return;
    const { kind } = await chain.submit(signed.bytes);
    if (kind !== 'accepted') return;
    this.#first.set(key, { tip: 0, to });
    this.#onNotice({ kind: 'collected', channel: record.id, txid: signed.txid, amount: signed.amount });
  }

  #describe({ id, role, state }: ChannelRecord, tip: number): RecoveredChannel {
    const graph = graphInState(state);
    const exits = graph === undefined ? [] : exitsOf(state);
    const waits = exits.flatMap(({ transaction, parent, from, until }) => {
      const since = this.#blocks.find(transactionOf(graph!, parent).txid)?.height;
      const isOver = since === undefined || (until !== null && tip > since + until);
      return isOver ? [] : [{ transaction, from: since + from }];
    });
    return { channel: id, role, state: state.name, waits, cannot: cannot(state) };
  }
}

/** What is out of reach without the database and the other parties. */
function cannot(state: ChannelState): string | null {
  switch (state.name) {
    case 'setup':
      return 'the setup was not finished: its coins are free unless its first transaction confirms after all';
    case 'computation':
    case 'verification':
      return 'nothing more is delivered, checked or paid: it ends by time-out, by what was signed until the backup';
    case 'arbitration':
      return 'no claim is made and no vote given: the dispute ends by what others decide, or by time-out';
    case 'closed':
      return null;
  }
}
