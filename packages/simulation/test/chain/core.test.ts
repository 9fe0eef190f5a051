import { ADDRESS_NETWORKS, addressOf, Devchain, RpcClient, RpcServer } from '@prometheus-compute/bitcoin';
import { describe, expect, it } from 'vitest';
import { CoreChain, startBitcoindChain } from '../../src/chain/core.ts';
import type { StageChain } from '../../src/chain/stage-chain.ts';
import { findScenario } from '../../src/scenarios/catalogue.ts';
import type { Scenario } from '../../src/scenarios/scenario.ts';
import { labelScript } from '../../src/terms/labels.ts';
import { playedOn } from '../scenarios/play.ts';

const user = { name: 'stage', password: 'password' };
const REWARD = labelScript('miner');

/** A stage's chain on the development chain's own server, which answers as Bitcoin Core. */
async function served(): Promise<{ readonly chain: StageChain; readonly client: RpcClient }> {
  const server = await RpcServer.start(new Devchain(), { port: 0, user });
  const rpc = { url: `http://127.0.0.1:${server.port}`, user };
  return { chain: await CoreChain.connect(rpc, () => server.close()), client: new RpcClient(rpc) };
}

const KEPT = findScenario('client-keeps-tx0');
/** A setup that fails, after which miners take nothing for a block, and a longer branch without what the Worker has respent takes the place of six. */
const REORGANISED: Scenario = {
  ...KEPT,
  play: async (stage, observe) => {
    await KEPT.play!(stage, observe);
    stage.censors = () => true;
    await stage.mine();
    const { worker } = stage;
    stage.censors = ({ transaction }) =>
      transaction.outputs.some(({ script }) => worker.party.wallet.owns(script));
    await stage.reorganise(stage.height - 5, 'a longer branch comes');
    observe('what waits', String(stage.network.chain.mempool.size));
    stage.censors = undefined;
    await stage.mine();
    observe('what waits at last', String(stage.network.chain.mempool.size));
  },
};

const { BITCOIND } = process.env;
const NODES: readonly (readonly [string, () => Promise<StageChain>])[] = [
  ['the development chain’s server', async () => (await served()).chain],
  ...(BITCOIND === undefined ? [] : [['a live bitcoind', () => startBitcoindChain(BITCOIND)] as const]),
];

describe.each(NODES)('a scenario on %s, reached over JSON-RPC', (_, start) => {
  it('blocks, reorganisations and objections are the node’s, and it ends as on the chain in the process', async () => {
    const told = await playedOn(start, REORGANISED);
    expect(told.observations).toMatchObject({
      'Tx0 in time': 'accepted',
      'Tx0 after the others have respent': 'bad-txns-inputs-missingorspent',
      'what waits at last': '0',
    });
    expect(told.observations['what waits']).not.toBe('0');
    const alone = await playedOn(undefined, REORGANISED);
    expect(told.changes).toEqual(alone.changes);
    expect(told.observations).toEqual(alone.observations);
  });
});

describe('a node that does something else', () => {
  it('chains-differ: a block that came from elsewhere is missed, by whoever asks and by the next block', async () => {
    const { chain, client } = await served();
    await chain.mine(REWARD, undefined);
    expect(await chain.reached!.tip()).toMatchObject({ height: 1 });
    await client.call('generateblock', addressOf(REWARD, ADDRESS_NETWORKS.regtest)!, []);
    const differ = expect.objectContaining({
      code: 'chains-differ',
      message: expect.stringMatching(
        /^tip: Bitcoin Core says .*"height":2.*, the development chain .*"height":1/,
      ),
    });
    await expect(chain.reached!.tip()).rejects.toEqual(differ);
    // A party may take it for a node that is away, and go on.
    await expect(chain.mine(REWARD, undefined)).rejects.toEqual(differ);
    await chain.close();
  });

  it('chains-differ: a block that somebody else takes back is missed by the next one', async () => {
    const { chain, client } = await served();
    await chain.mine(REWARD, undefined);
    await client.call('invalidateblock', chain.seen.tip().block.hash);
    await expect(chain.mine(REWARD, undefined)).rejects.toMatchObject({
      code: 'chains-differ',
      message: expect.stringMatching(/^block [0-9a-f]{64}: /),
    });
    await chain.close();
  });
});
