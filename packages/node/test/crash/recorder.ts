import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  decodeMessage,
  duties,
  type Envelope,
  equalBytes,
  type MessageKind,
  readEnvelope,
  sealedHash,
  slotKey,
  slotsOf,
  type TransactionId,
  toHex,
} from '@prometheus-compute/protocol';
import { type ChannelRecord, decodeRecord } from '../../src/engine/channel-record.ts';
import type { EnginePorts } from '../../src/engine/engine-ports.ts';
import { graphInState } from '../../src/engine/on-chain.ts';
import { reveals } from '../../src/engine/publish.ts';
import type { PeerId } from '../../src/ports/transport.ts';
import { encodeSnapshot } from '../../src/snapshot/snapshot.ts';

/** Messages that no channel's state hangs on: they may go without a commit. */
const STATELESS: readonly MessageKind[] = ['fetch', 'blob', 'announcement', 'refused'];
/** What a party says once in a contract: a second one of other words speaks against it, or shows a secret twice. */
const SAID_ONCE: readonly MessageKind[] = [
  'terms',
  'acceptance',
  'contractAgreed',
  'ceremonySeed',
  'delivery',
  'opening',
  'verdict',
  'release',
  'voteCommitment',
  'voteOpening',
];

/**
 * Looks at everything that every party does, over all of its runs: what leaves it was in a commit before, what it publishes
 * follows from the state that is stored, and it never says a second thing where only one may be said.
 */
export class Recorder {
  /** What was done against the rules, in words. */
  readonly violations: string[] = [];
  /** Envelopes that were sent, and what was published of contracts, each by whom. */
  readonly sent: string[] = [];
  readonly published: string[] = [];
  /** Outbox payloads that commits have returned. */
  readonly #committed = new Set<string>();
  /** The last state of each channel that is durable. */
  readonly #states = new Map<string, ChannelRecord>();
  readonly #records = new Set<string>();
  readonly #said = new Map<string, string>();
  /** What was signed with each nonce point. */
  readonly #nonces = new Map<string, string>();

  readonly ports = (party: PeerId, real: EnginePorts): EnginePorts => {
    const { store, transport, chain, signer } = real;
    return {
      ...real,
      store: {
        ...store,
        commit: async (commit) => {
          const entries = await store.commit(commit);
          for (const { payload } of commit.outbox) this.#committed.add(`${party} ${toHex(payload)}`);
          this.#states.set(`${party} ${commit.channel}`, decodeRecord(commit.state));
          return entries;
        },
        putRecord: async (key, value, options) => {
          const put = await store.putRecord(key, value, options);
          this.#records.add(`${party} ${key}`);
          return put;
        },
      },
      transport: {
        self: transport.self,
        listen: (receive) => transport.listen(receive),
        close: () => transport.close(),
        send: (to, bytes) => {
          this.#onSend(party, bytes);
          return transport.send(to, bytes);
        },
        broadcast: (bytes) => {
          this.#onSend(party, bytes);
          transport.broadcast(bytes);
        },
      },
      chain: {
        tip: () => chain.tip(),
        blockAt: (height) => chain.blockAt(height),
        output: (outpoint) => chain.output(outpoint),
        transaction: (txid) => chain.transaction(txid),
        waiting: (txid) => chain.waiting(txid),
        spender: (outpoint) => chain.spender(outpoint),
        feeRate: () => chain.feeRate(),
        submit: async (bytes) => {
          this.#onSubmit(party, bytes, (await chain.tip()).height);
          return chain.submit(bytes);
        },
        submitPackage: async (list) => {
          for (const bytes of list) this.#onSubmit(party, bytes, (await chain.tip()).height);
          return chain.submitPackage(list);
        },
      },
      signer: {
        ...signer,
        signMessage: (keys, hash) => {
          const signature = signer.signMessage(keys, hash);
          this.#onSigned(signature.subarray(0, 32), `${toHex(signer.messageKey(keys))} ${toHex(hash)}`);
          return signature;
        },
        signTransaction: (keys, hash) => {
          const signature = signer.signTransaction(keys, hash);
          this.#onSigned(signature.subarray(0, 32), `${toHex(signer.transactionKey(keys))} ${toHex(hash)}`);
          return signature;
        },
        signAdaptor: (keys, hash, lock) => {
          const adaptor = signer.signAdaptor(keys, hash, lock);
          const key = `${toHex(signer.transactionKey(keys))} ${toHex(hash)}`;
          this.#onSigned(adaptor.nonce.subarray(1), `adaptor ${key}`);
          return adaptor;
        },
      },
    };
  };

  #onSigned(nonce: Uint8Array, what: string): void {
    const point = toHex(nonce);
    const before = this.#nonces.get(point);
    if (before !== undefined && before !== what)
      this.violations.push(`one nonce for two signatures: ${before}, ${what}`);
    this.#nonces.set(point, what);
  }

  #onSend(party: PeerId, bytes: Uint8Array): void {
    const envelope = readEnvelope(bytes);
    const { kind, from, body, signature } = envelope;
    this.#onSaid(envelope);
    if (STATELESS.includes(kind)) return;
    const large = encodeSnapshot({ kind, from, sealed: sealedHash(kind, body), signature });
    const known = [bytes, large].some((payload) => this.#committed.has(`${party} ${toHex(payload)}`));
    if (!known) this.violations.push(`${party} sends "${kind}" before it has stored it`);
    this.sent.push(`${kind} by ${party}`);
  }

  /** @param envelope - of the party itself, or of another one that it shows */
  #onSaid({ kind, from, body }: Envelope): void {
    if (kind === 'post') {
      const inner = readEnvelope(decodeMessage('post', body).envelope);
      if (equalBytes(inner.from, from)) this.#onSaid(inner);
      return;
    }
    if (!SAID_ONCE.includes(kind)) return;
    const key = `${kind} by ${toHex(from)}`;
    const words = toHex(sealedHash(kind, body));
    const before = this.#said.get(key);
    if (before !== undefined && before !== words) this.violations.push(`two different messages: ${key}`);
    this.#said.set(key, words);
  }

  #onSubmit(party: PeerId, bytes: Uint8Array, tip: number): void {
    const txid = transactionId(parseTransaction(bytes));
    for (const [name, record] of this.#states) {
      if (!name.startsWith(`${party} `)) continue;
      const graph = graphInState(record.state);
      const found = [...(graph?.transactions.values() ?? [])].find((each) => each.txid === txid);
      if (graph === undefined || found === undefined) continue;
      this.published.push(`${found.id} by ${party}`);
      this.#judge(party, record, found.id, tip);
    }
  }

  /** Whether what is stored asks for a transaction, and holds what others have signed of it. */
  #judge(party: PeerId, record: ChannelRecord, id: TransactionId, tip: number): void {
    const { state } = record;
    const graph = graphInState(state)!;
    const said = (what: string) => this.violations.push(`${party} publishes ${id} at ${tip}: ${what}`);
    if (!duties({ ...state, tip } as typeof state).some(({ transaction }) => transaction === id))
      said(`its stored state (${state.name}) does not ask for it`);
    if (!('signatures' in state)) return;
    const { plain, adaptor } = state.signatures;
    const lacks = slotsOf(graph, id).filter(
      (slot) => slot.signer !== state.self && (plain[slotKey(slot)] ?? adaptor[slotKey(slot)]) === undefined,
    );
    if (id !== 'Tx0' && lacks.length > 0) said(`its stored state lacks ${lacks.map(slotKey).join()}`);
    if (reveals(record, graph, id) && !this.#records.has(`${party} published:${record.id}:${id}`))
      said('it shows h_p, and has not noted so');
  }
}
