import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectCore, Devchain, DevchainBackend, RpcServer } from '../../src/index.ts';
import { scriptOf } from '../differential/coins.ts';
import { behindProxy, changing, internal, liedTo } from './lied-to.ts';
import { type LyingProxy, RpcFailure } from './lying-proxy.ts';

/** Answers of a node, changed where `said` has something for the method. */
const saying = (proxy: LyingProxy, said: Readonly<Record<string, object>>): void => {
  proxy.lie = async (method, _, truth) =>
    said[method] === undefined ? undefined : { ...((await truth()) as object), ...said[method] };
};

const connecting = (proxy: LyingProxy, options: object = {}) =>
  connectCore({ network: 'regtest', onAlarm: () => {}, rpc: { url: proxy.url }, ...options });

describe('a node that does not answer', () => {
  it.each(['hang', 'cut', 'busy'] as const)(
    '%s: each call fails, after a minute it is an alarm, and it is over with the first answer',
    async (mishap) => {
      let now = 1_000_000;
      await liedTo(
        async ({ backend, proxy, codes, cleared }) => {
          const tip = await backend.tip();
          proxy.mishap = mishap;
          await expect(backend.tip()).rejects.toMatchObject({ code: 'rpc-unreachable' });
          now += 59_999;
          await expect(backend.tip()).rejects.toMatchObject({ code: 'rpc-unreachable' });
          expect(codes()).toEqual([]);
          now += 1;
          await expect(backend.tip()).rejects.toMatchObject({
            code: 'node-unreachable',
            evidence: { seconds: 60, code: 'rpc-unreachable' },
          });
          expect(codes()).toEqual(['node-unreachable']);
          proxy.mishap = undefined;
          expect(await backend.tip()).toEqual(tip);
          expect(cleared.map(({ code }) => code)).toEqual(['node-unreachable']);
          // The next outage counts from its own start.
          proxy.mishap = mishap;
          await expect(backend.tip()).rejects.toMatchObject({ code: 'rpc-unreachable' });
        },
        { now: () => now, rpc: { url: 'the proxy', timeout: 2_000 } },
      );
    },
  );

  it('is being started: it is waited for, at the start and later, and is no liar for it', async () => {
    await liedTo(async ({ backend, proxy, codes }) => {
      const tip = await backend.tip();
      proxy.lie = async () => new RpcFailure(-28, 'Loading block index…');
      await expect(backend.tip()).rejects.toMatchObject({ code: 'rpc-unreachable' });
      await expect(backend.blockAt(0)).rejects.toMatchObject({ code: 'rpc-unreachable' });
      await expect(connecting(proxy)).rejects.toMatchObject({
        code: 'rpc-unreachable',
        message: expect.stringContaining('Loading block index'),
      });
      proxy.lie = async () => undefined;
      expect(await backend.tip()).toEqual(tip);
      expect(codes()).toEqual([]);
    });
  });

  it('an answer of a gigabyte is cut off, and never in memory', async () => {
    await liedTo(async ({ backend, proxy }) => {
      proxy.mishap = 'flood';
      await expect(backend.tip()).rejects.toMatchObject({
        code: 'wrong-answer',
        evidence: { method: 'getbestblockhash' },
      });
      // What was on its way, in the buffers of both ends, comes on top of the limit.
      expect(proxy.flooded).toBeLessThan(64_000_000);
    });
  });

  it('an answer to another request', async () => {
    await liedTo(async ({ backend, proxy }) => {
      proxy.shiftsIds = true;
      await expect(backend.tip()).rejects.toMatchObject({ code: 'wrong-answer' });
    });
  });

  it('after a restart it has another cookie, which is read anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cookie-'));
    const cookieFile = join(folder, 'cookie');
    const chain = new Devchain();
    const first = await RpcServer.start(chain, { port: 0, cookieFile });
    const { port } = first;
    const rpc = { url: `http://127.0.0.1:${port}`, cookieFile };
    const backend = await connectCore({ rpc, network: 'regtest', onAlarm: () => {} });
    await first.close();
    await expect(backend.tip()).rejects.toMatchObject({ code: 'rpc-unreachable' });
    const second = await RpcServer.start(chain, { port, cookieFile });
    expect((await backend.tip()).height).toBe(0);
    await second.close();
    await rm(folder, { recursive: true });
  });

  it('a wrong password is no reason to wait: nobody is logged in', async () => {
    const user = { name: 'user', password: 'right' };
    const server = await RpcServer.start(new Devchain(), { port: 0, user });
    const rpc = { url: `http://127.0.0.1:${server.port}`, user: { ...user, password: 'wrong' } };
    const connected = connectCore({ rpc, network: 'regtest', onAlarm: () => {} });
    await expect(connected).rejects.toMatchObject({ code: 'rpc-unauthorized' });
    await server.close();
  });
});

