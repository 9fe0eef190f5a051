import {
  type ChannelRecord,
  completeDuty,
  type LocalParty,
  type PeerId,
  type SubmitOutcome,
} from '@prometheus-compute/node';
import {
  arbiterIndex,
  type ChannelState,
  contractHash,
  encodeEnvelope,
  type Graph,
  graphOf,
  type Message,
  type OpenState,
  type Party,
  parties,
  sealMessage,
  type TransactionId,
  transactionOf,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import type { Strategy } from '../strategies/strategy.ts';
import { SimulationError } from './errors.ts';

/** Satoshis that a child pays whose parent this party publishes out of turn. */
const CHILD_FEE = 5_000n;

/** What an actor needs of the stage that it stands on. */
export interface ActorHost {
  readonly height: number;
  /** The party of this name as it runs now; a restart makes it another one. */
  party(name: PeerId): LocalParty;
  /** Anybody else, for those who conspire. */
  actor(name: PeerId): Actor;
  /** Sends past all strategies. */
  send(from: PeerId, to: PeerId, bytes: Uint8Array): Promise<boolean>;
  /** Who stands for a party of the contract. */
  peerOf(party: Party): PeerId;
  tell(who: PeerId, what: string, why: string, transaction?: TransactionId): void;
}

/** A party of a scenario, with what a script can do in its name: with its own keys, past its engine. */
export class Actor {
  readonly name: PeerId;
  readonly strategies: readonly Strategy[];
  readonly #host: ActorHost;

  constructor(name: PeerId, strategies: readonly Strategy[], host: ActorHost) {
    this.name = name;
    this.strategies = strategies;
    this.#host = host;
  }

  get party(): LocalParty {
    return this.#host.party(this.name);
  }

  get height(): number {
    return this.#host.height;
  }

  /** A fellow conspirator, whose secrets this party may use. */
  other(name: PeerId): Actor {
    return this.#host.actor(name);
  }

  /** Its newest channel. */
  get recorded(): ChannelRecord | undefined {
    return this.party.node.engine.records.at(-1);
  }

  get record(): ChannelRecord {
    const { recorded } = this;
    if (recorded === undefined) throw new SimulationError('out-of-place', `${this.name} has no channel`);
    return recorded;
  }

  /** Which party of the contract it is; undefined for an arbiter until it is drawn. */
  get self(): Party | undefined {
    const state = this.recorded?.state;
    const open = state?.name === 'closed' ? state.before : state;
    if (open == null) return undefined;
    if (!('self' in open)) return open.role === 'arbiter' ? undefined : open.role;
    // Whose setup was given up may have another place, or none, in the next one.
    const given =
      state?.name === 'closed' && state.how === 'abandoned' && arbiterIndex(open.self) !== undefined;
    return given ? undefined : open.self;
  }

  /** Where its channel stands, in a word or two. */
  get stateName(): string {
    const state = this.recorded?.state;
    if (state === undefined) return 'no channel';
    if (state.name === 'setup') return `setup ${state.step}`;
    if (state.name !== 'closed') return state.name;
    return state.how === 'settled' ? state.transaction : `abandoned (${state.fault.code})`;
  }

  get state(): ChannelState {
    return this.record.state;
  }

  /** Its state between Tx0 and the end. @throws SimulationError `out-of-place` before and after */
  get operation(): OpenState {
    const { state } = this;
    if (state.name === 'setup' || state.name === 'closed')
      throw new SimulationError('out-of-place', `${this.name} is not between Tx0 and the end`);
    return state;
  }

  /** Υ, from the signatures step of the setup on. */
  get graph(): Graph | undefined {
    const { recorded } = this;
    if (recorded === undefined) return undefined;
    const { state } = recorded;
    const open = state.name === 'closed' ? state.before : state;
    return open !== null && 'signatures' in open ? graphOf(open.agreement) : undefined;
  }

  /** Υ. @throws SimulationError `out-of-place` before there is one */
  get openGraph(): Graph {
    const { graph } = this;
    if (graph === undefined) throw new SimulationError('out-of-place', `${this.name} has no graph yet`);
    return graph;
  }

  /** Its message key of the contract. */
  get messageKey(): XOnlyKey {
    return this.party.node.ports.signer.messageKey(this.record.keys);
  }

  /** H0 as this party knows it. */
  get commitmentHeight(): number | undefined {
    const state = this.recorded?.state;
    const open = state?.name === 'closed' ? state.before : state;
    return open != null && 'commitmentHeight' in open ? (open.commitmentHeight ?? undefined) : undefined;
  }

  /** Seals words with this party's message key of the contract, as its engine does. */
  seal(message: Message): Uint8Array {
    const { record } = this;
    const { signer } = this.party.node.ports;
    return encodeEnvelope(
      sealMessage(message, signer.messageKey(record.keys), (hash) => signer.signMessage(record.keys, hash)),
    );
  }

  /** Sends sealed words to parties of the contract, past its engine and its strategies. */
  async send(to: readonly Party[], envelope: Uint8Array): Promise<void> {
    for (const party of to) await this.#host.send(this.name, this.#host.peerOf(party), envelope);
  }

  /** Sends sealed words to everybody else of the contract. */
  sendToAll(envelope: Uint8Array): Promise<void> {
    const others = parties(this.openGraph.terms.parameters.n).filter((party) => party !== this.self);
    return this.send(others, envelope);
  }

  /** Sealed words inside a `post` of this party. */
  sealPost(envelope: Uint8Array): Uint8Array {
    const channel = contractHash(this.openGraph.terms.contract);
    return this.seal({ kind: 'post', channel, envelope, receipts: [] });
  }

  /** The transaction complete, with what this party holds and its own signatures; undefined when it lacks some. */
  complete(id: TransactionId): Uint8Array | undefined {
    return completeDuty(this.record, id, this.party.node.ports.signer);
  }

  /** The same. @throws SimulationError `out-of-place` when it lacks a signature */
  completed(id: TransactionId): Uint8Array {
    const bytes = this.complete(id);
    if (bytes === undefined) throw new SimulationError('out-of-place', `${this.name} cannot complete ${id}`);
    return bytes;
  }

  /** Hands a transaction of the graph to the chain, whether it is its turn or not. */
  async publish(id: TransactionId, why: string): Promise<SubmitOutcome> {
    const bytes = this.completed(id);
    const outcome = await this.#handIn(id, bytes);
    const refused = outcome.kind === 'rejected' ? `, which the chain refuses: ${outcome.reason}` : '';
    this.#host.tell(this.name, `publishes ${id}${refused}`, why, id);
    return outcome;
  }

  /** What pays no fee goes with a child that a free coin of this party pays. */
  async #handIn(id: TransactionId, bytes: Uint8Array): Promise<SubmitOutcome> {
    const { chain, wallet } = this.party.node.ports;
    const { zeroFee, txid, outputs } = transactionOf(this.openGraph, id);
    if (!zeroFee) return chain.submit(bytes);
    const vout = outputs.findIndex(({ payee }) => payee === 'anchor');
    const { amount, script } = outputs[vout]!;
    const coins = wallet.reserve(CHILD_FEE);
    const child = wallet.child({
      output: { outpoint: { txid, vout }, amount, script, sign: null },
      coins,
      to: wallet.freshScript(),
      fee: CHILD_FEE,
    });
    const outcome = await chain.submitPackage([bytes, child]);
    if (outcome.kind === 'rejected') wallet.release(coins.map(({ outpoint }) => outpoint));
    return outcome;
  }

  tell(what: string, why: string, transaction?: TransactionId): void {
    this.#host.tell(this.name, what, why, transaction);
  }
}
