import { type ChannelState, readEnvelope } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { EnginePorts } from '../../src/engine/engine-ports.ts';
import type { PeerId, Receive } from '../../src/ports/transport.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';
import { uninformed } from './prices.ts';

const settled = (state: ChannelState): boolean => state.name === 'closed' && state.how === 'settled';

/** Points of a contract at which a process may end, as block counts after the Client's proposal. */
const POINTS = [
  { after: 0, what: 'while everybody waits for the snapshot block' },
  { after: 1, what: 'when Tx0 is signed and in the mempool' },
  { after: 2, what: 'when Tx0 has its first confirmation' },
  { after: 4, what: 'when the settlement waits for a block' },
] as const;

/** t0 of the contracts here. */
const DELIVERY_BLOCKS = 120;

describe('a node that ends and comes back from its own files', () => {
  it.each(POINTS)('$what: each of C, W, V and an arbiter', async ({ after }) => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await network.mine(after);
    for (const name of ['client', 'worker', 'verifier', 'arbiter-1']) {
      const party = network.parties.find((candidate) => candidate.name === name)!;
      const before = party.node.engine.records.map(({ id }) => id);
      await network.stop(party);
      const again = await network.restart(party);
      expect(again.node.engine.records.map(({ id }) => id)).toEqual(before);
    }
    await mineUntil(network, () => settled(stateOf(network.client)));
    for (const party of [network.client, network.worker, network.verifier, ...network.arbiters]) {
      expect(stateOf(party)).toMatchObject({ name: 'closed', how: 'settled', transaction: 'Tx4' });
    }
    expect(stateOf(network.client)).toMatchObject({ failures: [] });
  });

  it('every party at every moment of the setup: it is stopped, missed a block, and comes back', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    for (const name of ['worker', 'arbiter-2', 'verifier', 'client', 'arbiter-3']) {
      const party = network.parties.find((candidate) => candidate.name === name)!;
      await network.stop(party);
      await network.mine();
      await network.restart(party);
    }
    await mineUntil(network, () => settled(stateOf(network.client)));
    expect(stateOf(network.client)).toMatchObject({ transaction: 'Tx4', failures: [] });
  });

  it('Tx0 was confirmed while it was away, past the time-out of the setup: the channel is open', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await network.mine();
    expect(stateOf(network.verifier)).toMatchObject({ name: 'setup', committed: true });
    await network.stop(network.verifier);
    await network.mine(25);
    const verifier = await network.restart(network.verifier);
    expect(stateOf(verifier).name).not.toBe('setup');
    await mineUntil(network, () => settled(stateOf(network.client)));
    expect(stateOf(verifier)).toMatchObject({ name: 'closed', transaction: 'Tx4' });
  });

  it('a restarted wallet has its coins again, and keeps aside what a contract holds', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    const balance = network.worker.wallet.balance();
    expect(() => network.worker.wallet.reserve(1n)).toThrow(
      expect.objectContaining({ code: 'insufficient-funds' }),
    );
    await network.stop(network.worker);
    const again = await network.restart(network.worker);
    expect(again.wallet.balance()).toBe(balance);
    expect(() => again.wallet.reserve(1n)).toThrow(expect.objectContaining({ code: 'insufficient-funds' }));
  });

  it('takes nothing before it has seen the blocks since: a delivery after its time is none, whenever W sends it', async () => {
    let delivery: Uint8Array | undefined;
    let returning = false;
    const ports = (party: PeerId, own: EnginePorts): EnginePorts => {
      if (party !== 'verifier') return own;
      const { transport } = own;
      const { chain } = uninformed(party, own);
      let take: Receive = async () => false;
      const listen = (receive: Receive): void => {
        take = receive;
        transport.listen(async (from, bytes) => {
          if (readEnvelope(bytes).kind !== 'delivery') return receive(from, bytes);
          delivery = bytes;
          return false;
        });
      };
      const tip = async () => {
        // While it asks for the blocks that it has missed, W sends again.
        if (returning && delivery !== undefined) await take('worker', delivery);
        returning = false;
        return chain.tip();
      };
      return {
        ...own,
        transport: {
          self: transport.self,
          listen,
          send: (to, bytes) => transport.send(to, bytes),
          broadcast: (bytes) => transport.broadcast(bytes),
          close: () => transport.close(),
        },
        chain: { ...chain, tip },
      };
    };
    await using play = await startPlay({ ports });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => delivery !== undefined);
    for (const party of [network.client, network.worker, network.verifier]) await network.stop(party);
    await network.mine(DELIVERY_BLOCKS);
    returning = true;
    const verifier = await network.restart(network.verifier);
    expect(returning).toBe(false);
    expect(stateOf(verifier)).toMatchObject({ name: 'computation', tip: network.height, delivery: null });
  });
});
