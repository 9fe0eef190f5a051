import {
  contentParts,
  contentStatesBytes,
  isContentPart,
  type NamedContent,
} from '@prometheus-compute/proofs';
import { equalBytes, type Hash32, hash32, type MessageOf } from '@prometheus-compute/protocol';
import type { BlobDraft } from '../ports/blob-store.ts';

/** What is asked for next. */
export interface Place {
  readonly content: Hash32;
  readonly offset: number;
}

/** The name of the list of a content's states: its hash with the last bit turned over. Of such a name it is the content's. */
export function statesName(content: Hash32): Hash32 {
  const name = content.slice();
  name[31]! ^= 1;
  return hash32(name);
}

/**
 * A content of several parts on its way here from one source, the last part first. Each is shown by what comes behind it, and the last by the content's
 * hash, so that nothing false is ever kept: a source that damages one byte is found out at that part. Before the parts comes the list of the states that
 * they begin at, which is believed in nothing: each state counts once the part behind it has shown it to be right.
 */
export class ProvedParts {
  readonly #content: NamedContent;
  readonly #draft: BlobDraft;
  #states: Uint8Array | undefined;
  /** Parts that are still to come: those in front of this one. */
  #left: number;

  constructor(content: NamedContent, draft: BlobDraft) {
    this.#content = content;
    this.#draft = draft;
    this.#left = contentParts(content.size).length;
  }

  /** Whether all of it is in the draft. */
  get isWhole(): boolean {
    return this.#left === 0;
  }

  /** What is asked for next. */
  get wants(): Place {
    const { hash, size } = this.#content;
    if (this.#states === undefined) return { content: statesName(hash), offset: 0 };
    return { content: hash, offset: contentParts(size)[this.#left - 1]?.offset ?? 0 };
  }

  /** Whether a message is an answer to what is asked for. */
  isAnswer({ content, offset }: MessageOf<'blob'>): boolean {
    const { wants } = this;
    return equalBytes(content, wants.content) && offset === wants.offset;
  }

  /** Takes in an answer. @returns false when it is not what the content's hash names */
  async take({ total, bytes }: MessageOf<'blob'>): Promise<boolean> {
    const { size } = this.#content;
    if (this.#states === undefined) {
      if (total !== contentStatesBytes(size) || bytes.length !== total) return false;
      this.#states = bytes;
      await this.#takeUp(bytes);
      return true;
    }
    const index = this.#left - 1;
    const part = contentParts(size)[index]!;
    // Whoever serves a part does not know where it ends, and the first one is a few bytes shorter than what it sends.
    const own = bytes.subarray(0, part.length);
    if (total !== size || !isContentPart(this.#content, this.#states, index, own)) return false;
    await this.#draft.write(part.offset, own);
    this.#left = index;
    return true;
  }

  /** What an earlier run has left counts as far as it is shown to be right. */
  async #takeUp(states: Uint8Array): Promise<void> {
    const { size } = this.#content;
    if (this.#draft.length !== size) {
      await this.#draft.discard();
      return;
    }
    for (const [index, { offset, length }] of [...contentParts(size).entries()].toReversed()) {
      const bytes = await this.#draft.part(offset, length);
      if (!isContentPart(this.#content, states, index, bytes)) return;
      this.#left = index;
    }
  }
}
