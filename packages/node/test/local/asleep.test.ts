import { readEnvelope } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { Receive } from '../../src/ports/transport.ts';
import { commitmentHeight, graphIn, mineUntil, startPlay, stateOf } from './play.ts';
import type { Ports } from './prices.ts';

/** t0 of the contracts here. */
const DELIVERY_BLOCKS = 120;

/** A block that nobody was told of. */
const UNSEEN = Uint8Array.of(0x51);

/** The Verifier's transport loses every delivery, and keeps the last one. */
function keptDelivery() {
  const kept: { bytes: Uint8Array | undefined; take: Receive } = {
    bytes: undefined,
    take: async () => false,
  };
  const ports = (party: string, real: Ports): Ports => {
    if (party !== 'verifier') return real;
    const { transport } = real;
    const listen = (receive: Receive): void => {
      kept.take = receive;
      transport.listen(async (from, bytes) => {
        if (readEnvelope(bytes).kind !== 'delivery') return receive(from, bytes);
        kept.bytes = bytes;
        return false;
      });
    };
    return {
      ...real,
      transport: {
        self: transport.self,
        listen,
        send: (to, bytes) => transport.send(to, bytes),
        broadcast: (bytes) => transport.broadcast(bytes),
        close: () => transport.close(),
      },
    };
  };
  return { kept, ports };
}

describe('a node that slept: the chain went on, and nobody has told it', () => {
  it('takes a message at the tip at which it comes: a delivery after its time is none', async () => {
    const { kept, ports } = keptDelivery();
    await using play = await startPlay({ ports });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => kept.bytes !== undefined);
    network.chain.mine(DELIVERY_BLOCKS, UNSEEN);
    expect(stateOf(network.verifier).tip).toBe(network.height - DELIVERY_BLOCKS);
    await kept.take('worker', kept.bytes!);
    expect(stateOf(network.verifier)).toMatchObject({
      name: 'computation',
      tip: network.height,
      delivery: null,
    });
  });

  it('takes what came too early at the tip that it has reached, not at one of the blocks between', async () => {
    const { kept, ports } = keptDelivery();
    await using play = await startPlay({ ports });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => kept.bytes !== undefined);
    // Tx0 leaves the chain again: a delivery comes before its time.
    network.chain.invalidate(network.chain.blockAt(commitmentHeight(stateOf(network.verifier)))!.block.hash);
    await network.verifier.node.onBlock();
    expect(stateOf(network.verifier)).toMatchObject({ commitmentHeight: null });
    expect(await kept.take('worker', kept.bytes!)).toBe(false);
    network.chain.mine(DELIVERY_BLOCKS + 2, UNSEEN);
    await network.verifier.node.onBlock();
    expect(commitmentHeight(stateOf(network.verifier))).toBe(network.height - DELIVERY_BLOCKS - 1);
    expect(stateOf(network.verifier)).toMatchObject({
      name: 'computation',
      tip: network.height,
      delivery: null,
    });
  });

  it('takes nothing while the chain does not say where it is: whoever sends it sends it again', async () => {
    const { kept, ports } = keptDelivery();
    let hangs = false;
    const deaf = (party: string, real: Ports): Ports => {
      const own = ports(party, real);
      if (party !== 'verifier') return own;
      const tip = async () => {
        if (hangs) throw new Error('the backend does not answer');
        return real.chain.tip();
      };
      const chain = new Proxy(real.chain, {
        get: (of, name) => (name === 'tip' ? tip : Reflect.get(of, name).bind(of)),
      });
      return { ...own, chain };
    };
    await using play = await startPlay({ ports: deaf });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => kept.bytes !== undefined);
    const troubles: string[] = [];
    network.verifier.node.engine.watch((notice) => {
      if (notice.kind === 'receive-failed') troubles.push(notice.error.message);
    });
    hangs = true;
    expect(await kept.take('worker', kept.bytes!)).toBe(false);
    expect(troubles).toEqual(['the backend does not answer']);
    expect(stateOf(network.verifier)).toMatchObject({ delivery: null });
    hangs = false;
    expect(await kept.take('worker', kept.bytes!)).toBe(true);
    expect(stateOf(network.verifier)).toMatchObject({ name: 'computation', tip: network.height });
    expect(stateOf(network.verifier)).not.toMatchObject({ delivery: null });
  });

  it('takes the result of a task at the tip at which it ends', async () => {
    let asleep = false;
    const done: [string, number, number][] = [];
    await using play = await startPlay({
      executors: (party, executor) => ({
        prepare: (...program) => executor.prepare(...program),
        run: (...chunk) => {
          if (party === 'worker' && !asleep) {
            asleep = true;
            network.chain.mine(3, UNSEEN);
          }
          return executor.run(...chunk);
        },
      }),
    });
    const { network } = play;
    network.worker.node.engine.watch((notice) => {
      if (notice.kind === 'moved' && notice.event === 'computed')
        done.push([notice.event, notice.record.state.tip, network.height]);
    });
    await play.begin();
    await mineUntil(network, () => done.length > 0);
    expect(asleep).toBe(true);
    const [, tip, height] = done[0]!;
    expect(tip).toBe(height);
  });

  it('publishes at the chain’s tip only: not what was due at the one that it last saw', async () => {
    let asleep = false;
    const handed: [string, number, number][] = [];
    const ports = (party: string, real: Ports): Ports => ({
      ...real,
      store: {
        ...real.store,
        commit: async (commit) => {
          const entries = await real.store.commit(commit);
          const released = new TextDecoder().decode(commit.state).includes('"released":true');
          if (party === 'worker' && released && !asleep) {
            asleep = true;
            network.chain.mine(1, UNSEEN);
          }
          return entries;
        },
      },
    });
    await using play = await startPlay({
      ports,
      onDuty: ({ name, node }, { duty }) => {
        if (name === 'worker')
          handed.push([duty.transaction, node.engine.records[0]!.state.tip, network.height]);
      },
    });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => asleep);
    expect(handed).toEqual([]);
    const { txid } = graphIn(stateOf(network.worker)).transactions.get('Tx4')!;
    expect(await network.worker.node.ports.chain.transaction(txid)).toBeUndefined();
    await network.worker.node.onBlock();
    expect(handed).toEqual([['Tx4', network.height, network.height]]);
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ transaction: 'Tx4' });
  });
});
