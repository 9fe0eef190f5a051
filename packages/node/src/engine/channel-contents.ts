import type { ContentName } from '@prometheus-compute/proofs';
import {
  type ChannelState,
  decodeMessage,
  equalBytes,
  type Hash32,
  hash32,
  toHex,
} from '@prometheus-compute/protocol';
import type { BlobStore } from '../ports/blob-store.ts';
import { contractOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';
import { decodeManifest } from './manifest.ts';

/** Lists of hashes that are kept at hand: the inputs and the ciphertexts of some channels. */
const MAX_LISTS = 16;

/** Which contents belong to a channel, so that its parties get these and nothing else of what a node has. */
export class ChannelContents {
  readonly #blobs: BlobStore;
  readonly #lists = new Map<string, ReadonlySet<string>>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /**
   * What a content is of a channel: `other` for its program, its list of inputs and documents that this node has accepted; for an input, a
   * ciphertext of a delivery among these documents, and the records of a chunk that an opening among them names, the tag under which their bytes are
   * hashed. Undefined: none of it.
   */
  async kindOf({ state }: ChannelRecord, content: Hash32): Promise<ContentName | 'other' | undefined> {
    const contract = contractOf(state);
    if (contract === undefined) return undefined;
    const { programHash, inputRoot } = contract;
    if (equalBytes(content, programHash) || equalBytes(content, inputRoot)) return 'other';
    const { documents, deliveries, openings } = acceptedIn(state);
    if (documents.some((hash) => equalBytes(hash, content))) return 'other';
    const name = toHex(content);
    if ((await this.#list(inputRoot, inputsOf)).has(name)) return 'x';
    for (const delivery of deliveries) if ((await this.#list(delivery, ciphertextsOf)).has(name)) return 'ct';
    if (contract.scheme !== 'freivalds') return undefined;
    for (const opening of openings) if ((await this.#list(opening, recordsOf)).has(name)) return 'records';
    return undefined;
  }

  async #list(
    hash: Hash32,
    hashesIn: (bytes: Uint8Array) => readonly Hash32[],
  ): Promise<ReadonlySet<string>> {
    const key = toHex(hash);
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const bytes = await this.#blobs.get(hash);
    if (bytes === undefined) return new Set();
    const list = new Set(hashesIn(bytes).map(toHex));
    if (this.#lists.size === MAX_LISTS) this.#lists.delete(this.#lists.keys().next().value!);
    this.#lists.set(key, list);
    return list;
  }
}

const inputsOf = (bytes: Uint8Array) => decodeManifest(bytes).map(({ hash }) => hash);
const ciphertextsOf = (bytes: Uint8Array) =>
  decodeMessage('delivery', bytes).chunks.map(({ ciphertext }) => ciphertext);

/** The records of chunks, which the scheme `freivalds` names by their hash. */
const recordsOf = (bytes: Uint8Array) =>
  decodeMessage('opening', bytes).chunks.flatMap(({ scheme }) =>
    scheme.length === 32 ? [hash32(scheme)] : [],
  );

const NOTHING_ACCEPTED = { documents: [], deliveries: [], openings: [] };

/** Names of the documents that a state has accepted, and the deliveries and openings among them. */
function acceptedIn(state: ChannelState): {
  readonly documents: readonly Hash32[];
  readonly deliveries: readonly Hash32[];
  readonly openings: readonly Hash32[];
} {
  if (state.name === 'closed') {
    return state.before === null || state.how === 'abandoned' ? NOTHING_ACCEPTED : acceptedIn(state.before);
  }
  if (state.name === 'setup') return NOTHING_ACCEPTED;
  const { delivery, opening, posts } = state;
  const posted = posts.map(({ sealed }) => sealed);
  const named = opening === null ? [] : [opening.sealed, opening.hash];
  const deliveries = posts.filter(({ kind }) => kind === 'delivery').map(({ sealed }) => sealed);
  if (delivery !== null) deliveries.push(delivery.hash);
  const openings = posts.filter(({ kind }) => kind === 'opening').map(({ sealed }) => sealed);
  if (opening !== null) openings.push(opening.hash);
  return { documents: [...posted, ...named, ...deliveries], deliveries, openings };
}