describe('a node that is not what is needed', () => {
  it('runs on another network', async () => {
    await behindProxy(async (proxy) => {
      await expect(connecting(proxy, { network: 'main' })).rejects.toMatchObject({
        code: 'wrong-network',
        evidence: { expected: 'main', found: 'regtest' },
      });
      changing(proxy, 'getblockhash', () => 'ab'.repeat(32));
      await expect(connecting(proxy)).rejects.toMatchObject({
        code: 'wrong-network',
        evidence: { genesis: 'ab'.repeat(32) },
      });
    });
  });

  it('is started again on another network', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      chain.mine(1, scriptOf());
      saying(proxy, { getblockchaininfo: { chain: 'signet' } });
      await expect(backend.tip()).rejects.toMatchObject({ code: 'wrong-network' });
    });
  });

  it('is older than version 28', async () => {
    await behindProxy(async (proxy) => {
      saying(proxy, { getnetworkinfo: { version: 279_900 } });
      await expect(connecting(proxy)).rejects.toMatchObject({
        code: 'node-version',
        evidence: { version: 279_900 },
      });
      saying(proxy, { getnetworkinfo: { version: 280_000 } });
      expect((await (await connecting(proxy)).tip()).height).toBeGreaterThan(0);
    });
  });

  it('is in its initial download: no tip until it is done', async () => {
    await behindProxy(async (proxy) => {
      const genesis = '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6';
      proxy.lie = async (method, _, truth) => {
        if (method === 'getblockhash') return genesis;
        if (method !== 'getblockchaininfo') return undefined;
        return { ...((await truth()) as object), chain: 'signet', initialblockdownload: true };
      };
      const backend = await connecting(proxy, { network: 'signet' });
      await expect(backend.tip()).rejects.toMatchObject({ code: 'node-syncing', evidence: { height: 105 } });
    });
  });

  it('has had no block for too long: an alarm, and the tip is still answered', async () => {
    let now = 0;
    await liedTo(
      async ({ backend, chain, codes, cleared }) => {
        expect(codes()).toEqual([]);
        const { time } = chain.tip().block.header;
        now = (time + 7_200) * 1_000;
        await backend.tip();
        expect(codes()).toEqual([]);
        now += 1_000;
        expect((await backend.tip()).height).toBe(chain.tip().height);
        expect(backend.alarms).toMatchObject([{ code: 'node-stalled', evidence: { seconds: 7_201 } }]);
        chain.mine(1, scriptOf());
        await backend.tip();
        expect(cleared.map(({ code }) => code)).toEqual(['node-stalled']);
      },
      { now: () => now, stalledAfter: 7_200 },
    );
  });
});

describe('a checkpoint', () => {
  it('without a hash, the node is taken at its word, which the next start can hold it to', async () => {
    await behindProxy(async (proxy, chain) => {
      const first = await connecting(proxy, { checkpoint: { height: 50 } });
      const hash = internal(chain.blockAt(50)!.block.hash);
      expect(first.checkpoint).toEqual({ height: 50, hash });
      const second = await connecting(proxy, { checkpoint: { height: 50, hash } });
      expect((await second.tip()).height).toBe(chain.tip().height);
    });
  });

  it('a chain that does not have it is not taken, at the start and later', async () => {
    await behindProxy(async (proxy, chain) => {
      const hash = internal(chain.blockAt(49)!.block.hash);
      await expect(connecting(proxy, { checkpoint: { height: 50, hash } })).rejects.toMatchObject({
        code: 'checkpoint-missing',
        evidence: { height: 50 },
      });
      await expect(connecting(proxy, { checkpoint: { height: 500 } })).rejects.toMatchObject({
        code: 'checkpoint-missing',
        evidence: { found: 'nothing' },
      });
      const backend = await connecting(proxy, { checkpoint: { height: 50 } });
      await backend.tip();
      chain.invalidate(chain.blockAt(50)!.block.hash);
      chain.mine(100, scriptOf(2));
      await expect(backend.tip()).rejects.toMatchObject({ code: 'checkpoint-missing' });
    });
  });

  it('blocks below it are answered, since each is named by the one above it, and false ones are not', async () => {
    await behindProxy(async (proxy, chain) => {
      const backend = await connecting(proxy, { checkpoint: { height: 60 } });
      expect(await backend.blockAt(20)).toEqual(await new DevchainBackend(chain).blockAt(20));
      expect(await backend.blockAt(0)).toMatchObject({ height: 0 });
      const other = await connecting(proxy, { checkpoint: { height: 60 } });
      proxy.lie = async (method, params) =>
        method === 'getblockhash' && params[0] === 20 ? chain.blockAt(21)!.block.hash : undefined;
      await expect(other.tip()).rejects.toMatchObject({
        code: 'wrong-answer',
        evidence: { method: 'getblockhash' },
      });
    });
  });
});

describe('what a transaction has to pay', () => {
  it.each([
    ['the estimate', 0.0002, 20_000n],
    ['the least that the mempool takes, where the estimate is below it', 0.00001, 5_000n],
    ['the least that the mempool takes, where there is no estimate', undefined, 5_000n],
    ['no more than the limit, whatever the node says', 5, 1_000_000n],
  ])('%s', async (_, feerate, expected) => {
    await liedTo(async ({ backend, proxy }) => {
      saying(proxy, {
        getmempoolinfo: { mempoolminfee: 0.00005, minrelaytxfee: 0.000001 },
        estimatesmartfee: feerate === undefined ? {} : { feerate },
      });
      expect(await backend.feeRate()).toBe(expected);
    });
  });

  it('the least that the mempool takes, where the node refuses to estimate: it is no liar for it', async () => {
    await liedTo(async ({ backend, proxy, codes }) => {
      const floor = await backend.feeRate();
      proxy.lie = async (method) =>
        method === 'estimatesmartfee' ? new RpcFailure(-32603, 'Fee estimation disabled') : undefined;
      expect(await backend.feeRate()).toBe(floor);
      expect(codes()).toEqual([]);
    });
  });

  it('a miner of the development chain that asks for more is what its server estimates', async () => {
    await liedTo(async ({ backend, chain }) => {
      chain.mine(1, scriptOf(1), { minimumFeeRate: 20_000n });
      expect(await backend.feeRate()).toBe(20_000n);
      chain.mine(1, scriptOf(1));
      expect(await backend.feeRate()).toBe(100n);
    });
  });
});
