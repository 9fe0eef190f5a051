import { describe, expect, it } from 'vitest';
import { collectPayouts } from '../../src/engine/collect.ts';
import { besideBitcoind, type ChainHost, overRpc } from './chain-hosts.ts';
import { FUNDS, mineUntil, startPlay, stateOf } from './play.ts';

const program = process.env.BITCOIND;
const hosts: readonly (readonly [string, () => Promise<ChainHost>])[] = [
  ['the development chain', overRpc],
  ...(program === undefined ? [] : [['a live bitcoind', () => besideBitcoind(program)] as const]),
];

describe.each(hosts)('a contract whose parties talk JSON-RPC to %s', (_, start) => {
  it('#3: everybody cooperates, and everybody ends with what the table says, to the satoshi', async () => {
    await using play = await startPlay({}, undefined, await start());
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    const parties = [network.client, network.worker, network.verifier];
    const sums: bigint[] = [];
    for (const party of parties) {
      expect(stateOf(party)).toMatchObject({ name: 'closed', how: 'settled', transaction: 'Tx4' });
      const collection = await collectPayouts(party.node.engine.records[0]!, party.node.ports);
      await network.mine();
      sums.push(collection === undefined ? 0n : collection.amount + collection.fee);
    }
    expect(sums).toEqual([0n, FUNDS.worker + 90_000n, FUNDS.verifier]);
  });
});
