import { concatBytes, type Hash32, type MessageOf, toHex } from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import type { ChannelRecord } from './channel-record.ts';
import { EngineError } from './errors.ts';

/** A content that this node wants. */
export interface WantedContent {
  readonly hash: Hash32;
  /** Bytes. */
  readonly size: number;
  /** `size` is what a signed message announced; false: nobody signed for it, and it is the most that is taken. */
  readonly exact: boolean;
  /** Whether bytes have this hash; wrong bytes are thrown away. */
  readonly verify: (bytes: Uint8Array) => boolean;
  /** Blocks after which what has not come whole is given up; undefined: it is waited for as long as the contract lasts. */
  readonly patience?: number;
}

/** What one source has served so far. Parts of two sources are never mixed: damage has one author. */
interface Attempt {
  readonly parts: Uint8Array[];
  received: number;
  total: number | undefined;
  /** Something came since the last block. */
  moved: boolean;
}

/** What a download does to the world around it. */
interface Effects {
  ask(peer: PeerId, offset: number): void;
  /** The content is here, and is what its hash names. */
  came(bytes: Uint8Array): void;
  /** Nothing more is wanted. */
  ended(): void;
}

/** One content on its way here, from the first of several sources that serves it whole. */
export class Download {
  readonly content: WantedContent;
  /** The channels that want it. */
  readonly wanted: Map<string, ChannelRecord>;
  readonly finished: Promise<Uint8Array>;
  readonly #unasked: PeerId[];
  readonly #attempts = new Map<PeerId, Attempt>();
  #blocks = 0;
  readonly #does: Effects;
  readonly #resolve: (bytes: Uint8Array) => void;
  readonly #reject: (error: EngineError) => void;

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

  /** Asks the next source that was not asked yet, if there is one. */
  askNext(): void {
    const peer = this.#unasked.shift();
    if (peer !== undefined) {
      this.#attempts.set(peer, { parts: [], received: 0, total: undefined, moved: true });
      this.#does.ask(peer, 0);
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
      this.#does.ask(peer, attempt.received);
    }
    if (silent.length === this.#attempts.size) while (this.#unasked.length > 0) this.askNext();
    return silent;
  }

  /** Takes in a part. Answers whether it was the next one of its source. */
  take(message: MessageOf<'blob'>, from: PeerId): boolean {
    const attempt = this.#attempts.get(from);
    if (attempt === undefined || message.offset !== attempt.received) return false;
    const { size, exact, verify, hash } = this.content;
    const { total, bytes } = message;
    const fits = exact ? total === size : total <= size && (attempt.total ?? total) === total;
    if (!fits || bytes.length === 0) {
      this.#strike(from, `${from} serves ${total} bytes where ${size} were announced`);
      return true;
    }
    attempt.parts.push(bytes);
    attempt.received += bytes.length;
    attempt.total = total;
    attempt.moved = true;
    if (attempt.received < total) {
      this.#does.ask(from, attempt.received);
      return true;
    }
    const whole = concatBytes(...attempt.parts);
    if (verify(whole)) this.#does.came(whole);
    else this.#strike(from, `${from} served other bytes than the hash ${toHex(hash)} names`);
    return true;
  }

  /** The content is here, by this download or by another one. */
  finish(bytes: Uint8Array): void {
    this.#does.ended();
    this.#resolve(bytes);
  }

  fail(error: EngineError): void {
    this.#does.ended();
    this.#reject(error);
  }

  /** A source that damages what it serves is asked for nothing more of it. */
  #strike(peer: PeerId, reason: string): void {
    this.#attempts.delete(peer);
    if (this.#attempts.size === 0 && this.#unasked.length === 0) {
      const remedy = 'Choose another partner: this one damages what it serves.';
      this.fail(new EngineError('payload-missing', reason, { evidence: { peer }, remedy }));
    } else if (this.#attempts.size === 0) {
      this.askNext();
    }
  }
}
