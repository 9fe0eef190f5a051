import {
  type ChannelEvent,
  type ChannelFault,
  type ChannelMessage,
  type ChannelState,
  decodeContract,
  encodeEnvelope,
  joinChannel,
  moved,
  outpointKey,
  type Party,
  pledge,
  type Recipient,
  readEnvelope,
  type Step,
  sealedHash,
  sealMessage,
  type Task,
  toHex,
  transition,
} from '../../../src/index.ts';
import { Chain } from './chain.ts';
import {
  acceptanceFor,
  accepted,
  begin,
  messageKey,
  messageSecret,
  PARAMETERS,
  STAKES,
  START,
  sign,
  verify,
} from './identity.ts';
import { type PlayerName, perform } from './tasks.ts';

/** What every transition here may use. */
export const CONTEXT = { verify, policy: { verifyBlocks: 24, auditBlocks: 24 } };
const ROLES = ['client', 'worker', 'verifier'] as const;

/** A party with everything that happened to it. */
export interface Player {
  readonly name: PlayerName;
  state: ChannelState | undefined;
  /** The state with which its channel began. */
  initial: ChannelState | undefined;
  /** Events that moved it, in order. */
  readonly log: ChannelEvent[];
  /** Events that came too early. */
  readonly deferred: ChannelEvent[];
  readonly faults: ChannelFault[];
  readonly tasks: Task[];
}

export interface Sent {
  readonly from: PlayerName;
  readonly to: Recipient;
  readonly message: ChannelMessage;
  /** It goes out inside a `post`. */
  readonly posted: boolean;
}

/** How a run deviates from the honest one. */
export interface Deviations {
  /** What arrives instead of a message: none, one or several. */
  readonly onSend?: (sent: Sent) => readonly ChannelMessage[];
  /** The event in which a task ends instead; undefined leaves it as it is, null lets it never end. */
  readonly onTask?: (name: PlayerName, task: Task, state: ChannelState) => ChannelEvent | null | undefined;
  /** Picks the next of `count` things to happen; the oldest by default. */
  readonly pick?: (count: number) => number;
  /** Players that see no blocks and get no messages. */
  readonly offline?: readonly PlayerName[];
}

type Pending = () => void;

/** The real transitions of every party against each other, in memory. */
export class Game {
  readonly players = new Map<PlayerName, Player>();
  readonly chain = new Chain(START);
  /** Every message as its sender sent it. */
  readonly sent: Sent[] = [];
  /** Every envelope that anybody sealed, by what its author signed. */
  readonly archive = new Map<string, Uint8Array>();
  readonly #deviations: Deviations;
  readonly #offline: Set<PlayerName>;
  #queue: Pending[] = [];
  #parked: Pending[] = [];

  constructor(deviations: Deviations = {}) {
    this.#deviations = deviations;
    this.#offline = new Set(deviations.offline ?? []);
    const names: PlayerName[] = [...ROLES, ...STAKES.map((_, i): PlayerName => `stake ${i}`)];
    for (const name of names) {
      this.players.set(name, {
        name,
        state: undefined,
        initial: undefined,
        log: [],
        deferred: [],
        faults: [],
        tasks: [],
      });
    }
    this.#start(this.player('client'), begin());
    this.settle();
  }

  player(name: PlayerName): Player {
    return this.players.get(name)!;
  }

  state(name: PlayerName): ChannelState {
    const { state } = this.player(name);
    if (state === undefined) throw new RangeError(`${name} has no channel`);
    return state;
  }

  /** Owner of the stake of A_index. */
  arbiter(index: number): PlayerName {
    const { agreement } = this.state('client') as Extract<ChannelState, { name: 'computation' }>;
    return ownerOf(outpointKey(agreement.arbiters[index - 1]!.stake.coin.outpoint));
  }

  disconnect(name: PlayerName): void {
    this.#offline.add(name);
  }

  /** Back on line: it gets messages again, and sees what was mined with {@link catchUp}. */
  reconnect(name: PlayerName): void {
    this.#offline.delete(name);
  }

