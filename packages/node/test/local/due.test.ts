import { readEnvelope, transactionOf } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { commitmentHeight, graphIn, mineUntil, PARAMETERS, startPlay, stateOf } from './play.ts';
import { choosyMiner, type Ports, uninformed } from './prices.ts';

const { t1, t3 } = PARAMETERS;

describe('what is due', () => {
  it('D34: a release that the Client holds back until Tx3 has shown h_p does not keep the Worker from raising Tx3', async () => {
    const { price, miner } = choosyMiner();
    const raised: [string, number][] = [];
    let holding = true;
    const ports = (name: string, real: Ports): Ports => {
      const told = uninformed(name, real);
      if (name !== 'client') return told;
      const { transport } = real;
      return {
        ...told,
        transport: {
          self: transport.self,
          send: async (to, bytes) =>
            holding && readEnvelope(bytes).kind === 'release' ? false : transport.send(to, bytes),
          broadcast: (bytes) => transport.broadcast(bytes),
          listen: (receive) => transport.listen(receive),
          close: () => transport.close(),
        },
      };
    };
    await using play = await startPlay({
      miner,
      ports,
      onDuty: ({ name, node }, { duty }) => {
        if (name === 'worker') raised.push([duty.transaction, node.engine.records[0]!.state.tip]);
      },
    });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => {
      const state = stateOf(network.worker);
      return state.name === 'verification' && state.verdict === 1;
    });
    const h0 = commitmentHeight(stateOf(network.client));
    // It would publish TxV1.
    await network.stop(network.verifier);
    await network.mine(h0 + t1 - 2 - network.height);
    price.rate = 60_000n;
    const until = h0 + t3 - 48;
    await network.mine(until + 1 - network.height);
    expect(raised.at(-1)).toEqual(['Tx3', until + 1]);
    holding = false;
    await network.mine();
    expect(stateOf(network.worker)).toMatchObject({ name: 'verification', released: true });
    await network.mine();
    expect(raised.at(-1)).toEqual(['Tx3', until + 3]);
    price.rate = 49_000n;
    await network.mine();
    expect(stateOf(network.worker)).toMatchObject({ transaction: 'Tx3', height: network.height });
  });

  it('goes on with the next one where the chain takes none of those before it', async () => {
    const ports = (name: string, real: Ports): Ports =>
      name !== 'verifier'
        ? real
        : {
            ...real,
            chain: {
              ...uninformed(name, real).chain,
              submitPackage: async () => ({ kind: 'rejected', reason: 'this backend takes no packages' }),
            },
          };
    const done: [string, string][] = [];
    await using play = await startPlay({
      ports,
      onDuty: ({ name }, { duty, did }) => {
        if (name === 'verifier') done.push([duty.transaction, did]);
      },
    });
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    const h0 = commitmentHeight(stateOf(network.client));
    await network.stop(network.worker);
    await network.stop(network.client);
    const { txid } = transactionOf(graphIn(stateOf(network.verifier)), 'TxV0');
    await network.mine(h0 + t1 - network.height);
    expect(done.at(-1)).toEqual(['TxV0', 'refused']);
    // Somebody else's backend has taken it, and forgot it again.
    await network.verifier.node.ports.store.putRecord(
      `published:${network.verifier.node.engine.records[0]!.id}:TxV0`,
      new TextEncoder().encode(`${h0 + t1}`),
    );
    await network.mine(h0 + t3 - 1 - network.height);
    expect(await network.verifier.node.ports.chain.transaction(txid)).toBeUndefined();
    expect(done.slice(-2)).toEqual([
      ['TxV0', 'refused'],
      ['Tx1', 'handed'],
    ]);
    await network.mine();
    expect(stateOf(network.verifier)).toMatchObject({ transaction: 'Tx1', height: h0 + t3 });
  });
});
