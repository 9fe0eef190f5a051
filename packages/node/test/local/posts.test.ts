import { type MessageKind, openEnvelope, type Party } from '@prometheus-compute/protocol';
import { SandboxPool } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import type { LocalNetwork, LocalNetworkOptions } from '../../src/index.ts';
import type { LocalParty } from '../../src/local/party.ts';
import { commitmentHeight, mineUntil, startPlay, stateOf } from './play.ts';

type Ports = Parameters<NonNullable<LocalNetworkOptions['ports']>>[1];

/** Contract of the play: t0 = 120, Δ = 24, B = (k+2)ℓ = 4. */
const [T0, DELTA, B] = [120, 24, 4];

/** Lines that are cut: what `from` sends to `to` is lost when `drops` says so. */
function cutting(from: string, to: string, drops: (kind: MessageKind) => boolean) {
  const lost: MessageKind[] = [];
  const ports = (party: string, real: Ports): Ports =>
    party !== from
      ? real
      : {
          ...real,
          transport: {
            self: real.transport.self,
            broadcast: (bytes) => real.transport.broadcast(bytes),
            listen: (receive) => real.transport.listen(receive),
            close: () => real.transport.close(),
            send: async (peer, bytes) => {
              const { kind } = openEnvelope(bytes).envelope;
              if (peer !== to || !drops(kind)) return real.transport.send(peer, bytes);
              lost.push(kind);
              return false;
            },
          },
        };
  return { lost, ports };
}

const settledBy = (party: LocalParty) => {
  const state = stateOf(party);
  return state.name === 'closed' && state.how === 'settled' ? state.transaction : state.name;
};

/** What was posted of a kind, as a party has it: who has sent it, and when it was accepted, counted from H0. */
function postsOf(party: LocalParty, kind: string) {
  const state = stateOf(party);
  const open = state.name === 'closed' && state.how === 'settled' ? state.before : state;
  if (!('posts' in open)) throw new RangeError(open.name);
  const h0 = commitmentHeight(state);
  return open.posts
    .filter((posted) => posted.kind === kind)
    .map(({ sources, acceptedAt, receipts }) => ({
      sources,
      at: acceptedAt === null ? null : acceptedAt - h0,
      from: receipts.map(({ from }): Party => from),
    }));
}

async function untilSettled(network: LocalNetwork): Promise<void> {
  await mineUntil(network, () => settledBy(network.client).startsWith('Tx'), 900);
}

/** Everybody whose acceptance counts but this one. */
const others = (party: LocalParty): readonly Party[] => {
  const state = stateOf(party);
  if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError(state.name);
  const { self } = state.before;
  return (['arbiter:1', 'arbiter:2', 'arbiter:3', 'client', 'verifier'] as const).filter(
    (each) => each !== self,
  );
};

/** The Worker cannot reach the Verifier with these: what it posted at T − B, all have accepted by the relay of others. */
async function expectRelayed(kind: 'delivery' | 'opening', deadline: number): Promise<void> {
  const cut = cutting('worker', 'verifier', (sent) => sent === kind || sent === 'post');
  await using play = await startPlay({ ports: cut.ports });
  const { network } = play;
  await play.begin();
  await untilSettled(network);
  expect(settledBy(network.client)).toBe('Tx4');
  expect(stateOf(network.client)).toMatchObject({ failures: [] });
  expect(new Set(cut.lost)).toEqual(new Set([kind, 'post']));
  for (const party of [network.verifier, network.client, ...network.arbiters]) {
    const [posted, ...more] = postsOf(party, kind);
    expect(more).toEqual([]);
    // Whoever is quickest shows it at T − B; the others may not have seen that block yet.
    expect(posted?.at).toBeGreaterThanOrEqual(deadline - B - 1);
    expect(posted?.at).toBeLessThanOrEqual(deadline - B);
    expect([...posted!.from].sort()).toEqual(others(party));
  }
  const [shown] = postsOf(network.verifier, kind);
  expect(shown?.sources.length).toBeGreaterThan(0);
  expect(shown?.sources).not.toContain('worker');
}

describe('M §Post, with real engines', () => {
  it('a delivery that the Worker cannot hand to the Verifier comes to it from the others, who serve its ciphertexts', () =>
    expectRelayed('delivery', T0));

  it('and so does an opening', () => expectRelayed('opening', T0 + 2 * DELTA));
});

/** Runs chunks, and gives others' results for them: what a Worker does that does not want to compute. */
class LazyPool extends SandboxPool {
  override async run(...given: Parameters<SandboxPool['run']>) {
    return { ...(await super.run(...given)), output: new Uint8Array(8) };
  }
}

describe('M §Claims, with real engines', () => {
  it('#7: a Worker that delivers wrong results and appeals is found out by every arbiter, and loses its stake', async () => {
    const lazy = new LazyPool();
    await using play = await startPlay({ executors: (party, pool) => (party === 'worker' ? lazy : pool) });
    const { network } = play;
    await play.begin();
    const seen: string[] = [];
    network.client.node.engine.watch(({ kind, ...notice }) => {
      if (kind !== 'moved' || !('record' in notice)) return;
      const { state } = notice.record;
      const now = state.name === 'arbitration' ? state.disputes.at(-1)!.transaction : state.name;
      if (seen.at(-1) !== now) seen.push(now);
    });
    await untilSettled(network);
    await lazy.close();
    expect(seen).toEqual(['setup', 'computation', 'verification', 'TxV0', 'TxA', 'closed']);
    expect(settledBy(network.client)).toBe('Tx7:1.2.3');
    for (const party of network.arbiters) {
      const [claim] = postsOf(party, 'claim');
      expect(claim?.from).toEqual(expect.arrayContaining(['client', 'verifier']));
      expect(postsOf(party, 'voteOpening')).toHaveLength(3);
    }
  });
});
