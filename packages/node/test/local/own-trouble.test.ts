import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalNetworkOptions } from '../../src/index.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';

type Ports = Parameters<NonNullable<LocalNetworkOptions['ports']>>[1];

const unhandled: unknown[] = [];
const note = (cause: unknown): void => {
  unhandled.push(cause);
};
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});

/** Rejects every first call, per key. */
function firstFails() {
  const failed = new Set<string>();
  return {
    failed,
    refuse: (key: string): boolean => !failed.has(key) && failed.add(key) !== undefined,
  };
}

describe('a node whose chain or disk fails now and then', () => {
  it('goes on: what could not be handed to the chain is handed to it again', async () => {
    const { failed, refuse } = firstFails();
    const ports = (name: string, real: Ports): Ports => ({
      ...real,
      chain: {
        tip: () => real.chain.tip(),
        blockAt: (height) => real.chain.blockAt(height),
        output: (outpoint) => real.chain.output(outpoint),
        transaction: (txid) => real.chain.transaction(txid),
        waiting: (txid) => real.chain.waiting(txid),
        spender: (outpoint) => real.chain.spender(outpoint),
        feeRate: () => real.chain.feeRate(),
        submitPackage: (list) => real.chain.submitPackage(list),
        submit: async (bytes) => {
          const matters = name === 'client' || name === 'worker';
          if (matters && refuse(name)) throw new Error('the RPC server is down');
          return real.chain.submit(bytes);
        },
      },
    });
    await using play = await startPlay({ ports });
    const { network } = play;
    const told: string[] = [];
    for (const { name, node } of network.parties) {
      node.engine.watch(({ kind }) => {
        if (kind === 'publish-failed') told.push(name);
      });
    }
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect([...failed]).toEqual(['client', 'worker']);
    expect(told).toEqual(['client', 'worker']);
    expect(unhandled).toEqual([]);
  });

  it('goes on: what could not be finished or sent is done again', async () => {
    const { failed, refuse } = firstFails();
    const ports = (name: string, real: Ports): Ports => ({
      ...real,
      store: {
        ...real.store,
        finish: async (sequence) => {
          if (refuse(`finish by ${name}`)) throw new Error('the disk is full');
          return real.store.finish(sequence);
        },
      },
      transport: {
        ...real.transport,
        send: async (to, bytes) => {
          if (name === 'worker' && refuse('send by worker')) throw new Error('the socket is gone');
          return real.transport.send(to, bytes);
        },
      },
    });
    await using play = await startPlay({ ports });
    const { network } = play;
    const told: string[] = [];
    for (const { name, node } of network.parties) {
      node.engine.watch(({ kind }) => {
        if (kind === 'outbox-failed') told.push(name);
      });
    }
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect([...failed]).toEqual(expect.arrayContaining(['finish by client', 'send by worker']));
    expect(told).toEqual(expect.arrayContaining(['client', 'worker', 'verifier', 'arbiter-1']));
    expect(unhandled).toEqual([]);
    for (const { node } of network.parties) expect(await node.ports.store.pending()).toEqual([]);
  });
});
