import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ADDRESS_NETWORKS,
  addressOf,
  type ChainAlarm,
  type ChainBackend,
  type CoreBackendOptions,
  connectCore,
  Devchain,
  DevchainBackend,
  parseBlock,
  RpcClient,
  RpcServer,
  startBitcoind,
} from '../../src/index.ts';
import { rewardOf, type ScenarioCoin, scriptOf } from '../differential/coins.ts';

/** A chain, the backend under test, and what a miner and an operator do to the chain behind its back. */
export interface ChainRig {
  readonly backend: ChainBackend;
  /** Alarms that the backend has raised. */
  readonly alarms: readonly ChainAlarm[];
  /** Mines with what the mempool holds. @param key - of the scenarios, whose script the rewards go to */
  mine(count: number, key?: number): Promise<void>;
  /** Mines blocks with nothing but their rewards. */
  mineEmpty(count: number): Promise<void>;
  /** Takes back the blocks from `height` on. */
  takeBack(height: number): Promise<void>;
  /** The reward of the block at `height`, which key 0 of the scenarios can spend. */
  reward(height: number): Promise<ScenarioCoin>;
  close(): Promise<void>;
}

/** How one backend is set up on a chain of its own. */
export interface RigMaker {
  readonly name: string;
  readonly start: () => Promise<ChainRig>;
}

const DEVCHAIN: RigMaker = {
  name: 'development chain in the process',
  start: async () => {
    const chain = new Devchain();
    return {
      backend: new DevchainBackend(chain),
      alarms: [],
      mine: async (count, key) => void chain.mine(count, scriptOf(key)),
      mineEmpty: async (count) => {
        for (let i = 0; i < count; i++) chain.submitParsedBlock(chain.assembleBlock(scriptOf(3), []));
      },
      takeBack: async (height) => chain.invalidate(chain.blockAt(height)!.block.hash),
      reward: async (height) => rewardOf({ block: chain.blockAt(height)!.block, height }),
      close: async () => {},
    };
  },
};

const DEVCHAIN_RPC: RigMaker = {
  name: 'development chain over JSON-RPC',
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'devchain-'));
    const cookieFile = join(folder, 'cookie');
    const server = await RpcServer.start(new Devchain(), { port: 0, cookieFile });
    return rpcRig({ url: `http://127.0.0.1:${server.port}`, cookieFile }, async () => {
      await server.close();
      await rm(folder, { recursive: true });
    });
  },
};

const BITCOIND = (program: string): RigMaker => ({
  name: 'bitcoind without an index of transactions',
  start: async () => {
    const { url, cookieFile, stop } = await startBitcoind(program);
    return rpcRig({ url, cookieFile }, stop);
  },
});

/** Every backend that there is; bitcoind where `BITCOIND` names it. */
export function rigMakers(): readonly RigMaker[] {
  const program = process.env.BITCOIND;
  return program === undefined ? [DEVCHAIN, DEVCHAIN_RPC] : [DEVCHAIN, DEVCHAIN_RPC, BITCOIND(program)];
}

async function rpcRig(rpc: CoreBackendOptions['rpc'], stop: () => Promise<void>): Promise<ChainRig> {
  const client = new RpcClient(rpc);
  const alarms: ChainAlarm[] = [];
  const backend = await connectCore({ rpc, network: 'regtest', onAlarm: (alarm) => alarms.push(alarm) });
  return {
    backend,
    alarms,
    mine: async (count, key) => {
      await client.call('generatetoaddress', count, addressOf(scriptOf(key), ADDRESS_NETWORKS.regtest)!);
    },
    mineEmpty: async (count) => {
      const address = addressOf(scriptOf(3), ADDRESS_NETWORKS.regtest)!;
      for (let i = 0; i < count; i++) await client.call('generateblock', address, []);
    },
    takeBack: async (height) => {
      await client.call('invalidateblock', await client.call('getblockhash', height));
    },
    reward: async (height) => {
      const bytes = await client.call('getblock', await client.call('getblockhash', height), 0);
      return rewardOf({ block: parseBlock(Buffer.from(bytes as string, 'hex')), height });
    },
    close: async () => {
      backend.close();
      await stop();
    },
  };
}
