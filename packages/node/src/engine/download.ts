import type { ContentName } from '@prometheus-compute/proofs';
import { equalBytes, type Hash32, MAX_BLOB_BYTES, type MessageOf, toHex } from '@prometheus-compute/protocol';
import type { BlobDraft } from '../ports/blob-store.ts';
import type { PeerId } from '../ports/transport.ts';
import type { ChannelRecord } from './channel-record.ts';
import { asError, EngineError } from './errors.ts';
import { type Place, ProvedParts } from './proved-parts.ts';

/** Blocks after which everybody else is asked too: a source that sends a byte now and then is not waited for alone. */
const HASTE = 3;

/** A content that this node wants. */
export interface WantedContent {
  readonly hash: Hash32;
  /** Bytes. */
  readonly size: number;
  /** `size` is what a signed message announced; false: nobody signed for it, and it is the most that is taken. */
  readonly exact: boolean;
  /**
   * The tag under which its bytes are hashed: parts of a content of several are then verified one by one as they come. Undefined: its hash is not that of
   * its bytes alone, and is checked at their end.
   */
  readonly name?: ContentName;
  /** Whether bytes have this hash; wrong bytes are thrown away. */
  readonly verify: (bytes: Uint8Array) => boolean;
  /** Blocks after which what has not come whole is given up; undefined: it is waited for as long as the contract lasts. */
  readonly patience?: number;
}

/** What one source has served so far. Parts of two sources are never mixed: damage has one author. */
interface Attempt {
  readonly peer: PeerId;
  /** Where parts are kept; undefined before there is one that is not all. */
  draft: BlobDraft | undefined;
  /** Its parts come from the last to the first, each verified; undefined: from the first on, verified at the end. */
  proved: ProvedParts | undefined;
  /** Nothing is taken: the draft is being read or written, until the next part is asked for. */
  isBusy: boolean;
  /** Bytes that have come, some of them perhaps still on their way to the draft. */
  received: number;
  total: number | undefined;
  /** The draft has bytes of an earlier run, of which some may be damaged by how that ended. */
  resumed: boolean;
  /** Something came since the last block. */
  moved: boolean;
}

/** What a download does to the world around it. */
interface Effects {
  ask(peer: PeerId, place: Place): void;
  /** Where the parts of a source are kept. */
  draft(peer: PeerId): Promise<BlobDraft>;
  /** Stores a content that came in one part, and was verified. */
  store(bytes: Uint8Array): Promise<void>;
  /** The draft is needed no more. */
  undraft(peer: PeerId): void;
  /** The content is here and stored, and is what its hash names. */
  came(bytes: Uint8Array): void;
  /** Nothing more is wanted. */
  ended(): void;
  /** Work that goes on by itself, without an answer of a peer. */
  working(work: Promise<void>): void;
}

/** One content on its way here, from the first of several sources that serves it whole. Only its last part is in memory. */
export class Download {
  readonly content: WantedContent;
  /** The channels that want it. */
  readonly wanted: Map<string, ChannelRecord>;
  readonly finished: Promise<Uint8Array>;
  readonly #unasked: PeerId[];
  readonly #attempts = new Map<PeerId, Attempt>();
  #blocks = 0;
  #isOver = false;
  readonly #does: Effects;
  readonly #resolve: (bytes: Uint8Array) => void;
  readonly #reject: (error: Error) => void;

  constructor(content: WantedContent, sources: readonly PeerId[], record: ChannelRecord, does: Effects) {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    this.content = content;
    this.wanted = new Map([[record.id, record]]);
    this.finished = promise;
    this.#unasked = [...sources];
    this.#does = does;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Asks the next source that was not asked yet, if there is one. An answer may come when all is over: then nothing more is done. */
  askNext(): void {
    if (this.#isOver) return;
    const peer = this.#unasked.shift();
    if (peer !== undefined) {
      const state = { draft: undefined, proved: undefined, isBusy: false, received: 0, total: undefined };
      const fresh: Attempt = { peer, ...state, resumed: false, moved: true };
      this.#attempts.set(peer, fresh);
      const { size, exact } = this.content;
      // What is of one part only needs no draft. Whether a content of unknown size is whole, only its source can say.
      if (exact && size > MAX_BLOB_BYTES) void this.#working(fresh, () => this.#resume(fresh));
      else this.#does.ask(peer, this.#place(fresh));
    } else if (this.#attempts.size === 0) {
      this.fail(new EngineError('payload-missing', `nobody can be asked for ${toHex(this.content.hash)}`));
    }
  }

  /** A block has passed: asks for what is missing again, and everybody else too when nothing has come. @returns the silent */
  askAgain(): readonly PeerId[] {
    const { patience, hash } = this.content;
    this.#blocks += 1;
    if (patience !== undefined && this.#blocks > patience) {
      this.fail(new EngineError('payload-missing', `nobody has served ${toHex(hash)} in ${patience} blocks`));
      return [];
    }
    const silent: PeerId[] = [];
    for (const [peer, attempt] of this.#attempts) {
      if (!attempt.moved) silent.push(peer);
      attempt.moved = false;
      if (!attempt.isBusy) this.#does.ask(peer, this.#place(attempt));
    }
    if (silent.length === this.#attempts.size || this.#blocks > HASTE)
      while (this.#unasked.length > 0) this.askNext();
    return silent;
  }

  /** Takes in a part. Answers whether it was the next one of its source, once it is kept. */
  async take(message: MessageOf<'blob'>, from: PeerId): Promise<boolean> {
    const attempt = this.#attempts.get(from);
    if (attempt === undefined || attempt.isBusy) return false;
    if (attempt.proved !== undefined) return this.#takeProved(attempt, attempt.proved, message);
    if (message.offset !== attempt.received || !equalBytes(message.content, this.content.hash)) return false;
    const { size, exact } = this.content;
    const { total, bytes } = message;
    const fits = exact ? total === size : total <= size && (attempt.total ?? total) === total;
    if (!fits || bytes.length === 0) {
      this.#strike(attempt, `${from} serves ${total} bytes where ${size} were announced`);
      return true;
    }
    attempt.received += bytes.length;
    attempt.total = total;
    attempt.moved = true;
    await this.#working(attempt, () => this.#keepPart(attempt, bytes));
    return true;
  }

  /** Takes in a part that is verified at once. */
  async #takeProved(attempt: Attempt, proved: ProvedParts, message: MessageOf<'blob'>): Promise<boolean> {
    if (!proved.isAnswer(message)) return false;
    attempt.moved = true;
    await this.#working(attempt, async () => {
      const isRight = await proved.take(message);
      if (!this.#isAt(attempt)) return;
      if (!isRight)
        this.#strike(
          attempt,
          `${attempt.peer} served a part of other bytes than ${toHex(this.content.hash)} names`,
        );
      else if (proved.isWhole) await this.#check(attempt, await attempt.draft!.read());
      else this.#ask(attempt);
    });
    return true;
  }

  /** What a source is asked for next. */
  #place({ proved, received }: Attempt): Place {
    return proved?.wants ?? { content: this.content.hash, offset: received };
  }

