import { Devchain } from '@prometheus-compute/bitcoin';
import { fromHex, hash32, kindOfEnvelope } from '@prometheus-compute/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { LocalNetwork, LocalNetworkOptions } from '../../src/index.ts';
import type { PeerId, Transport } from '../../src/ports/transport.ts';
import { openBatchChannel } from '../../src/roles/client.ts';
import { mineUntil, startPlay, stateOf } from '../local/play.ts';
import { type LoopbackNet, loopbackNet, SOON } from './libp2p-net.ts';

const ARBITERS = ['arbiter-1', 'arbiter-2', 'arbiter-3'];
/** Everybody of the network, the one who mines included. */
const NODES = ['client', 'worker', 'verifier', ...ARBITERS, 'miner'];
/** First block of the chain that they follow. */
const REGTEST = hash32(fromHex(new Devchain().blockAt(0)!.block.hash).reverse());
/** Blocks in which everybody collects what the settlement brings. */
const AFTER = 4;

/** What is on its way between nodes: a block is mined when nothing is. */
class Traffic {
  #underway = 0;
  readonly #announced = new Map<string, number>();

  readonly turns = {
    later: setImmediate,
    idle: true,
  };

  /** Announcements that a node has taken. */
  announced(name: string): number {
    return this.#announced.get(name) ?? 0;
  }

  /** A node's transport, watched. */
  around(name: string, transport: Transport): Transport {
    return {
      self: transport.self,
      send: (to, bytes) => this.#during(() => transport.send(to, bytes)),
      broadcast: (bytes) => transport.broadcast(bytes),
      close: () => transport.close(),
      listen: (receive) =>
        transport.listen((from, bytes) =>
          this.#during(async () => {
            const taken = await receive(from, bytes);
            if (taken && kindOfEnvelope(bytes) === 'announcement')
              this.#announced.set(name, this.announced(name) + 1);
            return taken;
          }),
        ),
    };
  }

  async #during(work: () => Promise<boolean>): Promise<boolean> {
    this.#underway += 1;
    this.turns.idle = false;
    try {
      return await work();
    } finally {
      this.#underway -= 1;
      this.turns.idle = this.#underway === 0;
    }
  }
}

/** What becomes of a contract, while it runs. */
interface Course {
  readonly options: Partial<LocalNetworkOptions>;
  /** Where a party is reached. */
  place(name: string): PeerId;
  /** Before it begins. */
  prepared(): Promise<void>;
  /** When Tx0 is confirmed and the Worker computes. */
  halfway(network: LocalNetwork): Promise<void>;
}

const IN_MEMORY: Course = {
  options: {},
  place: (name) => name,
  prepared: async () => {},
  halfway: async () => {},
};

/** How a contract of which everybody keeps to its part ends: the settlement, and what everybody has then. */
async function ending({ options, place, prepared, halfway }: Course) {
  await using play = await startPlay(options);
  const { network, order } = play;
  await prepared();
  const partners = { worker: place('worker'), verifier: place('verifier') };
  await openBatchChannel(network.client.node, { ...order, ...partners });
  await network.settle();
  await mineUntil(network, () => stateOf(network.client).name === 'computation');
  await halfway(network);
  await mineUntil(network, () => network.parties.every((party) => stateOf(party).name === 'closed'));
  await network.mine(AFTER);
  const state = stateOf(network.client);
  return {
    settled: state.name === 'closed' && state.how === 'settled' ? state.transaction : state,
    balances: new Map(network.parties.map(({ name, wallet }) => [name, wallet.balance()])),
  };
}

/** Nodes that know one peer, and find the others by it. */
async function overLibp2p(net: LoopbackNet, halfway: Course['halfway'], traffic = new Traffic()) {
  const transports = new Map<string, Transport>();
  const start = async (name: string) => {
    const node = await net.joinBeside(name, name === 'client' ? [] : ['client']);
    transports.set(name, traffic.around(name, node));
  };
  for (const name of NODES) await start(name);
  const course: Course = {
    options: {
      ports: (name, ports) => ({ ...ports, transport: transports.get(name)! }),
      turns: traffic.turns,
    },
    place: (name) => transports.get(name)!.self,
    prepared: () =>
      vi.waitFor(() => {
        for (const name of ['client', 'worker', 'verifier'])
          expect(traffic.announced(name)).toBeGreaterThanOrEqual(ARBITERS.length);
      }, SOON),
    halfway,
  };
  return { course, start };
}

describe('a contract between nodes over libp2p', () => {
  it('ends as it does in memory: everybody has the same', async () => {
    await using net = loopbackNet({ secondLook: 100 }, REGTEST);
    const { course } = await overLibp2p(net, async () => {});
    const ended = await ending(course);
    expect(ended.settled).toBe('Tx4');
    expect(ended).toEqual(await ending(IN_MEMORY));
  });

  it('goes on with a Worker that has been away and comes back at another address, and ends the same', async () => {
    await using net = loopbackNet({ secondLook: 100 }, REGTEST);
    const { course, start } = await overLibp2p(net, async (network) => {
      await network.stop(network.worker);
      await network.mine();
      await start('worker');
      await network.restart(network.worker);
    });
    const ended = await ending(course);
    expect(ended.settled).toBe('Tx4');
    const away = async (network: LocalNetwork) => {
      await network.stop(network.worker);
      await network.mine();
      await network.restart(network.worker);
    };
    expect(ended).toEqual(await ending({ ...IN_MEMORY, halfway: away }));
  });
});
