import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { type Envelope, openEnvelope, toHex } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { LocalNetworkOptions } from '../../src/index.ts';
import { graphIn, mineUntil, startPlay, stateOf } from './play.ts';

type Ports = Parameters<NonNullable<LocalNetworkOptions['ports']>>[1];

/** What a party did, in order. */
type Deed =
  | { readonly kind: 'commit'; readonly outbox: ReadonlySet<string>; readonly state: string }
  | { readonly kind: 'send'; readonly bytes: string; readonly message: Envelope['kind'] }
  | { readonly kind: 'submit'; readonly txid: string };

/** Messages that no channel's state hangs on: they may go without a commit. */
const STATELESS: readonly Envelope['kind'][] = ['fetch', 'blob', 'announcement'];

/** Records what goes through store, transport and chain of every party, in the order in which it is done. */
function recorder() {
  const deeds = new Map<string, Deed[]>();
  const ports = (name: string, real: Ports): Ports => {
    const list: Deed[] = [];
    deeds.set(name, list);
    const sent = (bytes: Uint8Array): void => {
      list.push({ kind: 'send', bytes: toHex(bytes), message: openEnvelope(bytes).envelope.kind });
    };
    return {
      ...real,
      store: {
        ...real.store,
        commit: async (commit) => {
          const entries = await real.store.commit(commit);
          // Only now is it durable.
          const outbox = new Set(commit.outbox.map(({ payload }) => toHex(payload)));
          list.push({ kind: 'commit', outbox, state: new TextDecoder().decode(commit.state) });
          return entries;
        },
      },
      transport: {
        ...real.transport,
        send: (to, bytes) => {
          sent(bytes);
          return real.transport.send(to, bytes);
        },
        broadcast: (bytes) => {
          sent(bytes);
          real.transport.broadcast(bytes);
        },
      },
      chain: {
        tip: () => real.chain.tip(),
        blockAt: (height) => real.chain.blockAt(height),
        output: (outpoint) => real.chain.output(outpoint),
        transaction: (txid) => real.chain.transaction(txid),
        waiting: (txid) => real.chain.waiting(txid),
        spender: (outpoint) => real.chain.spender(outpoint),
        feeRate: () => real.chain.feeRate(),
        submitPackage: (list) => real.chain.submitPackage(list),
        submit: (bytes) => {
          list.push({ kind: 'submit', txid: transactionId(parseTransaction(bytes)) });
          return real.chain.submit(bytes);
        },
      },
    };
  };
  return { deeds, ports };
}

describe('persist before send', () => {
  it('no envelope leaves and no transaction is submitted before the commit that caused it', async () => {
    const { deeds, ports } = recorder();
    await using play = await startPlay({ ports });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    const graph = graphIn(stateOf(network.client));
    const ids = new Map([...graph.transactions.values()].map(({ txid, id }) => [txid as string, id]));

    let envelopes = 0;
    const published: string[] = [];
    for (const [name, list] of deeds) {
      const committed = new Set<string>();
      let last = '';
      for (const deed of list) {
        if (deed.kind === 'commit') {
          for (const payload of deed.outbox) committed.add(payload);
          last = deed.state;
        } else if (deed.kind === 'send') {
          if (STATELESS.includes(deed.message)) continue;
          expect(committed.has(deed.bytes), `${name} sends "${deed.message}" first`).toBe(true);
          envelopes += 1;
        } else if (ids.has(deed.txid)) {
          const id = ids.get(deed.txid)!;
          published.push(`${id} by ${name}`);
          // The stored state holds what the transaction needs.
          expect(last).toContain(id === 'Tx0' ? '"commitment":{"$b"' : '"released":true');
        }
      }
    }
    expect(envelopes).toBeGreaterThan(60);
    expect(published).toEqual(expect.arrayContaining(['Tx0 by client', 'Tx4 by worker']));
  });
});