  /** The content is here, by this download or by another one. */
  finish(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#end();
    this.#resolve(bytes);
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#reject(error);
  }

  /** Goes on where an earlier run has ended. */
  async #resume(attempt: Attempt): Promise<void> {
    const { hash, size, name } = this.content;
    const draft = await this.#open(attempt);
    if (name !== undefined) {
      attempt.proved = new ProvedParts({ hash, size, name }, draft);
      this.#ask(attempt);
      return;
    }
    if (draft.length > size) await draft.discard();
    attempt.received = draft.length;
    attempt.resumed = draft.length > 0;
    if (draft.length === size) await this.#check(attempt, await draft.read());
    else this.#ask(attempt);
  }

  async #open(attempt: Attempt): Promise<BlobDraft> {
    attempt.draft = await this.#does.draft(attempt.peer);
    return attempt.draft;
  }

  async #keepPart(attempt: Attempt, bytes: Uint8Array): Promise<void> {
    const { received, total } = attempt;
    if (bytes.length === total) return this.#check(attempt, bytes);
    const draft = attempt.draft ?? (await this.#open(attempt));
    // A content of unknown size begins anew, whatever an earlier run has left.
    if (received === bytes.length && draft.length > 0) await draft.discard();
    await draft.append(bytes);
    if (received === total) await this.#check(attempt, await draft.read());
    else this.#ask(attempt);
  }

  #ask(attempt: Attempt): void {
    attempt.isBusy = false;
    if (this.#isAt(attempt)) this.#does.ask(attempt.peer, this.#place(attempt));
  }

  /** All of it has come from one source: it is the content, or the source damages what it serves. */
  async #check(attempt: Attempt, bytes: Uint8Array): Promise<void> {
    const { verify, hash } = this.content;
    const { draft, peer } = attempt;
    if (verify(bytes)) {
      await (draft === undefined ? this.#does.store(bytes) : draft.keep());
      attempt.draft = undefined;
      if (!this.#isOver) this.#does.came(bytes);
      return;
    }
    await draft?.discard();
    if (!this.#isAt(attempt)) return;
    if (!attempt.resumed) {
      this.#strike(attempt, `${peer} served other bytes than the hash ${toHex(hash)} names`);
      return;
    }
    // What an earlier run left may have been cut short by how that ended, which is nobody's fault.
    attempt.resumed = false;
    attempt.received = 0;
    this.#ask(attempt);
  }

  #isAt(attempt: Attempt): boolean {
    return !this.#isOver && this.#attempts.get(attempt.peer) === attempt;
  }

  /** This node's own trouble, a full disk for example, ends the download: the task that wanted it is run again. */
  async #working(attempt: Attempt, work: () => Promise<void>): Promise<void> {
    attempt.isBusy = true;
    const done = work().catch((cause: unknown) => {
      if (!this.#isOver) this.fail(asError(cause));
    });
    this.#does.working(done);
    await done;
  }

  #end(): void {
    this.#isOver = true;
    this.#does.ended();
    for (const attempt of [...this.#attempts.values()]) this.#drop(attempt);
  }

  #drop({ peer, draft }: Attempt): void {
    this.#attempts.delete(peer);
    if (draft === undefined) this.#does.undraft(peer);
    else
      this.#does.working(
        draft
          .discard()
          .catch(() => {})
          .finally(() => this.#does.undraft(peer)),
      );
  }

  /** A source that damages what it serves is asked for nothing more of it. */
  #strike(attempt: Attempt, reason: string): void {
    const { peer } = attempt;
    this.#drop(attempt);
    if (this.#attempts.size === 0 && this.#unasked.length === 0) {
      const remedy = 'Choose another partner: this one damages what it serves.';
      this.fail(new EngineError('payload-missing', reason, { evidence: { peer }, remedy }));
    } else if (this.#attempts.size === 0) {
      this.askNext();
    }
  }
}
