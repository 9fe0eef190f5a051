import { ADDRESS_NETWORKS, addressOf, Devchain, RpcClient, RpcServer } from '@prometheus-compute/bitcoin';
import { describe, expect, it } from 'vitest';
import { CoreChain } from '../../src/chain/core.ts';
import type { StageChain } from '../../src/chain/stage-chain.ts';
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

describe('a scenario on a node that is reached over JSON-RPC', () => {
  it.each([
    ['reorganisation-removes-tx4', "Tx4'"],
    ['client-keeps-tx0', undefined],
  ])(
    '%s: blocks, reorganisations and objections are the node’s, and it ends the same',
    async (name, settlement) => {
      const told = await playedOn(async () => (await served()).chain, name);
      expect(told.ending).toMatchObject(settlement === undefined ? { kind: 'abandoned' } : { settlement });
      const alone = await playedOn(undefined, name);
      expect(told.changes).toEqual(alone.changes);
      expect(told.observations).toEqual(alone.observations);
    },
  );
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
