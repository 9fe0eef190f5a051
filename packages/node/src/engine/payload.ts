import {
  type ContentName,
  type ContentPart,
  contentStates,
  contentStatesBytes,
} from '@prometheus-compute/proofs';
import {
  contractHash,
  encodeEnvelope,
  equalBytes,
  type Hash32,
  MAX_BLOB_BYTES,
  type MessageOf,
  sealMessage,
  toHex,
} from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import { contractOf } from './addressing.ts';
import { ChannelContents } from './channel-contents.ts';
import type { ChannelRecord } from './channel-record.ts';
import { Download, type WantedContent } from './download.ts';
import type { EnginePorts } from './engine-ports.ts';
import { EngineError } from './errors.ts';
import type { PayloadService } from './extensions.ts';
import { type Place, statesName } from './proved-parts.ts';
import { Serving } from './serving.ts';

/** What one content may have at most, so that no announced size fills the memory. */
const MAX_CONTENT_BYTES = 256 * 1024 * 1024;

/**
 * Contents by hash between the parties of a channel: programs, inputs, ciphertexts. A part is asked for when the one
 * before has arrived, so a peer never gets more into memory than the size that was announced.
 */
export class PayloadExchange implements PayloadService {
  readonly #ports: EnginePorts;
  readonly #contents: ChannelContents;
  readonly #serving = new Serving();
  /** By content, size and sources: two batches of one job have the same program. */
  readonly #downloads = new Map<string, Download>();
  readonly #givenUp = new Set<string>();
  /** Peers that left a request unanswered over a block: they are asked after all others. */
  readonly #slow = new Set<PeerId>();
  /** Lists of states that are being made. */
  readonly #states = new Map<string, Promise<boolean>>();
  /** Drafts in use. */
  readonly #drafts = new Set<string>();
  #waiting = 0;
  /** Reading and writing of drafts, which no peer is waited for. */
  #working = 0;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#contents = new ChannelContents(ports.blobs);
  }

  /**
   * The content with this hash: from the own store, where it is verified too, or else from one of `sources`. The next one is asked when one cannot
   * be reached or serves something else, and all of them when nothing came within a block.
   *
   * @param sources - parties of the channel, best first
   * @throws EngineError `payload-missing` when every source served something else, or there is none
   */
  async obtain(
    record: ChannelRecord,
    sources: readonly PeerId[],
    content: WantedContent,
  ): Promise<Uint8Array> {
    const { blobs } = this.#ports;
    const known = await blobs.get(content.hash);
    // One store holds contents of all kinds: what a stranger's hash names here may be an input where a program is wanted.
    if (known !== undefined && isWanted(content, known)) return known;
    const empty = content.exact && content.size === 0 ? new Uint8Array(0) : undefined;
    if (empty !== undefined && !content.verify(empty))
      throw new EngineError('payload-missing', `no empty content has the hash ${toHex(content.hash)}`);
    if (empty === undefined) return this.#wait(record, sources, content);
    await blobs.put(content.hash, empty);
    return empty;
  }

  /** Pieces of work that go on when a peer has answered, and not before. */
  get waiting(): number {
    return Math.max(0, this.#waiting - this.#working);
  }

  async #wait(
    record: ChannelRecord,
    sources: readonly PeerId[],
    content: WantedContent,
  ): Promise<Uint8Array> {
    this.#waiting += 1;
    try {
      return await this.#download(record, sources, content);
    } finally {
      this.#waiting -= 1;
    }
  }

  #download(record: ChannelRecord, sources: readonly PeerId[], content: WantedContent): Promise<Uint8Array> {
    if (this.#givenUp.has(record.id)) throw givenUp();
    const { hash, size, exact } = content;
    const key = [toHex(hash), exact ? '=' : '<', String(size), ...[...sources].sort()].join('/');
    const underway = this.#downloads.get(key);
    if (underway !== undefined) {
      underway.wanted.set(record.id, record);
      return underway.finished;
    }
    if (size > MAX_CONTENT_BYTES) {
      throw new EngineError('payload-missing', `a content of ${size} bytes was announced`, {
        evidence: { sources: sources.join(), size, limit: MAX_CONTENT_BYTES },
        remedy: 'Split it: no single content may have more than 256 MiB.',
      });
    }
    const quick = [...new Set(sources)].sort((a, b) => Number(this.#slow.has(a)) - Number(this.#slow.has(b)));
    // Two downloads may ask one source: each has a draft of its own.
    const own = (peer: PeerId) => `${key}/${peer}`;
    const download = new Download(content, quick, record, {
      ask: (peer, place) => this.#ask(download, peer, place),
      draft: (peer) => {
        const isUsed = [...this.#drafts].some((name) => name.startsWith(toHex(hash)) && name.endsWith(peer));
        this.#drafts.add(own(peer));
        return this.#ports.blobs.draft(hash, isUsed ? own(peer) : peer);
      },
      store: (bytes) => this.#ports.blobs.put(hash, bytes),
      undraft: (peer) => this.#drafts.delete(own(peer)),
      // Whoever asked other sources for the same waits no longer.
      came: (bytes) => {
        for (const each of this.#of(hash)) each.finish(bytes);
      },
      ended: () => this.#downloads.delete(key),
      working: (work) => {
        this.#working += 1;
        void work.finally(() => {
          this.#working -= 1;
        });
      },
    });
    this.#downloads.set(key, download);
    download.askNext();
    return download.finished;
  }

  #ask(download: Download, peer: PeerId, place: Place): void {
    const [record] = download.wanted.values();
    if (record === undefined) return;
    const message = { kind: 'fetch', channel: channelOf(record), ...place } as const;
    this.#send(record, peer, message).then(
      (taken) => {
        if (!taken) download.askNext();
      },
      () => download.askNext(),
    );
  }

  /** A channel was given up: what it alone wanted is asked for no more, and whoever waits for it is told. */
  giveUp(channel: string): void {
    this.#givenUp.add(channel);
    for (const download of [...this.#downloads.values()]) {
      if (download.wanted.delete(channel) && download.wanted.size === 0) download.fail(givenUp());
    }
  }

  /**
   * A party of a channel asks for something: it gets what belongs to that channel, and nothing else that is here. Resolves when its
   * part is on the way, or has to wait until the peer has got others.
   */
  async onFetch(record: ChannelRecord, message: MessageOf<'fetch'>, from: PeerId): Promise<void> {
    let reading: Promise<{ readonly sent: Promise<unknown> }> | undefined;
    const isNow = this.#serving.take(from, () => {
      reading = this.#answer(record, message, from);
      return reading.then(({ sent }) => sent);
    });
    if (isNow) await reading;
  }

  async #answer(
    record: ChannelRecord,
    { channel, content, offset }: MessageOf<'fetch'>,
    to: PeerId,
  ): Promise<{ readonly sent: Promise<unknown> }> {
    const nothing = { sent: Promise.resolve() };
    if (!(await this.#isServed(record, content))) return nothing;
    const part = await this.#ports.blobs.part(content, offset, MAX_BLOB_BYTES);
    if (part === undefined || part.bytes.length === 0) return nothing;
    const answer = { kind: 'blob', channel, content, offset, ...part } as const;
    // Whoever misses a part asks for it again.
    return { sent: this.#send(record, to, answer).catch(() => {}) };
  }

  /** Whether a content belongs to a channel, or is the list of the states of one that does: that is made when it is asked for first. */
  async #isServed(record: ChannelRecord, content: Hash32): Promise<boolean> {
    const kind = await this.#contents.kindOf(record, content);
    if (kind !== undefined) return true;
    const of = statesName(content);
    const name = await this.#contents.kindOf(record, of);
    if (name === undefined || name === 'other') return false;
    const key = toHex(content);
    const making = this.#states.get(key) ?? this.#makeStates(content, of, name);
    this.#states.set(key, making);
    try {
      return await making;
    } finally {
      this.#states.delete(key);
    }
  }

  /** @returns whether the list is in the store */
  async #makeStates(list: Hash32, content: Hash32, name: ContentName): Promise<boolean> {
    const { blobs } = this.#ports;
    if ((await blobs.part(list, 0, 0)) !== undefined) return true;
    const size = (await blobs.part(content, 0, 0))?.total;
    if (size === undefined || contentStatesBytes(size) === 0) return false;
    const read = async ({ offset, length }: ContentPart) =>
      (await blobs.part(content, offset, length))!.bytes;
    await blobs.put(list, await contentStates({ name, size }, read));
    return true;
  }

  async onBlob(message: MessageOf<'blob'>, from: PeerId): Promise<void> {
    for (const download of [...this.#of(message.content), ...this.#of(statesName(message.content))]) {
      if (await download.take(message, from)) this.#slow.delete(from);
    }
  }

  /** Downloads of one content, from whatever sources. */
  #of(hash: Hash32): readonly Download[] {
    return [...this.#downloads.values()].filter(({ content }) => equalBytes(content.hash, hash));
  }

  /** Asks again for what has not arrived; the node calls it at every block. */
  retry(): void {
    for (const download of [...this.#downloads.values()]) {
      for (const peer of download.askAgain()) this.#slow.add(peer);
    }
  }

  #send(
    record: ChannelRecord,
    to: PeerId,
    message: MessageOf<'fetch'> | MessageOf<'blob'>,
  ): Promise<boolean> {
    const { signer, transport } = this.#ports;
    const envelope = sealMessage(message, signer.messageKey(record.keys), (hash) =>
      signer.signMessage(record.keys, hash),
    );
    return transport.send(to, encodeEnvelope(envelope));
  }
}

/** Whether bytes are what is wanted, in size and in hash. */
function isWanted({ size, exact, verify }: WantedContent, bytes: Uint8Array): boolean {
  return (exact ? bytes.length === size : bytes.length <= size) && verify(bytes);
}

function givenUp(): EngineError {
  return new EngineError('payload-missing', 'the contract was given up before its payload had come');
}

/** The hash that names a channel in messages: of its contract, which exists whenever something is fetched. */
function channelOf(record: ChannelRecord): Hash32 {
  const contract = contractOf(record.state);
  if (contract === undefined)
    throw new EngineError('payload-missing', 'nothing can be fetched before the contract');
  return contractHash(contract);
}
