import {
  concatBytes,
  contractHash,
  encodeEnvelope,
  type Hash32,
  MAX_BLOB_BYTES,
  type MessageOf,
  sealMessage,
  toHex,
} from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import { contractOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { EnginePorts } from './engine-ports.ts';
import { EngineError } from './errors.ts';
import type { PayloadService } from './extensions.ts';

/** What one content may have at most, so that no announced size fills the memory. */
const MAX_CONTENT_BYTES = 256 * 1024 * 1024;

interface Download {
  readonly size: number;
  readonly parts: Uint8Array[];
  /** The channels that want it; two batches of one job have the same program. */
  readonly wanted: Map<string, ChannelRecord>;
  readonly peer: PeerId;
  readonly hash: Hash32;
  readonly finished: Promise<Uint8Array>;
  received: number;
  readonly done: (bytes: Uint8Array) => void;
  readonly fail: (error: EngineError) => void;
}

/**
 * Contents by hash between the parties of a channel: programs, inputs, ciphertexts. A part is asked for when the one
 * before has arrived, so a peer never gets more into memory than the size that was announced.
 */
export class PayloadExchange implements PayloadService {
  readonly #ports: EnginePorts;
  readonly #downloads = new Map<string, Download>();
  readonly #givenUp = new Set<string>();

  constructor(ports: EnginePorts) {
    this.#ports = ports;
  }

  /**
   * The content with this hash: from the own store, or else from `peer`.
   *
   * @param size - exact length in bytes, as a signed message announced it
   * @param verify - whether bytes have this hash; wrong bytes are thrown away
   * @throws EngineError `payload-missing` when what came is something else
   */
  async obtain(
    record: ChannelRecord,
    peer: PeerId,
    hash: Hash32,
    size: number,
    verify: (bytes: Uint8Array) => boolean,
  ): Promise<Uint8Array> {
    const { blobs } = this.#ports;
    const known = await blobs.get(hash);
    if (known !== undefined) return known;
    const bytes = size === 0 ? new Uint8Array(0) : await this.#download(record, peer, hash, size);
    if (!verify(bytes)) {
      throw new EngineError(
        'payload-missing',
        `${peer} served other bytes than the hash ${toHex(hash)} names`,
        {
          evidence: { peer, hash: toHex(hash) },
          remedy: 'Choose another partner: this one damages what it serves.',
        },
      );
    }
    await blobs.put(hash, bytes);
    return bytes;
  }

  #download(record: ChannelRecord, peer: PeerId, hash: Hash32, size: number): Promise<Uint8Array> {
    const key = `${peer}/${toHex(hash)}`;
    if (this.#givenUp.has(record.id)) throw givenUp();
    const underway = this.#downloads.get(key);
    if (underway?.size === size) {
      underway.wanted.set(record.id, record);
      return underway.finished;
    }
    if (size > MAX_CONTENT_BYTES) {
      throw new EngineError('payload-missing', `${peer} announced a content of ${size} bytes`, {
        evidence: { peer, size, limit: MAX_CONTENT_BYTES },
        remedy: 'Split it: no single content may have more than 256 MiB.',
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const download: Download = {
      size,
      parts: [],
      wanted: new Map([[record.id, record]]),
      peer,
      hash,
      finished: promise,
      received: 0,
      done: resolve,
      fail: reject,
    };
    this.#downloads.set(key, download);
    this.#ask(download);
    return promise;
  }

  #ask({ wanted, peer, hash, received }: Download): void {
    const [record] = wanted.values();
    if (record === undefined) return;
    this.#send(record, peer, { kind: 'fetch', channel: channelOf(record), content: hash, offset: received });
  }

  /** A channel was given up: what it alone wanted is asked for no more, and whoever waits for it is told. */
  giveUp(channel: string): void {
    this.#givenUp.add(channel);
    for (const [key, download] of this.#downloads) {
      if (!download.wanted.delete(channel) || download.wanted.size > 0) continue;
      this.#downloads.delete(key);
      download.fail(givenUp());
    }
  }

  async onFetch(record: ChannelRecord, message: MessageOf<'fetch'>, from: PeerId): Promise<void> {
    const { content, offset } = message;
    const bytes = await this.#ports.blobs.get(content);
    if (bytes === undefined || offset >= bytes.length) return;
    this.#send(record, from, {
      kind: 'blob',
      channel: message.channel,
      content,
      offset,
      total: bytes.length,
      bytes: bytes.slice(offset, offset + MAX_BLOB_BYTES),
    });
  }

  async onBlob(message: MessageOf<'blob'>, from: PeerId): Promise<void> {
    const key = `${from}/${toHex(message.content)}`;
    const download = this.#downloads.get(key);
    if (download === undefined || message.offset !== download.received) return;
    if (message.total !== download.size || message.bytes.length === 0) {
      this.#downloads.delete(key);
      download.fail(
        new EngineError(
          'payload-missing',
          `${from} serves ${message.total} bytes where ${download.size} were announced`,
        ),
      );
      return;
    }
    download.parts.push(message.bytes);
    download.received += message.bytes.length;
    if (download.received < download.size) {
      this.#ask(download);
      return;
    }
    this.#downloads.delete(key);
    download.done(concatBytes(...download.parts));
  }

  /** Asks again for what has not arrived; the chain watcher calls it at every block. */
  retry(): void {
    for (const download of this.#downloads.values()) this.#ask(download);
  }

  #send(record: ChannelRecord, to: PeerId, message: MessageOf<'fetch'> | MessageOf<'blob'>): void {
    const { signer, transport } = this.#ports;
    const envelope = sealMessage(message, signer.messageKey(record.keys), (hash) =>
      signer.signMessage(record.keys, hash),
    );
    // Whoever misses a part asks for it again.
    transport.send(to, encodeEnvelope(envelope)).catch(() => {});
  }
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
