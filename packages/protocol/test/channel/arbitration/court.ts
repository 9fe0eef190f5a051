import { type CourtClock, courtClock } from '../../../src/channel/arbitration/court.ts';
import {
  type Agreement,
  type ArbitrationState,
  arbiterIndex,
  arbiterParty,
  type ChannelContext,
  type ChannelEvent,
  type ChannelFault,
  type ChannelMessage,
  type ChannelState,
  type Clock,
  clock,
  contractHash,
  duties,
  encodeEnvelope,
  encodeMessage,
  type Graph,
  type Hash32,
  type Outgoing,
  type Party,
  type PostedKind,
  parties,
  postReceiptHash,
  readEnvelope,
  type SealedMessage,
  type SignatureSlot,
  type SignaturesStep,
  type SlotSignature,
  sealedHash,
  sealMessage,
  signSlot,
  slotKey,
  type Task,
  type TransactionId,
  toHex,
  transition,
} from '../../../src/index.ts';
import { fixtureHash, fixtureKey, fixtureSecret, partySecret } from '../../fixtures/terms.ts';
import { sign, verify } from '../play/identity.ts';
import { chunkClaim } from './knowledge.ts';
import { type Behaviour, nonceOf } from './manners.ts';
import { agreed, BLANK, held } from './setting.ts';

const AUX = new Uint8Array(32);
const POLICY = { verifyBlocks: 1, auditBlocks: 1 };
/** H0 of every case. */
const H0 = 100;

/** What a party knows when the dispute begins. */
export type Knows = (party: Party, play: CourtPlay) => Partial<ArbitrationState>;

export interface Case {
  readonly arbiters: 3 | 5 | 7;
  readonly court: 'TxA' | 'TxAc';
  readonly behaviours?: Readonly<Partial<Record<Party, Behaviour>>>;
  /** What a re-run of the claimed chunks gives; false where it is left out. */
  readonly chunkIsWrong?: boolean;
  /** What a party knows when the dispute begins. */
  readonly knows?: Knows;
  /** Blocks from TxV to TxA or TxAc; 1 where it is left out. */
  readonly appealAfter?: number;
  /** Signatures of the setup that have the right length only: where nothing is completed. */
  readonly unsigned?: true;
}

/** Signatures that were made once; the plays of a test share them. */
const made = new Map<string, SlotSignature['signature']>();

type Pending = () => void;

/**
 * The real transitions of everybody in an arbitration against each other, in memory. Nothing is published: what could be,
 * `wants` says.
 */
export class CourtPlay {
  readonly agreement: Agreement;
  readonly graph: Graph;
  readonly states = new Map<Party, ChannelState>();
  readonly faults: { readonly party: Party; readonly fault: ChannelFault }[] = [];
  readonly tasks: { readonly party: Party; readonly task: Task }[] = [];
  /** Own words as their authors posted them. */
  readonly said: { readonly author: Party; readonly tip: number; readonly message: ChannelMessage }[] = [];
  /** Posts and receipts that somebody hands on. */
  readonly passedOn: { readonly from: Party; readonly to: Party; readonly message: ChannelMessage }[] = [];
  /** What was sent to one party alone, posts left out. */
  readonly direct: { readonly from: Party; readonly to: Party; readonly message: ChannelMessage }[] = [];
  readonly archive = new Map<string, Uint8Array>();
  /** How many signatures each has verified. */
  readonly verified = new Map<Party, number>();
  tip = H0;
  /** H0 */
  readonly h0 = H0;
  /** HA */
  readonly height: number;
  readonly #case: Case;
  readonly #queue: Pending[] = [];
  readonly #later: { readonly at: number; readonly run: Pending }[] = [];
  readonly #deferred = new Map<Party, ChannelEvent[]>();

