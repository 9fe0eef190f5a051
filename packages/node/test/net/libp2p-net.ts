import { createHash } from 'node:crypto';
import { expect, vi } from 'vitest';
import { type Libp2pTransport, startLibp2p } from '../../src/net/libp2p-transport.ts';
import type { NetLimits } from '../../src/net/limits.ts';
import type { NetNotice } from '../../src/net/notice.ts';
import type { TestNet } from './contract.ts';
import { GENESIS } from './envelopes.ts';

/** Nodes on this machine's own address, which know one another. */
export interface LoopbackNet extends TestNet {
  join(name: string): Promise<Libp2pTransport>;
  /** A node that knows only those whose names are given. */
  joinBeside(name: string, others: readonly string[]): Promise<Libp2pTransport>;
  /** What the nodes told, by their names. */
  readonly notices: ReadonlyMap<string, NetNotice[]>;
}

/** How long a test waits for what takes a few turns on a machine that is not busy. */
export const SOON = { timeout: 15_000 };

const seedOf = (name: string): Uint8Array => new Uint8Array(createHash('sha256').update(name).digest());

/** @param limits - where they are not the usual ones */
export function loopbackNet(limits: Partial<NetLimits> = {}, genesis = GENESIS): LoopbackNet {
  const nodes = new Map<string, Libp2pTransport>();
  const notices = new Map<string, NetNotice[]>();
  const join = async (name: string, known: Iterable<string>) => {
    const told = notices.get(name) ?? [];
    notices.set(name, told);
    const node = await startLibp2p({
      seed: seedOf(name),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: [],
      mdns: false,
      genesis,
      limits,
      onNotice: (notice) => told.push(notice),
    });
    nodes.set(name, node);
    for (const other of known) {
      const [address] = nodes.get(other)!.addresses;
      if (other === name || address === undefined) continue;
      const peer = node.addPeer(address);
      await vi.waitFor(() => {
        expect(node.peers).toContain(peer);
        expect(nodes.get(other)!.peers).toContain(node.self);
      }, SOON);
    }
    return node;
  };
  return {
    nobody: '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8',
    notices,
    join: (name) => join(name, [...nodes.keys()]),
    joinBeside: join,
    async [Symbol.asyncDispose]() {
      for (const node of nodes.values()) {
        node.close();
        await node.closed;
      }
    },
  };
}