  /** Shows a player the blocks that it has missed. */
  catchUp(name: PlayerName): void {
    const { tip } = this.state(name);
    for (const { height, confirmed } of this.chain.blocks) {
      if (height <= tip) continue;
      for (const event of confirmed) this.feed(name, event);
      this.feed(name, { kind: 'tip', height });
    }
    this.settle();
  }

  /** Runs until nothing is left to happen before the next block. */
  settle(): void {
    const pick = this.#deviations.pick ?? (() => 0);
    while (this.#queue.length > 0) {
      const [next] = this.#queue.splice(pick(this.#queue.length), 1);
      next!();
    }
  }

  /** Mines blocks, each after everybody has published what it must. */
  mine(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.publish();
      const { height, confirmed } = this.chain.mine();
      for (const player of this.#online()) {
        for (const event of confirmed) this.feed(player.name, event);
        this.feed(player.name, { kind: 'tip', height });
      }
      this.settle();
    }
  }

  /** Everybody hands in what its duties ask for. */
  publish(): void {
    for (const { name, state } of this.#online()) if (state !== undefined) this.chain.publish(name, state);
  }

  /** Takes back the newest blocks; everybody sees it. */
  reorganise(depth: number): void {
    for (let i = 0; i < depth; i++) {
      const { confirmed, height } = this.chain.disconnect();
      for (const player of this.#online()) {
        for (const { transaction } of [...confirmed].reverse())
          this.feed(player.name, { kind: 'unconfirmed', transaction });
        this.feed(player.name, { kind: 'tip', height: height - 1 });
      }
    }
    this.settle();
  }

  #online(): readonly Player[] {
    return [...this.players.values()].filter(({ name }) => !this.#offline.has(name));
  }

  /** Sends a message that no transition of the sender made. */
  inject(from: PlayerName, to: Recipient, message: ChannelMessage): void {
    this.#post(from, to, message);
    this.settle();
  }

  /** Posts what somebody sealed, maybe another than the sender of the post. */
  injectPosted(from: PlayerName, to: Recipient, message: ChannelMessage, author: PlayerName = from): void {
    const { envelope } = this.#seal(author, message);
    this.inject(from, to, { kind: 'post', channel: message.channel, envelope, receipts: [] });
  }

  #start(player: Player, step: Step): void {
    if (step.kind !== 'moved') throw new RangeError('a channel begins with a move');
    player.initial = step.state;
    this.#follow(player, step);
  }

  feed(name: PlayerName, event: ChannelEvent): void {
    const player = this.player(name);
    if (player.state === undefined) return;
    const step = transition(player.state, event, CONTEXT);
    if (step.kind === 'later') player.deferred.push(event);
    else if (step.kind === 'ignored') player.faults.push(step.fault);
    else {
      player.log.push(event);
      this.#follow(player, step);
      for (const again of player.deferred.splice(0)) this.#queue.push(() => this.feed(name, again));
    }
  }

  #follow(player: Player, step: Extract<Step, { kind: 'moved' }>): void {
    player.state = step.state;
    if (step.fault !== null) player.faults.push(step.fault);
    for (const { to, message, posted = false, forwarded } of step.messages) {
      if (forwarded !== undefined) {
        this.#post(authorOf(forwarded), to, message);
        continue;
      }
      const sent: Sent = { from: player.name, to, message, posted };
      this.sent.push(sent);
      const arrives = this.#deviations.onSend?.(sent) ?? [message];
      for (const item of arrives)
        this.#post(player.name, to, posted ? this.#wrapped(player.name, item) : item);
    }
    for (const task of step.tasks) {
      player.tasks.push(task);
      const instead = this.#deviations.onTask?.(player.name, task, step.state);
      this.#queue.push(() => {
        const event = instead === undefined ? perform(player.name, step.state, task, this.archive) : instead;
        if (event !== null) this.feed(player.name, event);
      });
    }
    this.#queue.push(...this.#parked.splice(0));
  }

  #post(from: PlayerName, to: Recipient, message: ChannelMessage): void {
    const name = to.startsWith('offer:')
      ? ownerOf(to.slice('offer:'.length))
      : this.#nameOf(from, to as Party);
    const deliver: Pending = () => {
      if (this.#offline.has(name)) return;
      const player = this.player(name);
      if (player.state === undefined) {
        this.#greet(player, from, message);
        return;
      }
      const sender = senderFor(player.state, from, message);
      if (sender === undefined) this.#parked.push(deliver);
      else this.feed(name, this.#received(from, sender, message));
    };
    this.#queue.push(deliver);
  }

  #nameOf(from: PlayerName, to: Party): PlayerName {
    if (!to.startsWith('arbiter:')) return to as PlayerName;
    const state = this.state(from);
    const open = state.name === 'closed' ? state.before : state;
    const { agreement } = open as Extract<ChannelState, { name: 'computation' }>;
    return ownerOf(
      outpointKey(agreement.arbiters[Number(to.slice('arbiter:'.length)) - 1]!.stake.coin.outpoint),
    );
  }

  /** The event of a message that `from` sealed, as `sender` is known to the receiver. */
  #received(from: PlayerName, sender: Recipient, message: ChannelMessage): ChannelEvent {
    const { envelope, sealed, signature } = this.#seal(from, message);
    return { kind: 'message', from: sender, message, sealed, signature, envelope };
  }

  #seal(from: PlayerName, message: ChannelMessage) {
    const envelope = sealMessage(message, messageKey(from), (hash) => sign(hash, messageSecret(from)));
    const { signature, body } = envelope;
    const sealed = sealedHash(message.kind, body);
    const bytes = encodeEnvelope(envelope);
    this.archive.set(toHex(sealed), bytes);
    return { envelope: bytes, sealed, signature };
  }

  #wrapped(from: PlayerName, message: ChannelMessage): ChannelMessage {
    const { channel } = message;
    return { kind: 'post', channel, envelope: this.#seal(from, message).envelope, receipts: [] };
  }

  /** What a node does with a message that belongs to no channel yet. */
  #greet(player: Player, from: PlayerName, message: ChannelMessage): void {
    const { height } = this.chain;
    if (message.kind === 'terms') {
      const own = accepted(player.name as 'worker' | 'verifier');
      this.#start(player, joinChannel(message, own, PARAMETERS, height));
    } else if (message.kind === 'acceptanceRequest') {
      const contract = decodeContract(message.contract);
      const acceptance = acceptanceFor(contract, message.offer, height);
      const channel = message.channel;
      const answer = { to: from as Party, message: { kind: 'acceptance', channel, acceptance } } as const;
      this.#start(player, moved(pledge(contract, acceptance, PARAMETERS, height), [answer]));
    } else {
      this.#parked.push(() => this.#greet(player, from, message));
    }
  }
}