  constructor(setting: Case) {
    this.#case = setting;
    const { agreement, graph } = agreed(setting.arbiters);
    this.agreement = agreement;
    this.graph = graph;
    for (const party of this.parties) {
      this.states.set(party, this.#begin(party));
      this.#deferred.set(party, []);
    }
    for (const party of this.parties) this.#confirm(party, 'Tx0', H0);
    // By now nothing of W can be accepted any more.
    this.mine(this.times.verdict + this.times.B + 1);
    for (const party of this.parties)
      this.#confirm(party, setting.court === 'TxA' ? 'TxV0' : 'TxV1', this.tip);
    this.height = this.tip + (setting.appealAfter ?? 1);
    for (const party of this.parties) {
      const nothing = { accusation: null, verdict: null };
      this.states.set(party, { ...this.state(party), ...nothing, ...setting.knows?.(party, this) });
    }
    while (this.tip < this.height) this.mine(1, true);
  }

  get parties(): readonly Party[] {
    return parties(this.#case.arbiters);
  }

  get times(): Clock {
    return clock(this.agreement.parameters, this.agreement.contract);
  }

  /** What calls the arbiters at first. */
  get court(): 'TxA' | 'TxAc' {
    return this.#case.court;
  }

  /** Heights of this arbitration. */
  get clock(): CourtClock {
    return this.clockFrom(this.height);
  }

  /** Heights of an arbitration that began then. */
  clockFrom(height: number): CourtClock {
    return courtClock(this.state('client'), { transaction: this.court, height });
  }

  state(party: Party): ArbitrationState {
    return this.states.get(party) as ArbitrationState;
  }

  /** What a party would publish at this tip, most wanted first. */
  wants(party: Party): readonly TransactionId[] {
    return duties(this.state(party))
      .filter(({ from, until }) => this.tip >= from && (until === null || this.tip <= until))
      .map(({ transaction }) => transaction);
  }

  /** Decisions that an arbiter has signed. */
  signedBy(index: number): readonly TransactionId[] {
    const party = arbiterParty(index);
    return [...this.graph.transactions.keys()].filter(
      (id) =>
        id.includes(':') &&
        id.split(':')[1]!.split('.').map(Number).includes(index) &&
        this.state(party).signatures.plain[slotKey({ transaction: id, input: 0, signer: party })] !==
          undefined,
    );
  }

  /** Mines blocks up to a height. */
  until(height: number): this {
    this.mine(height - this.tip);
    return this;
  }

  mine(count: number, appeal = false): void {
    for (let i = 0; i < count; i++) {
      this.tip += 1;
      const { court } = this.#case;
      for (const party of this.parties) {
        if (appeal && this.tip === this.height) this.#confirm(party, court, this.height);
        if (!this.#isOffline(party)) this.feed(party, { kind: 'tip', height: this.tip });
      }
      for (const { at, run } of this.#later) if (at === this.tip) this.#queue.push(run);
      this.settle();
    }
  }

  settle(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
  }

  /** Everybody sees that a transaction is in a block, or gone from the chain. */
  confirm(transaction: TransactionId, height: number): void {
    for (const party of this.parties) this.#confirm(party, transaction, height);
    this.settle();
  }

  unconfirm(transaction: TransactionId): void {
    for (const party of this.parties) this.feed(party, { kind: 'unconfirmed', transaction });
    this.settle();
  }

  feed(party: Party, event: ChannelEvent): void {
    const step = transition(this.states.get(party)!, event, this.#contextOf(party));
    if (step.kind === 'later') this.#deferred.get(party)!.push(event);
    else if (step.kind === 'ignored') this.faults.push({ party, fault: step.fault });
    else {
      this.states.set(party, step.state);
      if (step.fault !== null) this.faults.push({ party, fault: step.fault });
      for (const outgoing of step.messages) this.#send(party, outgoing);
      for (const task of step.tasks) this.#run(party, task);
      for (const again of this.#deferred.get(party)!.splice(0))
        this.#queue.push(() => this.feed(party, again));
    }
  }

  /** A message that no transition of its sender made, sealed by it and posted to all. */
  post(author: Party, message: ChannelMessage, to: readonly Party[] = this.parties): void {
    for (const party of to) this.#deliver(author, party, this.#wrapped(author, message));
    this.settle();
  }

  /** A message to one party alone that no transition of its sender made. */
  send(from: Party, to: Party, message: ChannelMessage): void {
    this.#deliver(from, to, message);
    this.settle();
  }

  #contextOf(party: Party): ChannelContext {
    const counted: ChannelContext['verify'] = (...signed) => {
      this.verified.set(party, (this.verified.get(party) ?? 0) + 1);
      return verify(...signed);
    };
    return { verify: counted, policy: POLICY };
  }

  #isOffline(party: Party): boolean {
    return this.#case.behaviours?.[party]?.offline?.(this.tip) ?? false;
  }

  #confirm(party: Party, transaction: TransactionId, height: number): void {
    const blockHash = fixtureHash(`block ${height}`);
    this.feed(party, { kind: 'confirmed', transaction, height, blockHash, bytes: new Uint8Array(0) });
  }

  #begin(self: Party): SignaturesStep {
    const { arbiters, unsigned = false } = this.#case;
    return {
      name: 'setup',
      step: 'signatures',
      role: arbiterIndex(self) === undefined ? (self as 'client') : 'arbiter',
      self,
      parameters: this.agreement.parameters,
      tip: H0 - 1,
      deadline: H0 + 10,
      agreement: this.agreement,
      signatures: held(arbiters, self, unsigned),
      signed: true,
      guaranteed: [],
      committed: true,
      inputs: {},
      commitment: null,
      announced: null,
    };
  }

  #send(from: Party, { to, message, posted }: Outgoing): void {
    const behaviour = this.#case.behaviours?.[from];
    if (posted !== true) {
      const passedOn = message.kind === 'post' || message.kind === 'postReceipt';
      (passedOn ? this.passedOn : this.direct).push({ from, to: to as Party, message });
      if (!passedOn) encodeMessage(message);
      if (!(passedOn && behaviour?.relaysNothing)) this.#deliver(from, to as Party, message);
      return;
    }
    if (to === from) this.said.push({ author: from, tip: this.tip, message });
    const arrives = behaviour?.onPost?.(message, to as Party, from) ?? [{ message }];
    for (const { message: item, after = 0 } of arrives) {
      const run = () => this.#deliver(from, to as Party, this.#wrapped(from, item));
      if (after === 0) run();
      else this.#later.push({ at: this.tip + after, run });
    }
  }

  #deliver(from: Party, to: Party, message: ChannelMessage): void {
    this.#queue.push(() => {
      if (this.#isOffline(to)) return;
      // The envelope around a post says nothing that counts: who it comes from is the engine's affair.
      const outside = { sealed: fixtureHash('outside'), signature: BLANK, envelope: BLANK };
      this.feed(to, { kind: 'message', from, message, ...outside });
    });
  }

  /** What an author says, as others name it; from here on everybody's store has it. */
  seal(author: Party, message: ChannelMessage): SealedMessage & { readonly envelope: Uint8Array } {
    const secret = fixtureSecret(`${author} message`);
    const { kind, body, ...envelope } = sealMessage(message, fixtureKey(`${author} message`), (hash) =>
      sign(hash, secret),
    );
    const bytes = encodeEnvelope({ kind, body, ...envelope });
    const sealed = sealedHash(kind, body);
    this.archive.set(`${author} ${toHex(sealed)}`, bytes);
    return { kind: kind as PostedKind, author, sealed, signature: envelope.signature, envelope: bytes };
  }

  /** A reorganisation: the other verdict and what follows from it are in the place of these. @returns HA */
  replaceCourt(by: 'TxA' | 'TxAc'): number {
    for (const transaction of by === 'TxA' ? (['TxAc', 'TxV1'] as const) : (['TxA', 'TxV0'] as const))
      this.unconfirm(transaction);
    this.confirm(by === 'TxA' ? 'TxV0' : 'TxV1', this.tip);
    this.mine(1);
    this.confirm(by, this.tip);
    return this.tip;
  }

  /** Who brought the dispute: V says r = 0, or C challenges. */
  get accuser(): Party {
    return this.#case.court === 'TxA' ? 'verifier' : 'client';
  }

  get channel(): Hash32 {
    return contractHash(this.agreement.contract);
  }

  #wrapped(author: Party, message: ChannelMessage): ChannelMessage {
    return {
      kind: 'post',
      channel: this.channel,
      envelope: this.seal(author, message).envelope,
      receipts: [],
    };
  }

  #run(party: Party, task: Task): void {
    this.tasks.push({ party, task });
    this.#queue.push(() => {
      const instead = this.#case.behaviours?.[party]?.onTask?.(task, this.state(party));
      const event = instead === undefined ? this.#perform(party, task) : instead;
      if (event !== null) this.feed(party, event);
    });
  }

  /** What an honest engine makes of a task; null for those that these plays do not need. */
  #perform(party: Party, task: Task): ChannelEvent | null {
    switch (task.kind) {
      case 'sign':
        return { kind: 'signed', signatures: task.slots.map((slot) => this.signature(slot)) };
      case 'judge':
        return {
          kind: 'judged',
          court: task.court,
          confirmed: task.claims.length > 0 && (this.#case.chunkIsWrong ?? false),
          nonce: nonceOf(party),
        };
      case 'relay':
        return this.#relay(party, task);
      case 'find-block':
        return { kind: 'block-found', height: task.height, hash: fixtureHash(`block ${task.height}`) };
      case 'make-claim':
        return { kind: 'claim-made', court: task.court, claim: chunkClaim(task.fault, task.chunk) };
      case 'check-delivery': {
        const blockHash = fixtureHash('tip');
        return {
          kind: 'delivery-checked',
          deliveryHash: task.deliveryHash,
          ok: true,
          bytes: 1,
          height: this.tip,
          blockHash,
        };
      }
      default:
        return null;
    }
  }

  /** The signature of a slot's own signer. */
  signature(slot: SignatureSlot): SlotSignature {
    const key = `${this.parties.length} ${slotKey(slot)}`;
    const signature = made.get(key) ?? signSlot(this.graph, slot, partySecret(slot.signer), AUX);
    made.set(key, signature);
    return { slot, signature };
  }

  #relay(
    party: Party,
    { kind: _, message, height, ...asked }: Extract<Task, { kind: 'relay' }>,
  ): ChannelEvent {
    const envelope = this.archive.get(`${message.author} ${toHex(message.sealed)}`)!;
    const { author, sealed } = message;
    const shown = { kind: 'relay-made', author, sealed, envelope, ...asked } as const;
    if (height === null) return { ...shown, receipt: null };
    const channel = contractHash(this.agreement.contract);
    const hash = postReceiptHash({
      channel,
      author: readEnvelope(envelope).from,
      message: message.sealed,
      height,
    });
    const signature = sign(hash, fixtureSecret(`${party} message`));
    return { ...shown, receipt: { height, signature } };
  }
}
