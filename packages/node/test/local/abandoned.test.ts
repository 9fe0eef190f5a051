import { describe, expect, it } from 'vitest';
import { mineUntil, startPlay, stateOf } from './play.ts';

describe('T §Setup 5: a setup that is given up', () => {
  it('frees coins and stakes for the next contract', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    // The Verifier is gone before the draw: nobody signs anything, and the setup runs into its time-out.
    await network.stop(network.verifier);
    await network.mine(20);
    for (const party of [network.client, network.worker]) {
      expect(stateOf(party)).toMatchObject({
        name: 'closed',
        how: 'abandoned',
        fault: { code: 'setup-timeout' },
      });
    }
    const verifier = await network.restart(network.verifier);
    expect(stateOf(verifier)).toMatchObject({ name: 'closed', how: 'abandoned' });

    // The same single coin of each party, and the same three stakes, serve another contract.
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4', failures: [] });
  });

  it('names the arbiter that left in the middle of the signatures, and frees the stakes of the others', async () => {
    await using play = await startPlay({ arbiters: 5 });
    const { network } = play;
    const pledged = () => network.arbiters.filter(({ node }) => node.engine.records.length > 0);
    let gone: Promise<void> | undefined;
    network.client.node.engine.watch((notice) => {
      const { state } = 'record' in notice ? notice.record : { state: undefined };
      if (state?.name === 'setup' && state.step === 'signatures') gone ??= network.stop(pledged()[0]!);
    });
    await play.begin();
    await network.mine();
    await gone;
    const drawn = pledged().map(({ name }) => name);
    await network.mine(20);
    expect(stateOf(network.client)).toMatchObject({ how: 'abandoned', fault: { code: 'setup-timeout' } });
    const { fault } = stateOf(network.client) as { readonly fault: { readonly culprit: string | null } };
    expect(fault.culprit).toMatch(/^arbiter:[123]$/);

    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    const served = network.arbiters.filter(({ node }) =>
      node.engine.records.some(({ state }) => state.name === 'closed' && state.how === 'settled'),
    );
    expect(served).toHaveLength(3);
    // Four are left, so at least two of the three had been in the draw that failed.
    expect(served.filter(({ name }) => drawn.includes(name)).length).toBeGreaterThan(0);
  });

  it('is paid back by spending the own coins once they were signed away: a stale Tx0 never comes back', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    // The block of the draw; whoever signs its inputs is watched, and the Client is gone before it publishes.
    const committed = () => {
      const state = stateOf(network.verifier);
      return state.name === 'setup' && state.step === 'signatures' && state.committed;
    };
    network.verifier.node.engine.watch(() => {
      if (committed()) void network.stop(network.client);
    });
    await network.mine();
    expect(committed()).toBe(true);
    const coins = network.verifier.node.engine.records[0]!.state;
    if (coins.name !== 'setup' || coins.step !== 'signatures') throw new RangeError('not in signatures');
    const [coin] = coins.agreement.contract.verifier.funding;
    await network.mine(19);
    const state = stateOf(network.verifier);
    expect(state).toMatchObject({ name: 'closed', how: 'abandoned', fault: { code: 'setup-timeout' } });
    await network.mine();
    expect(await network.verifier.node.ports.chain.output(coin!.outpoint)).toBeUndefined();
    expect(network.verifier.wallet.balance()).toBeGreaterThan(coin!.amount - 1_000n);
  });
});
