import { createHash } from 'node:crypto';
import { hash32 } from '@prometheus-compute/protocol';
import { expect, vi } from 'vitest';
import { type Libp2pOptions, type Libp2pTransport, startLibp2p } from '../../src/net/libp2p-transport.ts';
import type { NetLimits } from '../../src/net/limits.ts';
import type { NetNotice } from '../../src/net/notice.ts';
import type { TestNet } from './contract.ts';

export const GENESIS = hash32(new Uint8Array(32).fill(7));

/** Nodes on this machine's own address, which know one another. */
export interface LoopbackNet extends TestNet {
  join(name: string, options?: Partial<Libp2pOptions>): Promise<Libp2pTransport>;
  /** What the nodes told, by their names. */
  readonly notices: ReadonlyMap<string, NetNotice[]>;
}

export const seedOf = (name: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(name).digest());

/** @param limits - where they are not the usual ones */
export function loopbackNet(limits: Partial<NetLimits> = {}): LoopbackNet {
  const nodes = new Map<string, Libp2pTransport>();
  const notices = new Map<string, NetNotice[]>();
  return {
    nobody: '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8',
    notices,
    async join(name, options = {}) {
      const told = notices.get(name) ?? [];
      notices.set(name, told);
      const node = await startLibp2p({
        seed: seedOf(name),
        listen: ['/ip4/127.0.0.1/tcp/0'],
        bootstrap: [],
        mdns: false,
        genesis: GENESIS,
        limits,
        onNotice: (notice) => told.push(notice),
        ...options,
      });
      nodes.delete(name);
      for (const other of nodes.values()) {
        const [address] = other.addresses;
        if (address === undefined) continue;
        node.addPeer(address);
        await vi.waitFor(() => {
          expect(node.peers).toContain(other.self);
          expect(other.peers).toContain(node.self);
        });
      }
      nodes.set(name, node);
      return node;
    },
    async [Symbol.asyncDispose]() {
      for (const node of nodes.values()) {
        node.close();
        await node.closed;
      }
    },
  };
}