const authorOf = (envelope: Uint8Array): PlayerName =>
  ROLES.find((role) => toHex(messageKey(role)) === toHex(readEnvelope(envelope).from))!;

const ownerOf = (key: string): PlayerName =>
  `stake ${STAKES.findIndex(({ coin }) => outpointKey(coin.outpoint) === key)}`;

/** How the receiver knows the sender; undefined while it cannot. */
function senderFor(state: ChannelState, from: PlayerName, message: ChannelMessage): Recipient | undefined {
  if (!from.startsWith('stake')) return from as Party;
  if (message.kind === 'acceptance') return `offer:${outpointKey(message.acceptance.outpoint)}`;
  if (state.name === 'setup' && state.step === 'polling') {
    const stake = STAKES[Number(from.slice('stake '.length))]!;
    return message.kind === 'refused' ? `offer:${outpointKey(stake.coin.outpoint)}` : undefined;
  }
  if (!('agreement' in state)) return state.name === 'closed' ? 'arbiter:1' : undefined;
  const index = state.agreement.arbiters.findIndex(
    ({ stake }) => ownerOf(outpointKey(stake.coin.outpoint)) === from,
  );
  return `arbiter:${index + 1}`;
}

/** What a party's log leads to from where it began. */
export function replay({ initial, log }: Player): ChannelState | undefined {
  let state = initial;
  for (const event of log) {
    if (state === undefined) return undefined;
    const step = transition(state, event, CONTEXT);
    if (step.kind !== 'moved') return undefined;
    state = step.state;
  }
  return state;
}
